package dev.parley.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Decodes the escapes of a target (RFC 3986, 2.1), strictly. */
public final class PercentEncoding {

    private PercentEncoding() {}

    /**
     * {@code text} without its escapes; empty if one is malformed or they are not UTF-8.
     *
     * @param keepSlashes leaves {@code %2F} as it is, for a value of several segments, where it is no separator
     */
    public static Optional<String> decode(String text, boolean keepSlashes) {
        if (text.indexOf('%') < 0) {
            return Optional.of(text);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '%') {
                bytes.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
                continue;
            }
            int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
            int low = high < 0 ? -1 : Character.digit(text.charAt(i + 2), 16);
            if (low < 0) {
                return Optional.empty();
            }
            int value = high << 4 | low;
            if (keepSlashes && value == '/') {
                bytes.writeBytes(text.substring(i, i + 3).getBytes(StandardCharsets.UTF_8));
            } else {
                bytes.write(value);
            }
            i += 2;
        }
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }
}
