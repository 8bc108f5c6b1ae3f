/**
 * Interceptors in their order: a {@link dev.parley.chain.Chain} is a list of named entries, some for all methods, some for
 * a few, some with a state for each method, which a user changes by name.
 *
 * <pre>{@code
 * Chain chain = Chain.empty()
 *         .withLast(ChainEntry.perMethod(
 *                 "breaker", method -> new CircuitBreaker(method.fullName(), CircuitBreakerPolicy.defaults())))
 *         .withLast(ChainEntry.of("limit", limiter).on("shop.order.v1.OrderService/*"));
 * Chain without = chain.without("limit");
 * }</pre>
 */
@NullMarked
package dev.parley.chain;

import org.jspecify.annotations.NullMarked;
