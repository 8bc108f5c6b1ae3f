package dev.parley.events;

import java.time.Duration;

/**
 * How a {@link WindowedCount} counts. Immutable.
 *
 * @param window length of a window; windows lie end to end from 1970 on. 1 ms to 366 days
 * @param lateness how long after its end, by the greatest event time seen, a window still takes events; later ones are counted as late.
 *     0 to 366 days
 * @param batch how many events a transaction takes at most; 1 to 10,000, default 500
 */
public record WindowOptions(Duration window, Duration lateness, int batch) {

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException naming what is out of its range
     */
    public WindowOptions {
        Ranges.check("window", window, Duration.ofMillis(1), Duration.ofDays(366));
        Ranges.check("lateness", lateness, Duration.ZERO, Duration.ofDays(366));
        Ranges.check("batch", batch, 1, 10_000);
    }

    /** Windows of this length and lateness. */
    public static WindowOptions of(Duration window, Duration lateness) {
        return new WindowOptions(window, lateness, 500);
    }

    /** This with another {@link #batch}. */
    public WindowOptions withBatch(int events) {
        return new WindowOptions(window, lateness, events);
    }
}
