package dev.parley.resilience;

import java.time.Duration;

/**
 * How many calls a {@link Bulkhead} lets run at once, and how many wait for how long. Immutable.
 *
 * <p>The defaults let one method of one service take what the connections to one authority carry (256 over HTTP/1.1), so
 * that a healthy service is never held back: 256 running calls of 10 ms are 25,000 a second. As many may wait, for a
 * second: more would only wait for their deadline. What hangs thus holds 512 threads of its callers at most.
 *
 * @param maxConcurrent calls that run at once, 1 to 1,000,000; 256 by default
 * @param maxWaiting calls that wait for one of these to end, first come, first served, 0 to 1,000,000; 256 by default
 * @param maxWait the longest wait, zero (nobody waits) to one day; 1 s by default
 */
public record BulkheadPolicy(int maxConcurrent, int maxWaiting, Duration maxWait) {

    private static final BulkheadPolicy DEFAULTS = new BulkheadPolicy(256, 256, Duration.ofSeconds(1));

    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException if one is outside its limits; the message names it
     */
    public BulkheadPolicy {
        Settings.between("maxConcurrent", maxConcurrent, 1, 1_000_000);
        Settings.between("maxWaiting", maxWaiting, 0, 1_000_000);
        Settings.between("maxWait", maxWait, Duration.ZERO, Settings.LONGEST);
    }

    /** 256 run, 256 wait for a second. */
    public static BulkheadPolicy defaults() {
        return DEFAULTS;
    }

    /** This with another {@link #maxConcurrent}. */
    public BulkheadPolicy withMaxConcurrent(int count) {
        return new BulkheadPolicy(count, maxWaiting, maxWait);
    }

    /** This with another {@link #maxWaiting}. */
    public BulkheadPolicy withMaxWaiting(int count) {
        return new BulkheadPolicy(maxConcurrent, count, maxWait);
    }

    /** This with another {@link #maxWait}. */
    public BulkheadPolicy withMaxWait(Duration time) {
        return new BulkheadPolicy(maxConcurrent, maxWaiting, time);
    }
}
