package dev.parley.examples.shop.events;

import dev.parley.messaging.Topic;
import java.util.List;

/** Where the events are published, each type to a topic of its own. */
public final class OrderTopics {

    /** {@code order.placed}. */
    public static final Topic<OrderPlaced> PLACED = Topic.json("order.placed", OrderPlaced.class);

    /** {@code order.confirmed}. */
    public static final Topic<OrderConfirmed> CONFIRMED = Topic.json("order.confirmed", OrderConfirmed.class);

    /** {@code order.cancelled}. */
    public static final Topic<OrderCancelled> CANCELLED = Topic.json("order.cancelled", OrderCancelled.class);

    /** All of them. */
    public static final List<Topic<? extends OrderEvent>> ALL = List.of(PLACED, CONFIRMED, CANCELLED);

    private OrderTopics() {}
}
