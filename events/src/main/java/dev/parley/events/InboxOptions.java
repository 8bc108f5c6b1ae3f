package dev.parley.events;

import java.time.Duration;

/**
 * How an inbox keeps what it has seen. Immutable.
 *
 * @param retention for how long a message is known; longer than the broker and its dead letters may deliver it again. 1 s to 3,650 days,
 *     default 7 days
 * @param sweepInterval how often what is older is deleted, as part of handling; 10 ms to 1 day, default 1 min
 * @param sweepBatch how many rows a transaction deletes at most; 1 to 100,000, default 1,000
 */
public record InboxOptions(Duration retention, Duration sweepInterval, int sweepBatch) {

    private static final InboxOptions DEFAULTS = new InboxOptions(Duration.ofDays(7), Duration.ofMinutes(1), 1000);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException naming what is out of its range
     */
    public InboxOptions {
        Ranges.check("retention", retention, Duration.ofSeconds(1), Duration.ofDays(3650));
        Ranges.check("sweepInterval", sweepInterval, Duration.ofMillis(10), Duration.ofDays(1));
        Ranges.check("sweepBatch", sweepBatch, 1, 100_000);
    }

    /** The defaults. */
    public static InboxOptions defaults() {
        return DEFAULTS;
    }

    /** This with another {@link #retention}. */
    public InboxOptions withRetention(Duration time) {
        return new InboxOptions(time, sweepInterval, sweepBatch);
    }

    /** This with another {@link #sweepInterval}. */
    public InboxOptions withSweepInterval(Duration time) {
        return new InboxOptions(retention, time, sweepBatch);
    }

    /** This with another {@link #sweepBatch}. */
    public InboxOptions withSweepBatch(int rows) {
        return new InboxOptions(retention, sweepInterval, rows);
    }
}
