package dev.parley.examples.shop.order;

import dev.parley.events.EventBus;
import dev.parley.events.Outbox;
import dev.parley.examples.shop.events.OrderCancelled;
import dev.parley.examples.shop.events.OrderConfirmed;
import dev.parley.examples.shop.events.OrderEvent;
import dev.parley.examples.shop.events.OrderPlaced;
import dev.parley.examples.shop.order.v1.Order;
import dev.parley.store.Transaction;
import java.sql.SQLException;
import java.util.Optional;

/** Says what has become of an order, through the outbox. */
final class OrderNews {

    private final EventBus bus;
    private final Outbox outbox;

    OrderNews(EventBus bus, Outbox outbox) {
        this.bus = bus;
        this.outbox = outbox;
    }

    /** Publishes what its status tells, if anybody is to know, once the transaction has committed. */
    void publish(Transaction tx, Order order) throws SQLException {
        Optional<OrderEvent> event = event(order);
        if (event.isPresent()) {
            bus.publish(outbox, tx, event.get(), message -> message.withCorrelationId(order.getId()));
        }
    }

    private static Optional<OrderEvent> event(Order order) {
        String id = order.getId();
        String user = order.getUserId();
        String product = order.getProductId();
        int quantity = order.getQuantity();
        long cents = order.getTotal().getCents();
        return switch (order.getStatus()) {
            case PAID -> Optional.of(new OrderPlaced(id, user, product, quantity, cents));
            case CONFIRMED -> Optional.of(new OrderConfirmed(id, user, product, quantity, cents));
            case CANCELLED -> Optional.of(new OrderCancelled(id, user, product, quantity, cents));
            case CANCELLING, ORDER_STATUS_UNSPECIFIED, UNRECOGNIZED -> Optional.empty(); // on its way, or none of ours
        };
    }
}
