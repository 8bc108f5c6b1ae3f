package dev.parley.examples.shop.events;

/** It is on its way, and cannot be cancelled any more. */
public record OrderConfirmed(String orderId, String userId, String productId, int quantity, long totalCents)
        implements OrderEvent {}
