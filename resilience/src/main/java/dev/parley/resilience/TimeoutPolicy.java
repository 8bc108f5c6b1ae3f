package dev.parley.resilience;

import java.time.Duration;

/**
 * How long a {@link Timeout} lets a call take. Immutable.
 *
 * @param limit the longest time, 1 ms to one day; 15 s by default
 * @param streams whether it is a limit for calls with a stream, too, then until the stream's end; false by default, as
 *     what may go on for ever has no total time
 */
public record TimeoutPolicy(Duration limit, boolean streams) {

    private static final TimeoutPolicy DEFAULTS = new TimeoutPolicy(Duration.ofSeconds(15), false);

    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException if the limit is too short or too long; the message says what it is
     */
    public TimeoutPolicy {
        Settings.between("limit", limit, Duration.ofMillis(1), Settings.LONGEST);
    }

    /** 15 s, streams as long as they like. */
    public static TimeoutPolicy defaults() {
        return DEFAULTS;
    }

    /** This with another {@link #limit}. */
    public TimeoutPolicy withLimit(Duration time) {
        return new TimeoutPolicy(time, streams);
    }

    /** This with or without {@link #streams}. */
    public TimeoutPolicy withStreams(boolean limited) {
        return new TimeoutPolicy(limit, limited);
    }
}
