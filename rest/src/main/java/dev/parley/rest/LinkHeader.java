package dev.parley.rest;

import dev.parley.Metadata;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The header {@code Link} (RFC 8288, 3): targets in angle brackets, each with parameters. */
final class LinkHeader {

    private static final String NAME = "link";

    private LinkHeader() {}

    /** The target of the first link to {@code relation}, as it stands there. */
    static Optional<String> find(Metadata headers, String relation) {
        for (String header : headers.getAll(NAME)) {
            int open = header.indexOf('<');
            while (open >= 0) {
                int close = header.indexOf('>', open);
                if (close < 0) {
                    break; // cut off
                }
                int end = until(header, ',', close + 1);
                if (hasRelation(header.substring(close + 1, end), relation)) {
                    return Optional.of(header.substring(open + 1, close).trim());
                }
                open = header.indexOf('<', end);
            }
        }
        return Optional.empty();
    }

    private static boolean hasRelation(String parameters, String relation) {
        int at = 0;
        while (at < parameters.length()) {
            int end = until(parameters, ';', at);
            String[] parameter = parameters.substring(at, end).split("=", 2);
            if (parameter.length == 2 && parameter[0].trim().equalsIgnoreCase("rel")) {
                // The first rel counts, and may name several relations.
                String value = parameter[1].replace("\"", " ").trim().toLowerCase(Locale.ROOT);
                return Arrays.asList(value.split("\\s+", -1)).contains(relation);
            }
            at = end + 1;
        }
        return false;
    }

    /** Where {@code end} is next outside of quotes. */
    private static int until(String text, char end, int from) {
        boolean quoted = false;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted && c == '\\') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == end && !quoted) {
                return i;
            }
        }
        return text.length();
    }
}
