package dev.parley.examples.shop.events;

import dev.parley.events.EventBus;
import dev.parley.events.EventCatalog;
import dev.parley.events.EventType;
import dev.parley.messaging.MessageBroker;

/** The events of orders as they are written: each type on a topic of its own, with the order as the key. */
public final class OrderEvents {

    private static final EventCatalog CATALOG = EventCatalog.of(
            EventType.of("order.placed", OrderPlaced.class).key(OrderPlaced::orderId),
            EventType.of("order.confirmed", OrderConfirmed.class).key(OrderConfirmed::orderId),
            EventType.of("order.cancelled", OrderCancelled.class).key(OrderCancelled::orderId));

    private OrderEvents() {}

    /** Over this broker. */
    public static EventBus over(MessageBroker broker) {
        return EventBus.on(broker, CATALOG);
    }
}
