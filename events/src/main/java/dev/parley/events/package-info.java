/**
 * Domain events: messages that commit together with business rows (outbox), handlers that have their effect once (inbox), typed events on any
 * broker (bus), and an event store.
 *
 * <pre>{@code
 * EventType<OrderPlaced> placed = EventType.of("order.placed", OrderPlaced.class).key(OrderPlaced::orderId);
 * EventBus bus = EventBus.on(broker, EventCatalog.of(placed));
 * Outbox outbox = Outbox.on(store);
 * Inbox inbox = Inbox.on(store);
 *
 * bus.subscribe(OrderPlaced.class, "email", inbox.action((tx, delivery) -> insertEmail(tx, delivery.payload())));
 * store.run(tx -> {
 *     insertOrder(tx, order);
 *     bus.publish(outbox, tx, new OrderPlaced(order.id(), order.total()));
 * });
 * OutboxRelay relay = outbox.relay(broker);
 * }</pre>
 */
@NullMarked
package dev.parley.events;

import org.jspecify.annotations.NullMarked;
