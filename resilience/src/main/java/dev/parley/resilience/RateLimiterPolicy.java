package dev.parley.resilience;

import java.time.Duration;

/**
 * How many calls a {@link RateLimiter} lets through. Immutable.
 *
 * <p>There is no rate that fits everybody; the default one is 100 a second in bursts of 100, without waiting.
 *
 * @param permits calls for each {@code period}, 1 to 1,000,000,000, at most one each 100 ns
 * @param period the time that {@code permits} are for, 1 µs to one day
 * @param burst calls that may come at once after a pause, 1 to 1,000,000,000; to be saved up takes no more than one day
 * @param maxWait the longest time that a call waits for its turn, zero (it is refused at once) to one day; zero by
 *     default
 */
public record RateLimiterPolicy(int permits, Duration period, int burst, Duration maxWait) {

    private static final int MOST = 1_000_000_000;
    private static final long SHORTEST_INTERVAL = 100; // nanoseconds; rounding to one is an error of 1 % at most
    private static final RateLimiterPolicy DEFAULTS = perSecond(100);

    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException if one is outside its limits; the message names it
     */
    public RateLimiterPolicy {
        Settings.between("permits", permits, 1, MOST);
        Settings.between("period", period, Duration.ofNanos(1_000), Settings.LONGEST);
        Settings.between("burst", burst, 1, MOST);
        Settings.between("maxWait", maxWait, Duration.ZERO, Settings.LONGEST);
        long interval = period.toNanos() / permits;
        if (interval < SHORTEST_INTERVAL) {
            throw new IllegalArgumentException("permits must be at most one each " + SHORTEST_INTERVAL + " ns, but "
                    + permits + " in " + period + " are more");
        }
        if (burst > Settings.LONGEST.toNanos() / interval) {
            throw new IllegalArgumentException("burst must be saved up within " + Settings.LONGEST + ", but " + burst
                    + " at one each " + Duration.ofNanos(interval) + " takes longer");
        }
    }

    /** 100 a second, 100 at once, nobody waits. */
    public static RateLimiterPolicy defaults() {
        return DEFAULTS;
    }

    /** {@code permits} a second, as many at once, nobody waits. */
    public static RateLimiterPolicy perSecond(int permits) {
        return new RateLimiterPolicy(permits, Duration.ofSeconds(1), permits, Duration.ZERO);
    }

    /** The time from one permit to the next, rounded up, so that the rate is never exceeded. */
    long intervalNanos() {
        return Math.ceilDiv(period.toNanos(), permits);
    }

    /** This with other {@link #permits}. */
    public RateLimiterPolicy withPermits(int count) {
        return new RateLimiterPolicy(count, period, burst, maxWait);
    }

    /** This with another {@link #period}. */
    public RateLimiterPolicy withPeriod(Duration time) {
        return new RateLimiterPolicy(permits, time, burst, maxWait);
    }

    /** This with another {@link #burst}. */
    public RateLimiterPolicy withBurst(int count) {
        return new RateLimiterPolicy(permits, period, count, maxWait);
    }

    /** This with another {@link #maxWait}. */
    public RateLimiterPolicy withMaxWait(Duration time) {
        return new RateLimiterPolicy(permits, period, burst, time);
    }
}
