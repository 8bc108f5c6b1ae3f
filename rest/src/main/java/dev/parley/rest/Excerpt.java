package dev.parley.rest;

import java.nio.charset.StandardCharsets;

/** Beginnings of what services say, safe to be shown. */
final class Excerpt {

    static final int BODY_MOST = 2 << 10;
    static final int MESSAGE_MOST = 500;

    private Excerpt() {}

    /** The beginning of a body if that is text, otherwise only its size. */
    static String of(byte[] body) {
        if (body.length == 0) {
            return "";
        }
        int most = Math.min(body.length, BODY_MOST);
        int odd = 0;
        for (int i = 0; i < most; i++) {
            if (body[i] >= 0 && body[i] < 0x20 && body[i] != '\n' && body[i] != '\r' && body[i] != '\t') {
                odd++;
            }
        }
        String text = new String(body, 0, most, StandardCharsets.UTF_8);
        long broken = text.chars().filter(c -> c == 0xfffd).count();
        // One broken character is the one that the limit has cut.
        return odd > 0 || broken > 1 ? body.length + " bytes that are no text" : line(text, BODY_MOST);
    }

    /** {@code text} in one line: whitespace of all kinds as one space, no control characters, cut at {@code most}. */
    static String line(String text, int most) {
        String cut = text.length() > most ? text.substring(0, most) + "..." : text;
        return cut.replaceAll("[\\s\\p{Cntrl}\\u2028\\u2029]+", " ").strip();
    }
}
