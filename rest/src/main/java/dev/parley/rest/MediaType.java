package dev.parley.rest;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A media type with its parameters (RFC 9110, 8.3.1); type, subtype and parameter names in lower case. */
record MediaType(String type, String subtype, Map<String, String> parameters) {

    static final String JSON = "application/json";
    static final String PROBLEM = "application/problem+json";
    static final String NDJSON = "application/x-ndjson";
    static final String TEXT = "text/plain; charset=utf-8";
    static final String BYTES = "application/octet-stream";

    /** Empty if {@code text} is none. */
    static Optional<MediaType> parse(String text) {
        String[] parts = HeaderList.split(text, ';');
        String name = parts[0].trim();
        int slash = name.indexOf('/');
        if (slash <= 0 || slash == name.length() - 1 || name.indexOf('/', slash + 1) >= 0 || name.indexOf(' ') >= 0) {
            return Optional.empty();
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        for (int i = 1; i < parts.length; i++) {
            int equals = parts[i].indexOf('=');
            if (equals > 0) {
                parameters.putIfAbsent(
                        lower(parts[i].substring(0, equals).trim()),
                        HeaderList.unquoted(parts[i].substring(equals + 1).trim()));
            }
        }
        return Optional.of(new MediaType(
                lower(name.substring(0, slash)), lower(name.substring(slash + 1)), Map.copyOf(parameters)));
    }

    /** {@code application/json}, or any type with the suffix {@code +json} (RFC 6839). */
    boolean isJson() {
        return (type.equals("application") && subtype.equals("json")) || subtype.endsWith("+json");
    }

    String essence() {
        return type + '/' + subtype;
    }

    /** The charset in lower case; empty if none is named. */
    Optional<String> charset() {
        return Optional.ofNullable(parameters.get("charset")).map(MediaType::lower);
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
