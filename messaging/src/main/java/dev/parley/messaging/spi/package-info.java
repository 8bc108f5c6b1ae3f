/**
 * What a broker's adapter implements: publish with a confirmation, one blocking receive, settle in batches, and dead letters. All else
 * (handlers, order of keys, backoff, breakers, batches, requests, reconnects) is done once, for all of them.
 *
 * <pre>{@code
 * BrokerBackend backend = provider.open(BrokerUri.parse("amqp://127.0.0.1:5672"), BrokerOptions.defaults());
 * backend.publish(List.of(Outgoing.now("order.placed", message)));
 * }</pre>
 */
@NullMarked
package dev.parley.messaging.spi;

import org.jspecify.annotations.NullMarked;
