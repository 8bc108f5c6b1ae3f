package dev.parley.http;

import dev.parley.CallException;
import dev.parley.Metadata;
import java.nio.charset.StandardCharsets;

/** Errors as problem details, {@code application/problem+json} (RFC 9457). */
final class Problems {

    private Problems() {}

    /** The answer to an error that no protocol above has put into words of its own. */
    static HttpResponse of(CallException error) {
        HttpResponse response = of(HttpException.statusOf(error), error.message());
        RetryAfter.write(error, response.headers());
        return response;
    }

    static HttpResponse of(int status, String detail) {
        // 499 is a word among proxies; who is still there to read it gets the nearest registered status.
        int sent = status == 499 ? 408 : status;
        String json = "{\"type\":\"about:blank\",\"title\":\""
                + HttpResponse.reason(sent) + "\",\"status\":" + sent + ",\"detail\":\""
                + escaped(detail) + "\"}";
        return new HttpResponse(
                sent,
                Metadata.of("content-type", "application/problem+json"),
                Body.of(json.getBytes(StandardCharsets.UTF_8)));
    }

    private static String escaped(String text) {
        StringBuilder json = new StringBuilder(text.length() + 8);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < 0x20) {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        return json.toString();
    }
}
