package dev.parley.examples.shop.inventory;

import com.google.protobuf.util.Timestamps;
import dev.parley.Messages;
import dev.parley.examples.shop.inventory.v1.StockLevel;
import dev.parley.examples.shop.inventory.v1.StockUpdate;
import dev.parley.examples.shop.store.Feed;
import dev.parley.examples.shop.store.StoreFull;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** The shelves and what is reserved from them, in memory. Thread-safe. */
public final class StockStore implements Stock {

    private final int maxReservations;
    private final Map<String, Shelf> shelves = new HashMap<>();
    private final Map<String, Reservation> reservations = new HashMap<>();
    private final Feed<StockUpdate> feed = new Feed<>(1_000, update -> false);

    private record Shelf(int available, int reserved) {
        Shelf reserve(int quantity) {
            return new Shelf(available - quantity, reserved + quantity);
        }
    }

    private record Reservation(String productId, int quantity, boolean ordered) {}

    /** A store with room for {@code maxReservations} at a time. */
    public StockStore(int maxReservations) {
        this.maxReservations = maxReservations;
    }

    /** Puts up a shelf with {@code available} pieces of a product. */
    public synchronized void add(String productId, int available) {
        put(productId, new Shelf(available, 0));
    }

    @Override
    public synchronized StockLevel level(String productId) {
        Shelf shelf = shelf(productId);
        return StockLevel.newBuilder()
                .setProductId(productId)
                .setAvailable(shelf.available())
                .setReserved(shelf.reserved())
                .setOrdered(reservations.values().stream()
                        .filter(each -> each.ordered() && each.productId().equals(productId))
                        .mapToInt(Reservation::quantity)
                        .sum())
                .build();
    }

    @Override
    public synchronized StockLevel count(String productId, int available) {
        put(productId, new Shelf(available, shelf(productId).reserved()));
        return level(productId);
    }

    @Override
    public synchronized Optional<String> reserve(String productId, int quantity, String orderId) {
        Shelf shelf = shelf(productId);
        String id = orderId.isEmpty() ? "r-" + UUID.randomUUID() : idFor(orderId);
        if (reservations.containsKey(id)) {
            return Optional.of(id);
        }
        if (shelf.available() < quantity) {
            return Optional.empty();
        }
        if (reservations.size() >= maxReservations) {
            throw new StoreFull("reservations", maxReservations);
        }
        reservations.put(id, new Reservation(productId, quantity, false));
        put(productId, shelf.reserve(quantity));
        return Optional.of(id);
    }

    /** The id of an order's reservation. */
    static String idFor(String orderId) {
        return "r-" + orderId;
    }

    @Override
    public synchronized boolean release(String reservationId) {
        Reservation reservation = reservations.remove(reservationId);
        if (reservation == null) {
            return false;
        }
        put(reservation.productId(), shelf(reservation.productId()).reserve(-reservation.quantity()));
        return true;
    }

    @Override
    public synchronized Messages<StockUpdate> watch(Set<String> productIds) {
        List<StockUpdate> now =
                productIds.stream().map(id -> update(id, shelf(id).available())).toList();
        return feed.watch(now, update -> productIds.contains(update.getProductId()));
    }

    /** Notes that a reservation belongs to an order that was placed. Without effect if it is gone already. */
    synchronized void ordered(String orderId) {
        reservations.computeIfPresent(
                idFor(orderId), (id, found) -> new Reservation(found.productId(), found.quantity(), true));
    }

    /** Takes what an order has reserved out of the house. Without effect if that was done. */
    synchronized void send(String orderId) {
        Reservation sent = reservations.remove(idFor(orderId));
        if (sent != null) {
            Shelf shelf = shelf(sent.productId());
            put(sent.productId(), new Shelf(shelf.available(), shelf.reserved() - sent.quantity()));
        }
    }

    private Shelf shelf(String productId) {
        Shelf shelf = shelves.get(productId);
        if (shelf == null) {
            throw new UnknownProduct(productId);
        }
        return shelf;
    }

    private void put(String productId, Shelf shelf) {
        shelves.put(productId, shelf);
        feed.publish(update(productId, shelf.available()));
    }

    private static StockUpdate update(String productId, int available) {
        return StockUpdate.newBuilder()
                .setProductId(productId)
                .setAvailable(available)
                .setTimestamp(Timestamps.now())
                .build();
    }
}
