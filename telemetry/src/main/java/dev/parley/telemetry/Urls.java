package dev.parley.telemetry;

import dev.parley.http.HttpRequest;
import java.util.Set;

/** What of a URL may be told. */
final class Urls {

    private static final String REDACTED = "REDACTED";

    /** Parameters that grant access; the conventions' list, case-sensitive as there. */
    private static final Set<String> SECRET = Set.of(
            "X-Amz-Signature",
            "X-Amz-Credential",
            "X-Amz-Security-Token",
            "AWSAccessKeyId",
            "Signature",
            "sig",
            "X-Goog-Signature");

    private Urls() {}

    static String full(HttpRequest request) {
        String query = request.query();
        StringBuilder url = new StringBuilder(request.scheme()).append("://").append(withoutUser(request.authority()));
        if (request.target().startsWith("/")) {
            url.append(request.path());
            if (!query.isEmpty()) {
                url.append('?').append(query(query));
            }
        }
        return url.toString();
    }

    private static String withoutUser(String authority) {
        int at = authority.lastIndexOf('@');
        return at < 0 ? authority : REDACTED + ':' + REDACTED + authority.substring(at);
    }

    /** The query with the values of secret parameters taken out. */
    static String query(String query) {
        if (SECRET.stream().noneMatch(query::contains)) {
            return query;
        }
        StringBuilder told = new StringBuilder(query.length());
        for (String parameter : query.split("&", -1)) {
            int equals = parameter.indexOf('=');
            boolean secret = equals >= 0 && SECRET.contains(parameter.substring(0, equals));
            told.append(told.isEmpty() ? "" : "&")
                    .append(secret ? parameter.substring(0, equals + 1) + REDACTED : parameter);
        }
        return told.toString();
    }
}
