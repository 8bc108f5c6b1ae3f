package dev.parley.resilience;

import java.time.Duration;

/**
 * A {@link CircuitBreaker} at one moment; its figures are read one after the other, so under load they may be of
 * neighbouring moments.
 *
 * @param name the breaker's
 * @param state where it is
 * @param reason why it is there, for people
 * @param calls calls that were counted within the window; 0 unless it is closed
 * @param failures how many of them failed
 * @param consecutiveFailures failures since the last success; 0 unless it is closed
 * @param untilProbes how long until probes are let through; zero unless it is open
 * @param refused calls that were refused since the breaker was made
 */
public record CircuitBreakerSnapshot(
        String name,
        CircuitBreaker.State state,
        String reason,
        int calls,
        int failures,
        int consecutiveFailures,
        Duration untilProbes,
        long refused) {

    /** The part of the calls that failed, 0 to 1; 0 if there were none. */
    public double failureRate() {
        return calls == 0 ? 0 : (double) failures / calls;
    }
}
