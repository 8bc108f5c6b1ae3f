package dev.parley.rpc.internal.json;

import org.jspecify.annotations.Nullable;

/** {@code google.protobuf.Duration} as text: seconds with an {@code s} behind them. */
final class DurationText {

    private static final long MOST = 315_576_000_000L; // ten thousand years

    private DurationText() {}

    static void write(long seconds, int nanos, JsonBytes out) {
        boolean mixed = (seconds > 0 && nanos < 0) || (seconds < 0 && nanos > 0);
        if (seconds < -MOST || seconds > MOST || nanos < -999_999_999 || nanos > 999_999_999 || mixed) {
            throw new UnwritableException("a google.protobuf.Duration of " + seconds + " s and " + nanos
                    + " ns is over ten thousand years or has two signs");
        }
        out.put('"');
        if (seconds < 0 || nanos < 0) {
            out.put('-');
        }
        out.number(Math.abs(seconds));
        TimestampText.fraction(Math.abs(nanos), out);
        out.put('s');
        out.put('"');
    }

    /** Seconds and nanoseconds, of one sign; null if the text is no duration up to ten thousand years. */
    static long @Nullable [] read(String text) {
        boolean negative = text.startsWith("-");
        int from = negative ? 1 : 0;
        int point = TimestampText.endOfDigits(text, from);
        if (point == from || point - from > 12) {
            return null;
        }
        long seconds = Long.parseLong(text, from, point, 10);
        int end = point;
        long nanos = 0;
        if (text.startsWith(".", point)) {
            end = TimestampText.endOfDigits(text, point + 1);
            nanos = TimestampText.nanos(text, point + 1, end);
        }
        if (nanos < 0 || seconds > MOST || end != text.length() - 1 || text.charAt(end) != 's') {
            return null;
        }
        return negative ? new long[] {-seconds, -nanos} : new long[] {seconds, nanos};
    }
}
