package dev.parley.rest;

/**
 * What a {@code Range} header asks of a representation (RFC 9110, 14). One range of bytes is served; several, another
 * unit and a malformed header are passed over, which the RFC allows.
 */
sealed interface ByteRange {

    /** All of it. */
    ByteRange WHOLE = new Whole();

    /** Nothing of it: 416. */
    ByteRange NONE = new None();

    /** See {@link #WHOLE}. */
    record Whole() implements ByteRange {}

    /** See {@link #NONE}. */
    record None() implements ByteRange {}

    /**
     * Some of it.
     *
     * @param first byte, from 0
     * @param last byte, included
     */
    record Part(long first, long last) implements ByteRange {
        long length() {
            return last - first + 1;
        }
    }

    /** Of {@code size} bytes. */
    static ByteRange parse(String header, long size) {
        int equals = header.indexOf('=');
        if (equals < 0 || !header.substring(0, equals).trim().equalsIgnoreCase("bytes")) {
            return WHOLE;
        }
        String range = header.substring(equals + 1).trim();
        int dash = range.indexOf('-');
        if (dash < 0) {
            return WHOLE;
        }
        long first = number(range.substring(0, dash));
        long last = number(range.substring(dash + 1));
        if (first == WRONG || last == WRONG || (first == MISSING && last == MISSING)) {
            return WHOLE;
        }
        if (first == MISSING) { // the last so many
            return last == 0 || size == 0 ? NONE : new Part(Math.max(0, size - last), size - 1);
        }
        if (last == MISSING) {
            return first >= size ? NONE : new Part(first, size - 1);
        }
        if (last < first) {
            return WHOLE;
        }
        return first >= size ? NONE : new Part(first, Math.min(last, size - 1));
    }

    /** A number that is not there. */
    long MISSING = -1;

    /** What is no number. */
    long WRONG = -2;

    private static long number(String text) {
        if (text.isEmpty()) {
            return MISSING;
        }
        long value = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return WRONG;
            }
            // More than any file has; no overflow.
            value = value > Long.MAX_VALUE / 20 ? value : value * 10 + (c - '0');
        }
        return value;
    }
}
