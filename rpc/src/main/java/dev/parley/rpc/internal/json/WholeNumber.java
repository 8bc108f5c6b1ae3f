package dev.parley.rpc.internal.json;

/**
 * Whole numbers in JSON's notation, where {@code 1e3} and {@code 1.0} are some too. An exponent is only counted, never
 * expanded.
 */
final class WholeNumber {

    private static final long TENTH = Long.divideUnsigned(-1, 10);
    private static final int LARGE = 100_000;
    /** Digits that surely fit. */
    private static final int PLAIN = 18;

    private final String text;
    private int at;

    private WholeNumber(String text) {
        this.text = text;
    }

    /**
     * As a signed number of 64 bits.
     *
     * @throws NumberFormatException if it is none
     */
    static long signed(String text) {
        if (text.length() <= PLAIN && !text.startsWith("0")) {
            long plain = plain(text);
            if (plain >= 0) {
                return plain;
            }
        }
        boolean negative = text.startsWith("-");
        long magnitude = new WholeNumber(text).magnitude(negative);
        if (magnitude < 0 && !(negative && magnitude == Long.MIN_VALUE)) {
            throw new NoNumber();
        }
        return negative ? -magnitude : magnitude;
    }

    /** Digits alone; -1 if there is something else, or nothing. */
    private static long plain(String text) {
        long value = text.isEmpty() ? -1 : 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value;
    }

    /**
     * As an unsigned number of 64 bits.
     *
     * @throws NumberFormatException if it is none
     */
    static long unsigned(String text) {
        boolean negative = text.startsWith("-");
        long magnitude = new WholeNumber(text).magnitude(negative);
        if (negative && magnitude != 0) {
            throw new NoNumber();
        }
        return magnitude;
    }

    /** Whether this is a number in JSON's notation. */
    static boolean isNumber(String text) {
        try {
            new WholeNumber(text).scan(text.startsWith("-"));
            return true;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    /** Caught by those who know the field and say what is wrong, so it has neither words nor a trace. */
    private static final class NoNumber extends NumberFormatException {
        private static final long serialVersionUID = 1;

        @Override
        public Throwable fillInStackTrace() {
            return this;
        }
    }

    private record Parts(int from, int point, int end, int exponent) {}

    private Parts scan(boolean negative) {
        if (text.length() > JsonInput.MAX_NUMBER_LENGTH) {
            throw new NoNumber();
        }
        at = negative ? 1 : 0;
        int from = at;
        int point = digits();
        if (text.charAt(from) == '0' && point > from + 1) {
            throw new NoNumber();
        }
        int end = point;
        if (isNext('.')) {
            end = digits();
        }
        int exponent = 0;
        if (isNext('e') || isNext('E')) {
            boolean minus = isNext('-');
            if (!minus) {
                isNext('+');
            }
            int start = at;
            int stop = digits();
            for (int i = start; i < stop; i++) {
                exponent = Math.min(LARGE, exponent * 10 + text.charAt(i) - '0');
            }
            exponent = minus ? -exponent : exponent;
        }
        if (at != text.length()) {
            throw new NoNumber();
        }
        return new Parts(from, point, end, exponent);
    }

    private boolean isNext(char c) {
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    /** Goes over digits, of which there must be one, to the place behind them. */
    private int digits() {
        int from = at;
        at = TimestampText.endOfDigits(text, from);
        if (at == from) {
            throw new NoNumber();
        }
        return at;
    }

    /** Unsigned. */
    private long magnitude(boolean negative) {
        Parts parts = scan(negative);
        int end = parts.end;
        int zeros = parts.exponent - Math.max(0, parts.end - parts.point - 1);
        while (end > parts.from && (text.charAt(end - 1) == '0' || text.charAt(end - 1) == '.')) {
            if (text.charAt(end - 1) == '0') {
                zeros++;
            }
            end--;
        }
        long value = 0;
        for (int i = parts.from; i < end; i++) {
            if (text.charAt(i) != '.') {
                value = append(value, text.charAt(i) - '0');
            }
        }
        if (value == 0) {
            return 0;
        }
        if (zeros < 0 || zeros > 19) {
            throw new NoNumber();
        }
        for (int i = 0; i < zeros; i++) {
            value = append(value, 0);
        }
        return value;
    }

    private static long append(long value, int digit) {
        long appended = value * 10 + digit;
        if (Long.compareUnsigned(value, TENTH) > 0 || Long.compareUnsigned(appended, digit) < 0) {
            throw new NoNumber();
        }
        return appended;
    }
}
