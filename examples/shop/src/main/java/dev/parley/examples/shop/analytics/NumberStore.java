package dev.parley.examples.shop.analytics;

import dev.parley.events.Inbox;
import dev.parley.examples.shop.analytics.v1.Numbers;
import dev.parley.examples.shop.events.OrderCancelled;
import dev.parley.examples.shop.events.OrderConfirmed;
import dev.parley.examples.shop.events.OrderEvent;
import dev.parley.examples.shop.events.OrderPlaced;
import dev.parley.messaging.Delivery;
import dev.parley.store.Migration;
import dev.parley.store.Schema;
import dev.parley.store.Store;
import dev.parley.store.Transaction;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Numbers in a database, for each group of consumers that has counted, and which of them hold. Thread-safe. */
public final class NumberStore {

    private static final String PRODUCT = "product/";
    private static final List<String> TABLES = List.of(
            "create table shop_numbers (counted_by varchar(100) not null, name varchar(200) not null,"
                    + " value bigint not null, primary key (counted_by, name))",
            "create table shop_numbers_of (one integer primary key, counted_by varchar(100) not null)");
    private static final Schema SCHEMA = new Schema("shop.numbers", List.of(new Migration(1, TABLES, TABLES)));

    private final Store store;
    private final Inbox inbox;

    /** Numbers in {@code store}. */
    public NumberStore(Store store) {
        store.migrate(SCHEMA);
        this.store = store;
        this.inbox = Inbox.on(store);
    }

    /** Counts an event for the group to which it was delivered, unless that has been done. */
    void count(OrderEvent event, Delivery<?> delivery) {
        store.run(tx -> {
            if (inbox.firstTime(tx, delivery)) {
                count(tx, delivery.group(), event);
            }
        });
    }

    private static void count(Transaction tx, String group, OrderEvent event) throws SQLException {
        add(tx, group, "events", 1);
        int sign = switch (event) {
            case OrderPlaced placed -> 1;
            case OrderConfirmed confirmed -> 0;
            case OrderCancelled cancelled -> -1;
        };
        add(
                tx,
                group,
                switch (event) {
                    case OrderPlaced placed -> "placed";
                    case OrderConfirmed confirmed -> "confirmed";
                    case OrderCancelled cancelled -> "cancelled";
                },
                1);
        if (sign != 0) {
            add(tx, group, "pieces", (long) sign * event.quantity());
            add(tx, group, "cents", sign * event.totalCents());
            add(tx, group, PRODUCT + event.productId(), (long) sign * event.quantity());
        }
    }

    private static void add(Transaction tx, String group, String name, long value) throws SQLException {
        PreparedStatement add = tx.prepare("insert into shop_numbers (counted_by, name, value) values (?, ?, ?)"
                + " on conflict (counted_by, name) do update set value = shop_numbers.value + excluded.value");
        add.setString(1, group);
        add.setString(2, name);
        add.setLong(3, value);
        add.executeUpdate();
    }

    /** What a group has counted. */
    Numbers of(String group) {
        return store.read(tx -> {
            PreparedStatement select = tx.prepare("select name, value from shop_numbers where counted_by = ?");
            select.setString(1, group);
            Numbers.Builder numbers = Numbers.newBuilder();
            ResultSet row = select.executeQuery();
            while (row.next()) {
                put(numbers, row.getString(1), row.getLong(2));
            }
            return numbers.build();
        });
    }

    private static void put(Numbers.Builder numbers, String name, long value) {
        switch (name) {
            case "events" -> numbers.setEvents(value);
            case "placed" -> numbers.setPlaced(value);
            case "confirmed" -> numbers.setConfirmed(value);
            case "cancelled" -> numbers.setCancelled(value);
            case "pieces" -> numbers.setPieces(value);
            case "cents" -> numbers.setRevenueCents(value);
            default -> numbers.putPiecesByProduct(name.substring(PRODUCT.length()), value);
        }
    }

    /** The group whose numbers hold; empty at the very beginning. */
    Optional<String> current() {
        return store.read(tx -> {
            ResultSet row = tx.prepare("select counted_by from shop_numbers_of").executeQuery();
            return row.next() ? Optional.of(row.getString(1)) : Optional.empty();
        });
    }

    /** From now on the numbers of this group hold, and all others are forgotten. */
    void makeCurrent(String group) {
        store.run(tx -> {
            PreparedStatement current = tx.prepare("insert into shop_numbers_of (one, counted_by) values (1, ?)"
                    + " on conflict (one) do update set counted_by = excluded.counted_by");
            current.setString(1, group);
            current.executeUpdate();
            forgetAllBut(tx, group);
        });
    }

    private static void forgetAllBut(Transaction tx, String group) throws SQLException {
        PreparedStatement others = tx.prepare("delete from shop_numbers where counted_by <> ?");
        others.setString(1, group);
        others.executeUpdate();
    }
}
