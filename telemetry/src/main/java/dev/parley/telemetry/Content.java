package dev.parley.telemetry;

import java.nio.charset.StandardCharsets;

/** A message as text, cut off. */
final class Content {

    private Content() {}

    /** At most {@code limit} bytes in UTF-8, ending between two characters. */
    static String of(Object message, int limit) {
        String text = String.valueOf(message);
        if (text.length() > limit) {
            text = text.substring(0, limit); // no character has less than a byte
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= limit) {
            return text;
        }
        int end = limit;
        while (end > 0 && (bytes[end] & 0xc0) == 0x80) {
            end--;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }
}
