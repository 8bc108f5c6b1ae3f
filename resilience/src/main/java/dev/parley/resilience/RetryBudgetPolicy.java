package dev.parley.resilience;

import java.time.Duration;

/**
 * How many repeats a {@link RetryBudget} pays for. Immutable.
 *
 * @param ratio repeats for each call, 0 to 1. Default 0.2: one for every five calls
 * @param perSecond repeats for each second besides, so that a client with few calls can repeat any of them: 0 to
 *     1,000,000. Default 10
 * @param saving for how long what was not used can be saved up: 1 ms to 1 minute. Default 1 s. A client that
 *     was well for hours can then repeat no more at once than it earns in a second, which repeats each call that is under
 *     way if calls take less than {@code ratio} seconds; with a longer one the first seconds of an outage double the load
 */
public record RetryBudgetPolicy(double ratio, double perSecond, Duration saving) {

    private static final RetryBudgetPolicy DEFAULTS = new RetryBudgetPolicy(0.2, 10, Duration.ofSeconds(1));

    /** Checks all of the above; what is wrong is an {@link IllegalArgumentException} that names it. */
    public RetryBudgetPolicy {
        Settings.between("ratio", ratio, 0, 1);
        Settings.between("perSecond", perSecond, 0, 1_000_000);
        Settings.between("saving", saving, Duration.ofMillis(1), Duration.ofMinutes(1));
    }

    /** The defaults that each parameter names. */
    public static RetryBudgetPolicy defaults() {
        return DEFAULTS;
    }

    /** With {@code repeats} in place of {@link #ratio}. */
    public RetryBudgetPolicy withRatio(double repeats) {
        return new RetryBudgetPolicy(repeats, perSecond, saving);
    }

    /** With {@code repeats} in place of {@link #perSecond}. */
    public RetryBudgetPolicy withPerSecond(double repeats) {
        return new RetryBudgetPolicy(ratio, repeats, saving);
    }

    /** With {@code time} in place of {@link #saving}. */
    public RetryBudgetPolicy withSaving(Duration time) {
        return new RetryBudgetPolicy(ratio, perSecond, time);
    }
}
