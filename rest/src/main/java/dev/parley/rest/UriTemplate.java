package dev.parley.rest;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Metadata;
import dev.parley.RetryAdvice;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/**
 * The simple expansion of a URI template (RFC 6570, level 1) within a path: all of a value but unreserved characters is
 * percent-encoded, so that it stays within its segment.
 */
final class UriTemplate {

    // RFC 3986, 2.3 and 3.3: unreserved characters, and what else a segment may hold as it is.
    private static final String UNRESERVED_MARKS = "-._~";
    private static final String SEGMENT_MARKS = UNRESERVED_MARKS + "!$&'()*+,;=:@";

    private UriTemplate() {}

    /**
     * The path of {@code template} with its variables replaced by {@code values}, in order.
     *
     * @throws IllegalArgumentException if the template is malformed, or does not fit the number of values
     * @throws CallException INVALID_ARGUMENT if a value would change the path: it makes a segment empty, or one that
     *     servers resolve ({@code .}, {@code ..}), or has no encoding
     */
    static String expand(String template, Object... values) {
        if (!template.startsWith("/")) {
            throw wrong(template, 0, "a path begins with '/'");
        }
        StringBuilder path = new StringBuilder(template.length() + 16);
        int segment = 1;
        int used = 0;
        String variable = "";
        for (int at = 0; at < template.length(); at++) {
            char c = template.charAt(at);
            if (c == '/') {
                checkSegment(template, path, segment, variable);
                path.append(c);
                segment = path.length();
                variable = "";
            } else if (c == '{') {
                int end = template.indexOf('}', at);
                variable = end < 0 ? "" : template.substring(at + 1, end);
                if (!variable.matches("[A-Za-z0-9_.-]+")) {
                    throw wrong(template, at, "a variable is {name}");
                }
                if (used == values.length) {
                    throw wrong(
                            template, at, "there are " + values.length + " values, and none for {" + variable + '}');
                }
                encode("{" + variable + '}', values[used++], path);
                at = end;
            } else {
                checkLiteral(template, at);
                path.append(c);
            }
        }
        checkSegment(template, path, segment, variable);
        if (used < values.length) {
            throw wrong(
                    template, template.length(), "it has " + used + " variables, but got " + values.length + " values");
        }
        return path.toString();
    }

    /** Appends {@code value}, percent-encoded but for unreserved characters; {@code what} stands in errors. */
    static void encode(String what, Object value, StringBuilder to) {
        if (value == null) {
            throw new IllegalArgumentException("the value of " + what + " is null");
        }
        ByteBuffer bytes;
        try {
            bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(value.toString()));
        } catch (CharacterCodingException e) {
            throw refused("the value of " + what + " holds half of a surrogate pair, which has no encoding in UTF-8");
        }
        while (bytes.hasRemaining()) {
            byte next = bytes.get();
            if (isLetterOrDigit((char) (next & 0xff)) || UNRESERVED_MARKS.indexOf(next) >= 0) {
                to.append((char) next);
            } else {
                to.append('%');
                HexFormat.of().withUpperCase().toHexDigits(to, next);
            }
        }
    }

    // Servers and proxies resolve dot segments, encoded or not (RFC 3986, 6.2.2.3), so no encoding can save such a
    // value.
    private static void checkSegment(String template, StringBuilder path, int from, String variable) {
        String segment = from > path.length() ? "" : path.substring(from);
        if (!variable.isEmpty() && segment.isEmpty()) {
            throw refused("the value of {" + variable + "} in " + template + " is empty, which is another path");
        }
        String plain = plain(segment);
        if (hasDotSegment(segment)) {
            if (variable.isEmpty()) {
                throw wrong(template, 0, "a segment is \"" + segment + '"');
            }
            throw refused("the value of {" + variable + "} in " + template + " makes a segment \"" + plain
                    + "\", which servers take for a step in the path");
        }
    }

    /** Whether {@code path} has a segment that servers resolve. */
    static boolean hasDotSegment(String path) {
        for (String segment : path.split("/", -1)) {
            String plain = plain(segment);
            if (plain.equals(".") || plain.equals("..")) {
                return true;
            }
        }
        return false;
    }

    private static String plain(String segment) {
        return segment.replaceAll("(?i)%2e", ".");
    }

    private static void checkLiteral(String template, int at) {
        char c = template.charAt(at);
        if (c == '%') {
            boolean escape = at + 2 < template.length()
                    && HexFormat.isHexDigit(template.charAt(at + 1))
                    && HexFormat.isHexDigit(template.charAt(at + 2));
            if (!escape) {
                throw wrong(template, at, "'%' begins an escape of two hexadecimal digits");
            }
        } else if (!isLetterOrDigit(c) && SEGMENT_MARKS.indexOf(c) < 0) {
            throw wrong(
                    template,
                    at,
                    c == '?' ? "parameters of the query are given to query(...)" : "'" + c + "' has to be escaped");
        }
    }

    private static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    private static IllegalArgumentException wrong(String template, int at, String what) {
        return new IllegalArgumentException("path template \"" + template + "\" at " + at + ": " + what);
    }

    private static CallException refused(String message) {
        return new CallException(
                Code.INVALID_ARGUMENT,
                message,
                null,
                List.of(),
                new Metadata(),
                CallException.Origin.LOCAL,
                RetryAdvice.NEVER);
    }
}
