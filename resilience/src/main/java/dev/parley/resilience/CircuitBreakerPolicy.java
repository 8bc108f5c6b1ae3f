package dev.parley.resilience;

import dev.parley.Code;
import java.time.Duration;
import java.util.Set;

/**
 * When a {@link CircuitBreaker} opens and how it closes again. Immutable.
 *
 * @param consecutiveFailures opens at that many failures in a row, 1 to 1,000,000; 5 by default
 * @param failureRate opens at a failure when this part of the calls within {@code window} failed, 0.01 to 1; 0.5 by
 *     default
 * @param minimumCalls the rate counts once that many calls ended within {@code window}, 1 to 1,000,000; 20 by default
 * @param window how far back the rate looks, 10 ms to one day, in steps of a tenth; 10 s by default
 * @param openTime how long it stays open before it lets probes through, 1 ms to one day; 30 s by default. Probes that have
 *     not ended after this time are no longer waited for
 * @param probes how many calls go through when it is half-open, all of which must succeed, 1 to 1,000; 3 by default
 * @param failures the codes that say that the service is not well, never empty; by default UNKNOWN, DEADLINE_EXCEEDED,
 *     INTERNAL, UNAVAILABLE, DATA_LOSS and RESOURCE_EXHAUSTED
 */
public record CircuitBreakerPolicy(
        int consecutiveFailures,
        double failureRate,
        int minimumCalls,
        Duration window,
        Duration openTime,
        int probes,
        Set<Code> failures) {

    private static final CircuitBreakerPolicy DEFAULTS = new CircuitBreakerPolicy(
            5,
            0.5,
            20,
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            3,
            Set.of(
                    Code.UNKNOWN,
                    Code.DEADLINE_EXCEEDED,
                    Code.INTERNAL,
                    Code.UNAVAILABLE,
                    Code.DATA_LOSS,
                    Code.RESOURCE_EXHAUSTED));

    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException if one is outside its limits; the message names it
     */
    public CircuitBreakerPolicy {
        Settings.between("consecutiveFailures", consecutiveFailures, 1, 1_000_000);
        Settings.between("failureRate", failureRate, 0.01, 1);
        Settings.between("minimumCalls", minimumCalls, 1, 1_000_000);
        Settings.between("window", window, Duration.ofMillis(10), Settings.LONGEST);
        Settings.between("openTime", openTime, Duration.ofMillis(1), Settings.LONGEST);
        Settings.between("probes", probes, 1, 1_000);
        failures = Set.copyOf(failures);
        if (failures.isEmpty()) {
            throw new IllegalArgumentException(
                    "failures must name one code at least, but is empty: the breaker would never open");
        }
    }

    /** 5 failures in a row or half of at least 20 calls in 10 s; open for 30 s; 3 probes. */
    public static CircuitBreakerPolicy defaults() {
        return DEFAULTS;
    }

    /** This with another {@link #consecutiveFailures}. */
    public CircuitBreakerPolicy withConsecutiveFailures(int count) {
        return new CircuitBreakerPolicy(count, failureRate, minimumCalls, window, openTime, probes, failures);
    }

    /** This with another {@link #failureRate}. */
    public CircuitBreakerPolicy withFailureRate(double rate) {
        return new CircuitBreakerPolicy(consecutiveFailures, rate, minimumCalls, window, openTime, probes, failures);
    }

    /** This with other {@link #minimumCalls}. */
    public CircuitBreakerPolicy withMinimumCalls(int count) {
        return new CircuitBreakerPolicy(consecutiveFailures, failureRate, count, window, openTime, probes, failures);
    }

    /** This with another {@link #window}. */
    public CircuitBreakerPolicy withWindow(Duration time) {
        return new CircuitBreakerPolicy(
                consecutiveFailures, failureRate, minimumCalls, time, openTime, probes, failures);
    }

    /** This with another {@link #openTime}. */
    public CircuitBreakerPolicy withOpenTime(Duration time) {
        return new CircuitBreakerPolicy(consecutiveFailures, failureRate, minimumCalls, window, time, probes, failures);
    }

    /** This with another number of {@link #probes}. */
    public CircuitBreakerPolicy withProbes(int count) {
        return new CircuitBreakerPolicy(
                consecutiveFailures, failureRate, minimumCalls, window, openTime, count, failures);
    }

    /** This with other {@link #failures}. */
    public CircuitBreakerPolicy withFailures(Set<Code> codes) {
        return new CircuitBreakerPolicy(
                consecutiveFailures, failureRate, minimumCalls, window, openTime, probes, codes);
    }
}
