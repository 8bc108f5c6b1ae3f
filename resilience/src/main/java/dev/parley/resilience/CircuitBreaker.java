package dev.parley.resilience;

/** Placeholder of the state that events name. */
public final class CircuitBreaker {
    private CircuitBreaker() {}

    /** Where a breaker is. */
    public enum State {
        /** Calls go through and are counted. */
        CLOSED,
        /** Calls are refused until the time is over. */
        OPEN,
        /** A few calls go through as probes. */
        HALF_OPEN,
        /** Calls are refused until somebody says otherwise. */
        FORCED_OPEN,
        /** Calls go through and change nothing, until somebody says otherwise. */
        FORCED_CLOSED
    }
}
