package dev.parley.rest;

import java.util.ArrayList;
import java.util.List;

/** The lists of HTTP's headers (RFC 9110, 5.6): parted by a character that may stand in a quoted string. */
final class HeaderList {

    private HeaderList() {}

    /** The parts of {@code text} between the {@code separator}s that are not quoted; at least one. */
    static String[] split(String text, char separator) {
        List<String> parts = new ArrayList<>(4);
        boolean quoted = false;
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && quoted) {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == separator && !quoted) {
                parts.add(text.substring(start, i));
                start = i + 1;
            }
        }
        parts.add(text.substring(start));
        return parts.toArray(String[]::new);
    }

    /** The content of a quoted string; what is none, as it is. */
    static String unquoted(String text) {
        if (text.length() < 2 || text.charAt(0) != '"' || text.charAt(text.length() - 1) != '"') {
            return text;
        }
        StringBuilder content = new StringBuilder(text.length());
        for (int i = 1; i < text.length() - 1; i++) {
            if (text.charAt(i) == '\\' && i < text.length() - 2) {
                i++;
            }
            content.append(text.charAt(i));
        }
        return content.toString();
    }

    /** The weight {@code q} among parameters (RFC 9110, 12.4.2), in thousandths; 1000 if there is none, -1 if it is wrong. */
    static int weight(String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            String part = parts[i].trim();
            if (part.length() >= 2 && (part.charAt(0) == 'q' || part.charAt(0) == 'Q') && part.charAt(1) == '=') {
                return thousandths(part.substring(2));
            }
        }
        return 1000;
    }

    private static int thousandths(String text) {
        if (text.isEmpty() || text.length() > 5 || (text.length() > 1 && text.charAt(1) != '.')) {
            return -1;
        }
        int value = 0;
        int unit = 1000;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (i == 1) {
                continue;
            }
            if (c < '0' || c > '9') {
                return -1;
            }
            value += (c - '0') * unit;
            unit /= 10;
        }
        return value <= 1000 ? value : -1;
    }
}
