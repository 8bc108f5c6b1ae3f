package dev.parley.rpc.internal.json;

import java.time.DateTimeException;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * {@code google.protobuf.Timestamp} as text.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc3339">RFC 3339</a>
 */
final class TimestampText {

    private static final long FIRST = -62_135_596_800L; // 0001-01-01T00:00:00Z
    private static final long LAST = 253_402_300_799L; // 9999-12-31T23:59:59Z
    private static final int SECONDS_A_DAY = 86_400;
    private static final int FRACTION = "yyyy-mm-ddThh:mm:ss".length();

    private TimestampText() {}

    static void write(long seconds, int nanos, JsonBytes out) {
        if (seconds < FIRST || seconds > LAST || nanos < 0 || nanos > 999_999_999) {
            throw new UnwritableException("a google.protobuf.Timestamp of " + seconds + " s and " + nanos
                    + " ns is not between the years 1 and 9999");
        }
        LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(seconds, SECONDS_A_DAY));
        int second = Math.floorMod(seconds, SECONDS_A_DAY);
        out.put('"');
        two(date.getYear() / 100, out);
        two(date.getYear() % 100, out);
        out.put('-');
        two(date.getMonthValue(), out);
        out.put('-');
        two(date.getDayOfMonth(), out);
        out.put('T');
        two(second / 3600, out);
        out.put(':');
        two(second / 60 % 60, out);
        out.put(':');
        two(second % 60, out);
        fraction(nanos, out);
        out.put('Z');
        out.put('"');
    }

    private static void two(int number, JsonBytes out) {
        out.put((char) ('0' + number / 10));
        out.put((char) ('0' + number % 10));
    }

    /** With 0, 3, 6 or 9 digits. */
    static void fraction(int nanos, JsonBytes out) {
        if (nanos == 0) {
            return;
        }
        out.put('.');
        int digits = nanos % 1_000_000 == 0 ? 3 : nanos % 1000 == 0 ? 6 : 9;
        int place = 100_000_000;
        for (int i = 0; i < digits; i++) {
            out.put((char) ('0' + nanos / place % 10));
            place /= 10;
        }
    }

    /** Seconds and nanoseconds; null if the text is no time between the years 1 and 9999. */
    static long @Nullable [] read(String text) {
        int length = text.length();
        if (length <= FRACTION
                || text.charAt(4) != '-'
                || text.charAt(7) != '-'
                || text.charAt(10) != 'T'
                || text.charAt(13) != ':'
                || text.charAt(16) != ':') {
            return null;
        }
        int year = digits(text, 0, 4);
        int month = digits(text, 5, 7);
        int day = digits(text, 8, 10);
        int hour = digits(text, 11, 13);
        int minute = digits(text, 14, 16);
        int second = digits(text, 17, 19);
        int offsetAt = FRACTION;
        long nanos = 0;
        if (text.charAt(FRACTION) == '.') {
            offsetAt = endOfDigits(text, FRACTION + 1);
            nanos = nanos(text, FRACTION + 1, offsetAt);
        }
        int offset = offset(text, offsetAt);
        if (hour > 23
                || minute > 59
                || second > 59
                || Math.min(hour, Math.min(minute, second)) < 0
                || nanos < 0
                || offset == Integer.MIN_VALUE) {
            return null;
        }
        try {
            long days = LocalDate.of(year, month, day).toEpochDay();
            long seconds = days * SECONDS_A_DAY + hour * 3600L + minute * 60L + second - offset;
            return seconds < FIRST || seconds > LAST ? null : new long[] {seconds, nanos};
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** In seconds; the smallest integer if it is none. */
    private static int offset(String text, int at) {
        int length = text.length();
        if (at == length - 1 && text.charAt(at) == 'Z') {
            return 0;
        }
        if (length - at != "+hh:mm".length() || text.charAt(at + 3) != ':') {
            return Integer.MIN_VALUE;
        }
        int hours = digits(text, at + 1, at + 3);
        int minutes = digits(text, at + 4, at + 6);
        if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) {
            return Integer.MIN_VALUE;
        }
        int seconds = hours * 3600 + minutes * 60;
        return switch (text.charAt(at)) {
            case '+' -> seconds;
            case '-' -> -seconds;
            default -> Integer.MIN_VALUE;
        };
    }

    static int endOfDigits(String text, int from) {
        int at = from;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        return at;
    }

    /** The digits behind a point as nanoseconds; -1 if there are none or more than nine. */
    static int nanos(String text, int from, int to) {
        if (to == from || to - from > 9) {
            return -1;
        }
        int nanos = digits(text, from, to);
        for (int i = to - from; i < 9; i++) {
            nanos *= 10;
        }
        return nanos;
    }

    /** At most nine digits as a number; -1 if there is something else among them. */
    private static int digits(String text, int from, int to) {
        int number = 0;
        for (int i = from; i < to; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = number * 10 + digit;
        }
        return number;
    }
}
