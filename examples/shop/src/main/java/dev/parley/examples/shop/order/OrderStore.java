package dev.parley.examples.shop.order;

import com.google.protobuf.util.Timestamps;
import dev.parley.Messages;
import dev.parley.examples.shop.order.v1.Order;
import dev.parley.examples.shop.order.v1.OrderStatus;
import dev.parley.examples.shop.order.v1.OrderStatusUpdate;
import dev.parley.examples.shop.store.Feed;
import dev.parley.examples.shop.store.StoreFull;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The orders, in memory. Thread-safe. */
public final class OrderStore {

    private static final Set<OrderStatus> TERMINAL = Set.of(OrderStatus.CONFIRMED, OrderStatus.CANCELLED);

    private final int limit;
    private final Map<String, Order> orders = new LinkedHashMap<>();
    private final Feed<OrderStatusUpdate> feed = new Feed<>(1_000, update -> TERMINAL.contains(update.getStatus()));

    /** A store with room for {@code limit} orders. */
    public OrderStore(int limit) {
        this.limit = limit;
    }

    synchronized void add(Order order) {
        if (orders.size() >= limit) {
            throw new StoreFull("orders", limit);
        }
        orders.put(order.getId(), order);
    }

    synchronized Order get(String id) {
        Order order = orders.get(id);
        if (order == null) {
            throw new UnknownOrder(id);
        }
        return order;
    }

    /** A user's orders, the latest first. */
    synchronized List<Order> of(String userId) {
        return orders.values().stream()
                .filter(order -> order.getUserId().equals(userId))
                .toList()
                .reversed();
    }

    /** Moves an order that is in {@code from} or there already to {@code to}. */
    synchronized Order move(String id, OrderStatus from, OrderStatus to) {
        Order order = get(id);
        if (order.getStatus() == to) {
            return order;
        }
        if (order.getStatus() != from) {
            throw new WrongStatus(order, to);
        }
        Order moved = order.toBuilder().setStatus(to).build();
        orders.put(id, moved);
        feed.publish(update(moved));
        return moved;
    }

    /** Moves an order that is paid to CANCELLING, unless it is on that way or at its end. */
    synchronized Order startCancelling(String id) {
        Order order = get(id);
        return order.getStatus() == OrderStatus.CANCELLED ? order : move(id, OrderStatus.PAID, OrderStatus.CANCELLING);
    }

    /** The status of now, then each change to the last. */
    synchronized Messages<OrderStatusUpdate> watch(String id) {
        return feed.watch(
                List.of(update(get(id))), update -> update.getOrderId().equals(id));
    }

    private static OrderStatusUpdate update(Order order) {
        return OrderStatusUpdate.newBuilder()
                .setOrderId(order.getId())
                .setStatus(order.getStatus())
                .setTimestamp(Timestamps.now())
                .build();
    }
}
