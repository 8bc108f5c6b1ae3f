package dev.parley.examples.shop.events;

/** It is paid and taken. */
public record OrderPlaced(String orderId, String userId, String productId, int quantity, long totalCents)
        implements OrderEvent {}
