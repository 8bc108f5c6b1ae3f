package dev.parley.examples.shop.order;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.Timestamps;
import dev.parley.Messages;
import dev.parley.events.EventBus;
import dev.parley.events.Outbox;
import dev.parley.examples.shop.order.v1.Order;
import dev.parley.examples.shop.order.v1.OrderStatus;
import dev.parley.examples.shop.order.v1.OrderStatusUpdate;
import dev.parley.examples.shop.store.Feed;
import dev.parley.examples.shop.store.StoreFull;
import dev.parley.store.Migration;
import dev.parley.store.Schema;
import dev.parley.store.Store;
import dev.parley.store.Transaction;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The orders, in a database. What others should know of an order commits together with it. Thread-safe. */
public final class OrderStore {

    private static final Set<OrderStatus> TERMINAL = Set.of(OrderStatus.CONFIRMED, OrderStatus.CANCELLED);
    private static final String INDEX = "create index shop_orders_user on shop_orders (user_id)";
    private static final Schema SCHEMA = new Schema(
            "shop.orders",
            List.of(new Migration(
                    1,
                    List.of(
                            "create table shop_orders (number integer primary key autoincrement,"
                                    + " id text not null unique, user_id text not null, content blob not null)",
                            INDEX),
                    List.of(
                            "create table shop_orders (number bigint generated always as identity primary key,"
                                    + " id varchar(100) not null unique, user_id varchar(100) not null,"
                                    + " content bytea not null)",
                            INDEX))));

    private final Store store;
    private final OrderNews news;
    private final int limit;
    private final Feed<OrderStatusUpdate> feed = new Feed<>(1_000, update -> TERMINAL.contains(update.getStatus()));

    /** Orders in {@code store}, of which {@code outbox} is the outbox, with room for {@code limit} of them. */
    OrderStore(Store store, EventBus bus, Outbox outbox, int limit) {
        store.migrate(SCHEMA);
        this.store = store;
        this.news = new OrderNews(bus, outbox);
        this.limit = limit;
    }

    /** Takes an order in. Nobody can watch it yet, so it needs no lock: orders that come together share a commit. */
    void add(Order order) {
        store.run(tx -> {
            ResultSet count = tx.prepare("select count(*) from shop_orders").executeQuery();
            count.next();
            if (count.getLong(1) >= limit) {
                throw new StoreFull("orders", limit);
            }
            PreparedStatement insert = tx.prepare("insert into shop_orders (id, user_id, content) values (?, ?, ?)");
            insert.setString(1, order.getId());
            insert.setString(2, order.getUserId());
            insert.setBytes(3, order.toByteArray());
            insert.executeUpdate();
            news.publish(tx, order);
        });
    }

    Order get(String id) {
        return store.read(tx -> find(tx, id));
    }

    private static Order find(Transaction tx, String id) throws SQLException, InvalidProtocolBufferException {
        PreparedStatement select = tx.prepare("select content from shop_orders where id = ?");
        select.setString(1, id);
        ResultSet row = select.executeQuery();
        if (!row.next()) {
            throw new UnknownOrder(id);
        }
        return Order.parseFrom(row.getBytes(1));
    }

    /** A user's orders, the latest first. */
    List<Order> of(String userId) {
        return store.read(tx -> {
            PreparedStatement select =
                    tx.prepare("select content from shop_orders where user_id = ? order by number desc");
            select.setString(1, userId);
            List<Order> orders = new ArrayList<>();
            ResultSet row = select.executeQuery();
            while (row.next()) {
                orders.add(Order.parseFrom(row.getBytes(1)));
            }
            return orders;
        });
    }

    /** Moves an order that is in {@code from} or there already to {@code to}. Locked, so that watchers see changes in their order. */
    synchronized Order move(String id, OrderStatus from, OrderStatus to) {
        boolean[] changed = new boolean[1];
        Order moved = store.transaction(tx -> {
            Order order = find(tx, id);
            if (order.getStatus() == to) {
                return order;
            }
            if (order.getStatus() != from) {
                throw new WrongStatus(order, to);
            }
            Order next = order.toBuilder().setStatus(to).build();
            PreparedStatement update = tx.prepare("update shop_orders set content = ? where id = ?");
            update.setBytes(1, next.toByteArray());
            update.setString(2, id);
            update.executeUpdate();
            news.publish(tx, next);
            changed[0] = true;
            return next;
        });
        if (changed[0]) {
            feed.publish(update(moved));
        }
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
