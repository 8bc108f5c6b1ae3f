package dev.parley.resilience;

import java.time.Duration;

/**
 * When a {@link LoadShedder} takes a server for overloaded. Immutable. The defaults are meant for every server.
 *
 * @param minConcurrent that many calls may always run, 1 to 1,000,000; 20 by default. Times that are measured while no
 *     more run are what calls take without load
 * @param maxConcurrent no more than that ever run, {@code minConcurrent} to 1,000,000; 100,000 by default
 * @param tolerance calls may take that many times what they take without load, 1 to 100; 2 by default
 * @param slack and that much longer, 1 ms to 1 minute; 10 ms by default. It keeps calls of microseconds from being shed
 *     for a pause of the garbage collector
 * @param window how long is measured, at least, before the limit is moved, 1 ms to 1 minute; 100 ms by default
 * @param minimumSamples how many calls are measured, at least, before the limit is moved, 1 to 100,000; 20 by default
 * @param streams whether calls with a stream count among those that run, until the stream has ended; false by default.
 *     They are never measured
 */
public record LoadShedderPolicy(
        int minConcurrent,
        int maxConcurrent,
        double tolerance,
        Duration slack,
        Duration window,
        int minimumSamples,
        boolean streams) {

    private static final LoadShedderPolicy DEFAULTS =
            new LoadShedderPolicy(20, 100_000, 2, Duration.ofMillis(10), Duration.ofMillis(100), 20, false);

    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException if one is outside its limits; the message names it
     */
    public LoadShedderPolicy {
        Settings.between("minConcurrent", minConcurrent, 1, 1_000_000);
        Settings.between("maxConcurrent", maxConcurrent, minConcurrent, 1_000_000);
        Settings.between("tolerance", tolerance, 1, 100);
        Settings.between("slack", slack, Duration.ofMillis(1), Duration.ofMinutes(1));
        Settings.between("window", window, Duration.ofMillis(1), Duration.ofMinutes(1));
        Settings.between("minimumSamples", minimumSamples, 1, 100_000);
    }

    /** At least 20 run; twice the time without load and 10 ms are borne; looked at each 100 ms. */
    public static LoadShedderPolicy defaults() {
        return DEFAULTS;
    }

    /** This with another {@link #minConcurrent}. */
    public LoadShedderPolicy withMinConcurrent(int count) {
        return new LoadShedderPolicy(count, maxConcurrent, tolerance, slack, window, minimumSamples, streams);
    }

    /** This with another {@link #maxConcurrent}. */
    public LoadShedderPolicy withMaxConcurrent(int count) {
        return new LoadShedderPolicy(minConcurrent, count, tolerance, slack, window, minimumSamples, streams);
    }

    /** This with another {@link #tolerance}. */
    public LoadShedderPolicy withTolerance(double factor) {
        return new LoadShedderPolicy(minConcurrent, maxConcurrent, factor, slack, window, minimumSamples, streams);
    }

    /** This with another {@link #slack}. */
    public LoadShedderPolicy withSlack(Duration time) {
        return new LoadShedderPolicy(minConcurrent, maxConcurrent, tolerance, time, window, minimumSamples, streams);
    }

    /** This with another {@link #window}. */
    public LoadShedderPolicy withWindow(Duration time) {
        return new LoadShedderPolicy(minConcurrent, maxConcurrent, tolerance, slack, time, minimumSamples, streams);
    }

    /** This with other {@link #minimumSamples}. */
    public LoadShedderPolicy withMinimumSamples(int count) {
        return new LoadShedderPolicy(minConcurrent, maxConcurrent, tolerance, slack, window, count, streams);
    }

    /** This with or without {@link #streams}. */
    public LoadShedderPolicy withStreams(boolean counted) {
        return new LoadShedderPolicy(minConcurrent, maxConcurrent, tolerance, slack, window, minimumSamples, counted);
    }
}
