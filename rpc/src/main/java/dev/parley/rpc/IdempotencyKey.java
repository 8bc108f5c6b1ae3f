package dev.parley.rpc;

import dev.parley.CallException;
import dev.parley.Code;
import java.util.List;

/**
 * The header {@code Idempotency-Key}: a quoted string, as the draft wants it, or a bare token, as many send it.
 *
 * @see <a href="https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/">the draft</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8941#name-strings">RFC 8941, strings</a>
 */
final class IdempotencyKey {

    static final String HEADER = "idempotency-key";
    static final int LONGEST = 255;

    private static final String BARE = "!#$%&'*+-.^_`|~:/=@";

    private IdempotencyKey() {}

    /**
     * The key in the values of the header.
     *
     * @throws CallException INVALID_ARGUMENT if it is none; the value, which may be a secret, is not quoted
     */
    static String parse(List<String> values) {
        if (values.size() != 1) {
            throw malformed("stands in the request " + values.size() + " times, not once");
        }
        String value = values.getFirst().strip();
        String key = value.startsWith("\"") ? unquoted(value) : bare(value);
        if (key.isEmpty() || key.length() > LONGEST) {
            throw malformed("has " + key.length() + " characters, not 1 to " + LONGEST);
        }
        return key;
    }

    /**
     * The value of the header for {@code key}.
     *
     * @throws IllegalArgumentException if it cannot be a key
     */
    static String quoted(String key) {
        if (key.isEmpty() || key.length() > LONGEST) {
            throw new IllegalArgumentException(
                    "an idempotency key has 1 to " + LONGEST + " characters, but this has " + key.length());
        }
        for (int i = 0; i < key.length(); i++) {
            if (!isPrintable(key.charAt(i))) {
                throw new IllegalArgumentException(String.format(
                        "an idempotency key is printable ASCII, but has U+%04X at index %d", (int) key.charAt(i), i));
            }
        }
        return '"' + key.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static String unquoted(String value) {
        StringBuilder key = new StringBuilder();
        for (int i = 1; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"') {
                if (i < value.length() - 1) {
                    throw malformed("has something behind its closing quote");
                }
                return key.toString();
            }
            if (c == '\\') {
                i++;
                c = i < value.length() ? value.charAt(i) : '\0';
                if (c != '"' && c != '\\') {
                    throw malformed("has a backslash in front of something else than a quote or a backslash");
                }
            } else if (!isPrintable(c)) {
                throw malformed("is not in printable ASCII");
            }
            key.append(c);
        }
        throw malformed("has no closing quote");
    }

    private static String bare(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            boolean letterOrDigit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!letterOrDigit && BARE.indexOf(c) < 0) {
                throw malformed("without quotes has a character at index " + i
                        + " that is neither a letter nor a digit nor one of " + BARE);
            }
        }
        return value;
    }

    private static boolean isPrintable(char c) {
        return c >= 0x20 && c <= 0x7e;
    }

    private static CallException malformed(String what) {
        return new CallException(
                Code.INVALID_ARGUMENT, "Idempotency-Key " + what + "; expected is one quoted string or bare token");
    }
}
