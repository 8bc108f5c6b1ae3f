package dev.parley.rpc.internal.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** JSON in UTF-8, written straight into one array that grows, with room in front for a prefix. */
final class JsonBytes {

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    /** What stands behind the backslash for an ASCII character: 0 for itself, 'u' for its number. */
    private static final byte[] ESCAPES = new byte[128];

    static {
        Arrays.fill(ESCAPES, 0, 0x20, (byte) 'u');
        ESCAPES['"'] = '"';
        ESCAPES['\\'] = '\\';
        ESCAPES['\b'] = 'b';
        ESCAPES['\f'] = 'f';
        ESCAPES['\n'] = 'n';
        ESCAPES['\r'] = 'r';
        ESCAPES['\t'] = 't';
    }

    /** The longest that one character becomes: a number behind a backslash. */
    private static final int WIDEST = 6;

    private static final int LONGEST_NUMBER = 20;

    private byte[] bytes;
    private int at;

    JsonBytes(int room, int guess) {
        this.bytes = new byte[room + Math.max(64, guess)];
        this.at = room;
    }

    /** All that was written, behind the room. */
    byte[] take() {
        return at == bytes.length ? bytes : Arrays.copyOf(bytes, at);
    }

    static byte[] quoted(String text, String behind) {
        JsonBytes out = new JsonBytes(0, text.length() + 3);
        out.string(text);
        out.ascii(behind);
        return out.take();
    }

    void put(char ascii) {
        if (at == bytes.length) {
            grow(1);
        }
        bytes[at++] = (byte) ascii;
    }

    void put(byte[] ready) {
        if (bytes.length - at < ready.length) {
            grow(ready.length);
        }
        System.arraycopy(ready, 0, bytes, at, ready.length);
        at += ready.length;
    }

    /** Text that is ASCII and needs no escapes. */
    void ascii(String text) {
        int length = text.length();
        if (bytes.length - at < length) {
            grow(length);
        }
        for (int i = 0; i < length; i++) {
            bytes[at++] = (byte) text.charAt(i);
        }
    }

    void number(long value) {
        if (value < 0) {
            if (value == Long.MIN_VALUE) {
                ascii("-9223372036854775808");
                return;
            }
            put('-');
            value = -value;
        }
        if (bytes.length - at < LONGEST_NUMBER) {
            grow(LONGEST_NUMBER);
        }
        int digits = 1;
        for (long rest = value; rest >= 10; rest /= 10) {
            digits++;
        }
        int to = at + digits;
        at = to;
        do {
            bytes[--to] = (byte) ('0' + value % 10);
            value /= 10;
        } while (value != 0);
    }

    /** A string in quotes. */
    void string(String text) {
        int length = text.length();
        if (bytes.length - at < length + 2) {
            grow(length + 2);
        }
        byte[] to = bytes;
        int end = at;
        to[end++] = '"';
        int i = 0;
        for (; i < length; i++) {
            char c = text.charAt(i);
            if (c >= 0x80 || ESCAPES[c] != 0) {
                break;
            }
            to[end++] = (byte) c;
        }
        at = end;
        if (i < length) {
            rest(text, i);
        }
        put('"');
    }

    private void rest(String text, int from) {
        int length = text.length();
        for (int i = from; i < length; i++) {
            if (bytes.length - at < WIDEST) {
                grow(WIDEST + (length - i));
            }
            char c = text.charAt(i);
            if (c < 0x80) {
                escaped(c);
            } else if (c < 0x800) {
                bytes[at++] = (byte) (0xc0 | (c >> 6));
                bytes[at++] = (byte) (0x80 | (c & 0x3f));
            } else if (!Character.isSurrogate(c)) {
                bytes[at++] = (byte) (0xe0 | (c >> 12));
                bytes[at++] = (byte) (0x80 | ((c >> 6) & 0x3f));
                bytes[at++] = (byte) (0x80 | (c & 0x3f));
            } else {
                if (!Character.isHighSurrogate(c) || i + 1 == length || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    throw new UnwritableException("a string has half of a surrogate pair at character " + i);
                }
                int point = Character.toCodePoint(c, text.charAt(++i));
                bytes[at++] = (byte) (0xf0 | (point >> 18));
                bytes[at++] = (byte) (0x80 | ((point >> 12) & 0x3f));
                bytes[at++] = (byte) (0x80 | ((point >> 6) & 0x3f));
                bytes[at++] = (byte) (0x80 | (point & 0x3f));
            }
        }
    }

    private void escaped(char c) {
        byte escape = ESCAPES[c];
        if (escape == 0) {
            bytes[at++] = (byte) c;
            return;
        }
        bytes[at++] = '\\';
        bytes[at++] = escape;
        if (escape == 'u') {
            bytes[at++] = '0';
            bytes[at++] = '0';
            bytes[at++] = HEX[c >> 4];
            bytes[at++] = HEX[c & 0xf];
        }
    }

    private void grow(int by) {
        long least = (long) at + by;
        if (least > Integer.MAX_VALUE - 8) {
            throw new UnwritableException("its JSON is longer than an array can be");
        }
        bytes = Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8, Math.max(least, 2L * bytes.length)));
    }
}
