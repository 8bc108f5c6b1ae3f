package dev.parley.examples.shop.events;

/** What has happened to an order. */
public sealed interface OrderEvent permits OrderPlaced, OrderConfirmed, OrderCancelled {

    /** The order, which is the key of its events. */
    String orderId();

    /** Who has ordered. */
    String userId();

    /** What. */
    String productId();

    /** How many. */
    int quantity();

    /** For how much, in cents. */
    long totalCents();
}
