package dev.parley.examples.shop.events;

/** Money and stock are back. */
public record OrderCancelled(String orderId, String userId, String productId, int quantity, long totalCents)
        implements OrderEvent {}
