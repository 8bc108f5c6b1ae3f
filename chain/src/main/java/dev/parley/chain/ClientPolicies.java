package dev.parley.chain;

import dev.parley.resilience.BulkheadPolicy;
import dev.parley.resilience.CircuitBreakerPolicy;
import dev.parley.resilience.HedgingPolicy;
import dev.parley.resilience.RetryBudgetPolicy;
import dev.parley.resilience.RetryPolicy;
import java.util.Objects;
import java.util.Optional;

/**
 * The settings of a client's policies. Immutable.
 *
 * @param breaker for each method; {@link CircuitBreakerPolicy#defaults()}
 * @param bulkhead for each method; {@link BulkheadPolicy#defaults()}
 * @param retry for each method; {@link RetryPolicy#defaults()}
 * @param budget of all retries and hedges of the client together; {@link RetryBudgetPolicy#defaults()}
 * @param hedging for each method; none, because it costs the other side work
 */
public record ClientPolicies(
        CircuitBreakerPolicy breaker,
        BulkheadPolicy bulkhead,
        RetryPolicy retry,
        RetryBudgetPolicy budget,
        Optional<HedgingPolicy> hedging) {

    private static final ClientPolicies DEFAULTS = new ClientPolicies(
            CircuitBreakerPolicy.defaults(),
            BulkheadPolicy.defaults(),
            RetryPolicy.defaults(),
            RetryBudgetPolicy.defaults(),
            Optional.empty());

    /** Checks that nothing is null. */
    public ClientPolicies {
        Objects.requireNonNull(breaker, "breaker");
        Objects.requireNonNull(bulkhead, "bulkhead");
        Objects.requireNonNull(retry, "retry");
        Objects.requireNonNull(budget, "budget");
        Objects.requireNonNull(hedging, "hedging");
    }

    /** The values named above. */
    public static ClientPolicies defaults() {
        return DEFAULTS;
    }

    /** With another breaker. */
    public ClientPolicies withBreaker(CircuitBreakerPolicy policy) {
        return new ClientPolicies(policy, bulkhead, retry, budget, hedging);
    }

    /** With another bulkhead. */
    public ClientPolicies withBulkhead(BulkheadPolicy policy) {
        return new ClientPolicies(breaker, policy, retry, budget, hedging);
    }

    /** With other retries. */
    public ClientPolicies withRetry(RetryPolicy policy) {
        return new ClientPolicies(breaker, bulkhead, policy, budget, hedging);
    }

    /** With another budget. */
    public ClientPolicies withBudget(RetryBudgetPolicy policy) {
        return new ClientPolicies(breaker, bulkhead, retry, policy, hedging);
    }

    /** With hedging of idempotent unary calls. */
    public ClientPolicies withHedging(HedgingPolicy policy) {
        return new ClientPolicies(breaker, bulkhead, retry, budget, Optional.of(policy));
    }
}
