package dev.parley.examples.shop.scenario;

import dev.parley.Messages;
import dev.parley.examples.shop.inventory.v1.StockCount;
import dev.parley.examples.shop.inventory.v1.StockLevel;
import dev.parley.examples.shop.inventory.v1.StockUpdate;
import dev.parley.examples.shop.inventory.v1.WatchStockRequest;
import dev.parley.examples.shop.order.v1.ConfirmOrderRequest;
import dev.parley.examples.shop.order.v1.Order;
import dev.parley.examples.shop.order.v1.OrderStatus;
import dev.parley.examples.shop.order.v1.OrderStatusUpdate;
import dev.parley.examples.shop.order.v1.WatchOrderStatusRequest;
import dev.parley.examples.shop.user.v1.ListUsersRequest;
import dev.parley.examples.shop.user.v1.UpdateUserRequest;
import dev.parley.examples.shop.user.v1.UpdateUsersResponse;
import dev.parley.examples.shop.user.v1.User;
import java.util.ArrayList;
import java.util.List;

/** Streams of each kind. */
final class Streams {

    static final List<Step<Stage>> STEPS = List.of(
            new Step<>("a status stream is watched to its end", Streams::watchOrder),
            new Step<>("a server stream: all users", Streams::listUsers),
            new Step<>("a server stream without an end: stock levels", Streams::watchStock),
            new Step<>("a client stream: users are updated", Streams::updateUsers),
            new Step<>("a bidirectional stream: counts in, levels out", Streams::syncStock));

    private Streams() {}

    private static String watchOrder(Stage stage) {
        Order order = stage.orders.createOrder(Stage.order("u-1", "sku-1", 1));
        List<OrderStatus> seen = new ArrayList<>();
        try (Messages<OrderStatusUpdate> updates = stage.connectOrders.watchOrderStatus(
                WatchOrderStatusRequest.newBuilder().setOrderId(order.getId()).build())) {
            for (OrderStatusUpdate update : updates) {
                seen.add(update.getStatus());
                if (update.getStatus() == OrderStatus.PAID) {
                    stage.orders.confirmOrder(ConfirmOrderRequest.newBuilder()
                            .setId(order.getId())
                            .build());
                }
            }
        }
        Expect.equal(List.of(OrderStatus.PAID, OrderStatus.CONFIRMED), seen, "what was seen until the end");
        return seen + ", then the end";
    }

    private static String listUsers(Stage stage) {
        List<String> ids;
        try (Messages<User> users = stage.users.listUsers(ListUsersRequest.getDefaultInstance())) {
            ids = users.map(User::getId).toList(100);
        }
        Expect.equal(List.of("u-1", "u-2", "u-slow", "u-failing"), ids, "the users");
        return ids.size() + " messages, " + ids;
    }

    private static String watchStock(Stage stage) {
        List<Integer> seen = new ArrayList<>();
        WatchStockRequest request =
                WatchStockRequest.newBuilder().addProductIds("sku-2").build();
        int before = stage.stock("sku-2").getAvailable();
        try (Messages<StockUpdate> updates = stage.inventory.watchStock(request)) {
            for (StockUpdate update : updates) {
                seen.add(update.getAvailable());
                if (seen.size() == 3) {
                    break; // closes the stream, which tells the service to stop
                }
                stage.orders.createOrder(Stage.order("u-1", "sku-2", 3));
            }
        }
        Expect.equal(List.of(before, before - 3, before - 6), seen, "the levels");
        return "levels " + seen + " while two orders came in, then left";
    }

    private static String updateUsers(Stage stage) {
        Messages<UpdateUserRequest> updates = Messages.of(
                update("u-1", "Ada Lovelace", "ada@example.com"),
                update("u-none", "Nobody", "nobody@example.com"),
                update("u-2", "Grace Hopper", "grace@example.com"));
        UpdateUsersResponse response = stage.users.updateUsers(updates);
        Expect.equal(2, response.getUpdated(), "the number of updated users");
        Expect.equal(List.of("u-none"), List.copyOf(response.getUnknownIdsList()), "the unknown ids");
        return response.getUpdated() + " of 3 updated, unknown: " + response.getUnknownIdsList();
    }

    private static UpdateUserRequest update(String id, String name, String email) {
        return UpdateUserRequest.newBuilder()
                .setId(id)
                .setName(name)
                .setEmail(email)
                .build();
    }

    private static String syncStock(Stage stage) {
        List<Integer> levels = new ArrayList<>();
        int first = stage.stock("sku-3").getAvailable();
        Messages<StockCount> counts = Messages.produce(sink -> {
            for (int more = 1; more <= 3; more++) {
                sink.send(StockCount.newBuilder()
                        .setProductId("sku-3")
                        .setAvailable(first + more)
                        .build());
            }
        });
        try (Messages<StockLevel> answers = stage.inventory.syncStock(counts)) {
            for (StockLevel level : answers) {
                levels.add(level.getAvailable());
            }
        }
        Expect.equal(List.of(first + 1, first + 2, first + 3), levels, "the levels");
        return "3 counts in, levels " + levels + " out";
    }
}
