package dev.parley.messaging;

import java.time.Duration;

/**
 * How often and when a failed message is tried again: first at once, in the consumer's own hands, then through the broker with
 * exponential backoff and jitter, until it becomes a dead letter.
 *
 * @param maxAttempts deliveries in all through the broker, 1 to 1,000; immediate ones do not count
 * @param immediate how often each delivery is tried again at once before it counts as failed, 0 to 10
 * @param initial the first wait's upper bound, 1 ms to 1 h
 * @param multiplier from one wait to the next, 1 to 10
 * @param max upper bound of all waits, up to 7 days
 * @param jitter which part of a wait is random, 0 to 1
 */
public record Redelivery(
        int maxAttempts, int immediate, Duration initial, double multiplier, Duration max, double jitter) {

    private static final Redelivery DEFAULTS =
            new Redelivery(5, 0, Duration.ofSeconds(1), 2, Duration.ofMinutes(5), 0.5);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException naming what is out of its range
     */
    public Redelivery {
        check("maxAttempts", maxAttempts, 1, 1000);
        check("immediate", immediate, 0, 10);
        checkMillis("initial", initial, Duration.ofHours(1));
        check("multiplier", multiplier, 1, 10);
        checkMillis("max", max, Duration.ofDays(7));
        check("jitter", jitter, 0, 1);
    }

    /** 5 attempts; waits of 0.5 to 1 s, doubled each time, at most 5 min; none at once. */
    public static Redelivery defaults() {
        return DEFAULTS;
    }

    /** This with another number of attempts. */
    public Redelivery withMaxAttempts(int attempts) {
        return new Redelivery(attempts, immediate, initial, multiplier, max, jitter);
    }

    /** This with another number of immediate retries. */
    public Redelivery withImmediate(int retries) {
        return new Redelivery(maxAttempts, retries, initial, multiplier, max, jitter);
    }

    /** This with other waits. */
    public Redelivery withBackoff(Duration newInitial, double newMultiplier, Duration newMax) {
        return new Redelivery(maxAttempts, immediate, newInitial, newMultiplier, newMax, jitter);
    }

    /** This with another jitter. */
    public Redelivery withJitter(double newJitter) {
        return new Redelivery(maxAttempts, immediate, initial, multiplier, max, newJitter);
    }

    /**
     * The wait before the delivery after this many failed ones.
     *
     * @param failed 1 after the first
     * @param random 0 (included) to 1 (excluded)
     */
    public Duration backoff(int failed, double random) {
        double longest = (double) max.toMillis();
        double bound = Math.min(initial.toMillis() * Math.pow(multiplier, Math.max(0, failed - 1)), longest);
        return Duration.ofMillis(Math.round(bound * (1 - jitter * random)));
    }

    private static void checkMillis(String name, Duration value, Duration max) {
        if (value.toMillis() < 1 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException(
                    "%s of a redelivery must be 1 ms to %s, but is %s".formatted(name, max, value));
        }
    }

    private static void check(String name, double value, double min, double max) {
        if (!(value >= min && value <= max)) {
            throw new IllegalArgumentException(
                    "%s of a redelivery must be %s to %s, but is %s".formatted(name, min, max, value));
        }
    }
}
