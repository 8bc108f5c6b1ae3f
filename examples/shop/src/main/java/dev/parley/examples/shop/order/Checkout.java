package dev.parley.examples.shop.order;

import com.google.protobuf.util.Timestamps;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.examples.shop.inventory.v1.ReleaseStockRequest;
import dev.parley.examples.shop.inventory.v1.ReserveStockRequest;
import dev.parley.examples.shop.order.v1.CreateOrderRequest;
import dev.parley.examples.shop.order.v1.Order;
import dev.parley.examples.shop.order.v1.OrderStatus;
import dev.parley.examples.shop.payment.v1.ProcessPaymentRequest;
import dev.parley.examples.shop.payment.v1.RefundPaymentRequest;
import dev.parley.examples.shop.user.v1.GetUserRequest;
import java.util.UUID;

/** The way of an order through all services, and back. */
final class Checkout {

    private static final int MOST_PIECES = 1_000;

    private final Partners partners;
    private final Quotes quotes;
    private final OrderStore store;

    Checkout(Partners partners, Quotes quotes, OrderStore store) {
        this.partners = partners;
        this.quotes = quotes;
        this.store = store;
    }

    /** Checks, asks, reserves, charges and stores; if one of these fails, nothing of it remains. */
    Order buy(CreateOrderRequest request) {
        checkQuantity(request.getQuantity());
        checkUser(request.getUserId());
        Quote quote = quotes.ask(request);
        if (quote.available() < request.getQuantity()) {
            throw new OutOfStock(request.getProductId(), request.getQuantity());
        }
        Order order = order(request, quote);
        try (Undo undo = new Undo()) {
            undo.with("release the stock of " + order.getId(), () -> release(order));
            reserve(order);
            undo.with("refund " + order.getId(), () -> refund(order));
            charge(order, request.getPaymentMethod());
            store.add(order);
            undo.keep();
        }
        return order;
    }

    /** Gives back money and stock. All of it may be done again, so a repeat finishes what was left half-way. */
    Order cancel(String id) {
        Order order = store.startCancelling(id);
        if (order.getStatus() == OrderStatus.CANCELLED) {
            return order;
        }
        refund(order);
        release(order);
        return store.move(id, OrderStatus.CANCELLING, OrderStatus.CANCELLED);
    }

    private static void checkQuantity(int quantity) {
        if (quantity < 1 || quantity > MOST_PIECES) {
            throw new CallException(
                    Code.INVALID_ARGUMENT, "quantity must be from 1 to " + MOST_PIECES + ", but is " + quantity);
        }
    }

    private void checkUser(String userId) {
        partners.users().getUser(GetUserRequest.newBuilder().setId(userId).build());
    }

    private static Order order(CreateOrderRequest request, Quote quote) {
        return Order.newBuilder()
                .setId("o-" + UUID.randomUUID())
                .setUserId(request.getUserId())
                .setCustomerName(quote.customerName())
                .setProductId(request.getProductId())
                .setQuantity(request.getQuantity())
                .setTotal(quote.total(request.getQuantity()))
                .setStatus(OrderStatus.PAID)
                .setCreatedAt(Timestamps.now())
                .addAllSuggestedProductIds(quote.suggestions())
                .build();
    }

    private void reserve(Order order) {
        boolean reserved = partners.inventoryFor(order.getId())
                .reserveStock(ReserveStockRequest.newBuilder()
                        .setProductId(order.getProductId())
                        .setQuantity(order.getQuantity())
                        .setOrderId(order.getId())
                        .build())
                .getSuccess();
        if (!reserved) {
            throw new OutOfStock(order.getProductId(), order.getQuantity()); // someone was faster
        }
    }

    private void release(Order order) {
        partners.inventory()
                .releaseStock(ReleaseStockRequest.newBuilder()
                        .setOrderId(order.getId())
                        .build());
    }

    private void charge(Order order, String paymentMethod) {
        partners.payments()
                .processPayment(ProcessPaymentRequest.newBuilder()
                        .setOrderId(order.getId())
                        .setUserId(order.getUserId())
                        .setAmount(order.getTotal())
                        .setPaymentMethod(paymentMethod)
                        .build());
    }

    private void refund(Order order) {
        partners.payments()
                .refundPayment(RefundPaymentRequest.newBuilder()
                        .setOrderId(order.getId())
                        .build());
    }
}
