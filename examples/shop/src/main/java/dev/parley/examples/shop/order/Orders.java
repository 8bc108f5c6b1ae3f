package dev.parley.examples.shop.order;

import dev.parley.Messages;
import dev.parley.examples.shop.order.v1.CancelOrderRequest;
import dev.parley.examples.shop.order.v1.ConfirmOrderRequest;
import dev.parley.examples.shop.order.v1.CreateOrderRequest;
import dev.parley.examples.shop.order.v1.GetOrderRequest;
import dev.parley.examples.shop.order.v1.ListOrdersRequest;
import dev.parley.examples.shop.order.v1.ListOrdersResponse;
import dev.parley.examples.shop.order.v1.Order;
import dev.parley.examples.shop.order.v1.OrderService;
import dev.parley.examples.shop.order.v1.OrderStatus;
import dev.parley.examples.shop.order.v1.OrderStatusUpdate;
import dev.parley.examples.shop.order.v1.WatchOrderStatusRequest;
import dev.parley.rpc.Rest;

/** The order service. */
public final class Orders implements OrderService {

    private final OrderStore store;
    private final Checkout checkout;

    /** A service that keeps its orders in {@code store} and gets all else from {@code partners}. */
    public Orders(OrderStore store, Partners partners, Patience patience) {
        this.store = store;
        this.checkout = new Checkout(partners, new Quotes(partners, patience), store);
    }

    @Override
    public Order createOrder(CreateOrderRequest request) {
        Order order = checkout.buy(request);
        Rest.status(201);
        return order;
    }

    @Override
    public Order confirmOrder(ConfirmOrderRequest request) {
        return store.move(request.getId(), OrderStatus.PAID, OrderStatus.CONFIRMED);
    }

    @Override
    public Order cancelOrder(CancelOrderRequest request) {
        return checkout.cancel(request.getId());
    }

    @Override
    public Order getOrder(GetOrderRequest request) {
        return store.get(request.getId());
    }

    @Override
    public ListOrdersResponse listOrders(ListOrdersRequest request) {
        return ListOrdersResponse.newBuilder()
                .addAllOrders(store.of(request.getUserId()))
                .build();
    }

    @Override
    public Messages<OrderStatusUpdate> watchOrderStatus(WatchOrderStatusRequest request) {
        return store.watch(request.getOrderId());
    }
}
