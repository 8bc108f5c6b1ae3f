package dev.parley.resilience;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Whether calls wait for a thread for longer than a burst explains. A handler that computes keeps its processor until it
 * is done, so no more of them run at once than there are processors; what is too much waits ahead of them, where counting
 * what runs finds nothing.
 *
 * <p>After CoDel (Nichols and Jacobson, RFC 8289), as servers of requests use it: a queue whose shortest wait in a whole
 * window was beyond what is borne is a standing one, since a burst would have been worked off in between. While there is a
 * standing queue, calls that have waited for more than twice what is borne are refused, which costs little, until those
 * behind them wait for less. Waits are in parts of what is borne, as that is different for each method. Lock-free.
 */
final class StandingQueue {

    private static final double REFUSED = 2;

    private final long windowNanos;
    private final int minimumSamples;
    private final AtomicLong least = new AtomicLong(Double.doubleToRawLongBits(Double.MAX_VALUE));
    private final AtomicLong samples = new AtomicLong();
    private final AtomicBoolean closing = new AtomicBoolean();
    private volatile long windowStart;
    private volatile double standing;

    StandingQueue(LoadShedderPolicy policy, long now) {
        this.windowNanos = policy.window().toNanos();
        this.minimumSamples = policy.minimumSamples();
        this.windowStart = now;
    }

    /** The shortest wait of the last window, in parts of what is borne; above 1 there is a standing queue. */
    double standing() {
        return standing;
    }

    /** A call has waited for that part of what is borne; returns whether it is to be refused. */
    boolean refuses(double waited, long now) {
        // Not negative, so bits are in the order of values.
        long bits = Double.doubleToRawLongBits(waited);
        long seen = least.get();
        while (bits < seen && !least.compareAndSet(seen, bits)) {
            seen = least.get();
        }
        long elapsed = now - windowStart;
        if (samples.incrementAndGet() >= minimumSamples
                && (elapsed >= windowNanos || elapsed < 0) // the clock jumped back
                && closing.compareAndSet(false, true)) {
            windowStart = now;
            samples.set(0);
            standing = Double.longBitsToDouble(least.getAndSet(Double.doubleToRawLongBits(Double.MAX_VALUE)));
            closing.set(false);
        }
        return waited > REFUSED && standing > 1;
    }
}
