package dev.parley.examples.shop.inventory;

import dev.parley.Messages;
import dev.parley.examples.shop.inventory.v1.StockLevel;
import dev.parley.examples.shop.inventory.v1.StockUpdate;
import java.util.Optional;
import java.util.Set;

/** The one truth about what is on the shelves, however many instances of the inventory ask it. Thread-safe. */
public interface Stock {

    /** What is on a product's shelf. */
    StockLevel level(String productId);

    /** Corrects the number of pieces that may be sold. */
    StockLevel count(String productId, int available);

    /**
     * Reserves for an order, or if {@code orderId} is empty for whoever knows the reservation's id.
     *
     * @return the id; empty if there are not enough
     */
    Optional<String> reserve(String productId, int quantity, String orderId);

    /**
     * Puts what was reserved back.
     *
     * @return false if there is no such reservation (any more)
     */
    boolean release(String reservationId);

    /** The levels of these products now, and each change of them. */
    Messages<StockUpdate> watch(Set<String> productIds);
}
