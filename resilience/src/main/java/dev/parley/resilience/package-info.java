/**
 * Policies that let a call survive what networks do: each is a state machine without locks that can be asked alone, stands
 * in front of any {@link dev.parley.Handler} as an {@link dev.parley.Interceptor} and around any {@link
 * java.util.concurrent.Callable}, tells {@linkplain dev.parley.resilience.ResilienceEvent events}, and shows a snapshot.
 *
 * <pre>{@code
 * CircuitBreaker breaker = new CircuitBreaker("payment-service", CircuitBreakerPolicy.defaults());
 * breaker.listen(event -> System.out.println(event));
 * Handler<String, String> guarded = breaker.before((call, card) -> "charged " + card);
 * }</pre>
 */
@NullMarked
package dev.parley.resilience;

import org.jspecify.annotations.NullMarked;
