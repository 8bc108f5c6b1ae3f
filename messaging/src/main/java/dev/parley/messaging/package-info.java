/**
 * Messages and events: one interface over every broker, at least once per topic and group, with retries, dead letters and order by key done
 * alike on all of them.
 *
 * <pre>{@code
 * MessageBroker broker = MessageBroker.connect("memory:");
 * Topic<String> greetings = Topic.text("greetings");
 * Subscription subscription = broker.subscribe(greetings, "screen", (call, delivery) -> {
 *     System.out.println(delivery.payload());
 *     return Disposition.ack();
 * });
 * broker.publish(greetings, "hello");
 * }</pre>
 */
@NullMarked
package dev.parley.messaging;

import org.jspecify.annotations.NullMarked;
