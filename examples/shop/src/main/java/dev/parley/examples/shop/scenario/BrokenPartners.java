package dev.parley.examples.shop.scenario;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.examples.shop.order.v1.CreateOrderRequest;
import dev.parley.examples.shop.order.v1.OrderService;
import dev.parley.examples.shop.servers.Part;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;

/** Orders that fail because of a service behind the order service. */
final class BrokenPartners {

    static final List<Step<Stage>> STEPS = List.of(
            new Step<>("the inventory is down", BrokenPartners::inventoryDown),
            new Step<>("the inventory is too slow", BrokenPartners::inventorySlow));

    private BrokenPartners() {}

    private static String inventoryDown(Stage stage) throws IOException, InterruptedException {
        String url = stage.shop.openOrders(Part.INVENTORY, deadUrl());
        OrderService orders = OrderService.client(stage.grpc(url));
        return fails(stage, orders, url, "sku-1", Code.UNAVAILABLE, 503);
    }

    private static String inventorySlow(Stage stage) throws IOException, InterruptedException {
        return fails(stage, stage.orders, stage.shop.url(Part.ORDER), "sku-slow", Code.DEADLINE_EXCEEDED, 504);
    }

    private static String fails(Stage stage, OrderService orders, String url, String productId, Code code, int status)
            throws IOException, InterruptedException {
        CreateOrderRequest order = Stage.order("u-1", productId, 1);
        long start = System.nanoTime();
        CallException failure = Expect.failure(code, () -> orders.createOrder(order));
        long millis = (System.nanoTime() - start) / 1_000_000;
        String json = """
                {"userId": "u-1", "productId": "%s", "quantity": 1}""".formatted(productId);
        stage.rest.post(url + "/api/orders", json).expectProblem(status, code.name());
        return code + " after " + millis + " ms, " + status + " by REST, \"" + failure.message() + '"';
    }

    /** A URL with nobody behind it: its port was free a moment ago. */
    private static String deadUrl() throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (ServerSocket socket = new ServerSocket(0, 1, loopback)) {
            return "http://" + loopback.getHostAddress() + ":" + socket.getLocalPort();
        }
    }
}
