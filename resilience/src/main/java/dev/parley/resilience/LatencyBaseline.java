package dev.parley.resilience;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What calls of one method take without load, and the sum of what they took since the window began. Adding is lock-free
 * and for all threads; the rest is for the one that closes a window.
 */
final class LatencyBaseline {

    private static final int COUNT_SHIFT = 44;
    private static final long SUM = (1L << COUNT_SHIFT) - 1;
    private static final long MOST =
            1L << (64 - COUNT_SHIFT - 1); // calls in a window, so that the sum has room for each
    private static final long UNIT = 1_000; // sums are in microseconds
    private static final long LONGEST = SUM / MOST; // 33 s

    private static final int LEARNED_WITH = 32; // calls by which half of what is new is learned
    private static final double DRIFT =
            0.005; // a window; from a service that got slower, nobody learns faster under load

    private final AtomicLong measured = new AtomicLong();
    private volatile double nanos; // 0: not known yet

    /** One call took that long. */
    void add(long latencyNanos) {
        long micros = Math.min(LONGEST, Math.max(0, latencyNanos) / UNIT);
        long seen = measured.get();
        while (seen >>> COUNT_SHIFT < MOST) {
            if (measured.compareAndSet(seen, seen + (1L << COUNT_SHIFT) + micros)) {
                return;
            }
            seen = measured.get();
        }
    }

    /** What was measured since the last time; see {@link #count} and {@link #mean}. */
    long take() {
        return measured.get() == 0 ? 0 : measured.getAndSet(0);
    }

    static int count(long taken) {
        return (int) (taken >>> COUNT_SHIFT);
    }

    static double mean(long taken) {
        return (double) (taken & SUM) * UNIT / count(taken);
    }

    boolean isKnown() {
        return nanos > 0;
    }

    double nanos() {
        return nanos;
    }

    /** Takes over what calls took while so few ran that they were not in each other's way. */
    void learn(long taken) {
        double mean = Math.max(UNIT, mean(taken));
        int count = count(taken);
        nanos = isKnown() ? nanos + (mean - nanos) * count / (count + LEARNED_WITH) : mean;
    }

    /** Follows, slowly, what calls take under a load that is borne well. */
    void follow(long taken) {
        nanos = Math.clamp(mean(taken), nanos * (1 - DRIFT), nanos * (1 + DRIFT));
    }
}
