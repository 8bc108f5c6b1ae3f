package dev.parley.discovery;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A moving average of latencies that follows peaks at once and forgets them slowly (peak-EWMA, as in Finagle and Linkerd):
 * what is above it replaces it, what is below pulls it down by how much time has passed. Without observations it decays
 * towards nothing, so that one that was slow is tried again. Lock-free: average and time are in one word, the average as a {@code
 * float} in nanoseconds, the time in ticks of {@value #TICK} ns, which wrap after 52 days.
 */
final class Latency {

    /** 2 to the power of this, in nanoseconds: about a millisecond. */
    private static final int TICK_BITS = 20;

    static final long TICK = 1L << TICK_BITS;
    private static final long UNKNOWN = 0;

    private final AtomicLong state = new AtomicLong(UNKNOWN);
    private final long origin;
    private final double decayTicks;

    Latency(long now, long decayNanos) {
        this.origin = now;
        this.decayTicks = Math.max(1.0, (double) decayNanos / TICK);
    }

    private int tick(long now) {
        return (int) ((now - origin) >> TICK_BITS);
    }

    private static long packed(float average, int tick) {
        return (long) Float.floatToRawIntBits(average) << Integer.SIZE | Integer.toUnsignedLong(tick);
    }

    private static float average(long packed) {
        return Float.intBitsToFloat((int) (packed >>> Integer.SIZE));
    }

    /** How much of the average is left; 1 for an average of this moment, or one of a clock that has jumped back. */
    private double left(long packed, int tick) {
        int elapsed = tick - (int) packed;
        return elapsed <= 0 ? 1 : Math.exp(-elapsed / decayTicks);
    }

    /** In nanoseconds; 0 if nothing is known. */
    double nanos(long now) {
        long seen = state.get();
        if (seen == UNKNOWN) {
            return 0;
        }
        int tick = tick(now);
        int elapsed = tick - (int) seen;
        // One that is called often is read more often than written; its average needs no decay.
        return elapsed * 64L < decayTicks ? average(seen) : Math.max(1, average(seen) * left(seen, tick));
    }

    /** Nothing is known any more. */
    void forget() {
        state.set(UNKNOWN);
    }

    /** An answer took this long. */
    void observe(long now, long latencyNanos) {
        float latency = Math.max(1, latencyNanos);
        int tick = tick(now);
        while (true) {
            long seen = state.get();
            float next = latency;
            if (seen != UNKNOWN) {
                double left = left(seen, tick);
                if (latency < average(seen) * left) {
                    if ((int) seen == tick) {
                        return; // within one tick only a peak tells something new
                    }
                    next = (float) (average(seen) * left + latency * (1 - left));
                }
            }
            if (state.compareAndSet(seen, packed(Math.max(1, next), tick))) {
                return;
            }
        }
    }

    /**
     * Something ended otherwise than by an answer: it took this long at least, which tells nothing if the average is above.
     */
    void observeAtLeast(long now, long latencyNanos) {
        if (latencyNanos > nanos(now)) {
            observe(now, latencyNanos);
        }
    }
}
