package dev.parley.examples.shop.order;

import dev.parley.events.Outbox;
import dev.parley.examples.shop.events.OrderCancelled;
import dev.parley.examples.shop.events.OrderConfirmed;
import dev.parley.examples.shop.events.OrderEvent;
import dev.parley.examples.shop.events.OrderPlaced;
import dev.parley.examples.shop.events.OrderTopics;
import dev.parley.examples.shop.order.v1.Order;
import dev.parley.messaging.Message;
import dev.parley.messaging.Topic;
import dev.parley.store.Transaction;
import java.sql.SQLException;

/** Says what has become of an order, through the outbox. */
final class OrderNews {

    private final Outbox outbox;

    OrderNews(Outbox outbox) {
        this.outbox = outbox;
    }

    /** Publishes what its status tells, if anybody is to know, once the transaction has committed. */
    void publish(Transaction tx, Order order) throws SQLException {
        String id = order.getId();
        String user = order.getUserId();
        String product = order.getProductId();
        int quantity = order.getQuantity();
        long cents = order.getTotal().getCents();
        switch (order.getStatus()) {
            case PAID -> publish(tx, OrderTopics.PLACED, new OrderPlaced(id, user, product, quantity, cents));
            case CONFIRMED -> publish(tx, OrderTopics.CONFIRMED, new OrderConfirmed(id, user, product, quantity, cents));
            case CANCELLED -> publish(tx, OrderTopics.CANCELLED, new OrderCancelled(id, user, product, quantity, cents));
            case CANCELLING, ORDER_STATUS_UNSPECIFIED, UNRECOGNIZED -> {
                // on its way, or none of ours
            }
        }
    }

    private <E extends OrderEvent> void publish(Transaction tx, Topic<E> topic, E event) throws SQLException {
        outbox.publish(
                tx,
                topic,
                Message.of(topic.name(), event).withKey(event.orderId()).withCorrelationId(event.orderId()));
    }
}
