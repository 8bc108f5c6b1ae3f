package dev.parley.chain;

import dev.parley.resilience.BulkheadPolicy;
import dev.parley.resilience.CircuitBreakerPolicy;
import dev.parley.resilience.RetryBudgetPolicy;
import dev.parley.resilience.RetryPolicy;
import java.util.Objects;

/**
 * The settings of a client's policies. Immutable.
 *
 * @param breaker for each method; {@link CircuitBreakerPolicy#defaults()}
 * @param bulkhead for each method; {@link BulkheadPolicy#defaults()}
 * @param retry for each method; {@link RetryPolicy#defaults()}
 * @param budget of all retries and hedges of the client together; {@link RetryBudgetPolicy#defaults()}
 */
public record ClientPolicies(
        CircuitBreakerPolicy breaker, BulkheadPolicy bulkhead, RetryPolicy retry, RetryBudgetPolicy budget) {

    private static final ClientPolicies DEFAULTS = new ClientPolicies(
            CircuitBreakerPolicy.defaults(),
            BulkheadPolicy.defaults(),
            RetryPolicy.defaults(),
            RetryBudgetPolicy.defaults());

    /** Checks that nothing is null. */
    public ClientPolicies {
        Objects.requireNonNull(breaker, "breaker");
        Objects.requireNonNull(bulkhead, "bulkhead");
        Objects.requireNonNull(retry, "retry");
        Objects.requireNonNull(budget, "budget");
    }

    /** The values named above. */
    public static ClientPolicies defaults() {
        return DEFAULTS;
    }

    /** With another breaker. */
    public ClientPolicies withBreaker(CircuitBreakerPolicy policy) {
        return new ClientPolicies(policy, bulkhead, retry, budget);
    }

    /** With another bulkhead. */
    public ClientPolicies withBulkhead(BulkheadPolicy policy) {
        return new ClientPolicies(breaker, policy, retry, budget);
    }

    /** With other retries. */
    public ClientPolicies withRetry(RetryPolicy policy) {
        return new ClientPolicies(breaker, bulkhead, policy, budget);
    }

    /** With another budget. */
    public ClientPolicies withBudget(RetryBudgetPolicy policy) {
        return new ClientPolicies(breaker, bulkhead, retry, policy);
    }
}
