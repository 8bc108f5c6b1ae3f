package dev.parley.examples.shop.scenario;

import dev.parley.examples.shop.order.v1.CancelOrderRequest;
import dev.parley.examples.shop.order.v1.GetOrderRequest;
import dev.parley.examples.shop.order.v1.ListOrdersRequest;
import dev.parley.examples.shop.order.v1.Order;
import dev.parley.examples.shop.order.v1.OrderService;
import dev.parley.examples.shop.order.v1.OrderStatus;
import dev.parley.examples.shop.servers.Part;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Orders that go well. */
final class GoodOrders {

    private static final int PATIENCE_SECONDS = 20;

    static final List<Step<Stage>> STEPS = List.of(
            new Step<>("a good order by gRPC", stage -> buy(stage.orders)),
            new Step<>("a good order by gRPC-Web", stage -> buy(stage.webOrders)),
            new Step<>("a good order by Connect, in JSON", stage -> buy(stage.connectOrders)),
            new Step<>("a good order by REST, from the JDK's client", GoodOrders::buyByRest),
            new Step<>("the page is there and may call the services", GoodOrders::openPage),
            new Step<>("an order is found again", GoodOrders::findAgain),
            new Step<>("a cancelled order gives everything back, once", GoodOrders::cancelTwice));

    private GoodOrders() {}

    private static String buy(OrderService orders) {
        Order order = orders.createOrder(Stage.order("u-1", "sku-1", 2));
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (order.getSuggestedProductIdsList().isEmpty() && System.nanoTime() < until) {
            // An order does without suggestions that are late, and a shop that has only just opened is slow.
            order = orders.createOrder(Stage.order("u-1", "sku-1", 2));
        }
        Expect.equal(OrderStatus.PAID, order.getStatus(), "the status");
        Expect.equal("Ada Lovelace", order.getCustomerName(), "the customer");
        Expect.equal(List.of("sku-2", "sku-3"), order.getSuggestedProductIdsList(), "what is suggested");
        Expect.equal(2 * 24_90L, order.getTotal().getCents(), "the total in cents");
        return order.getStatus() + ", 2 for 49.80 EUR, suggested " + order.getSuggestedProductIdsList();
    }

    private static String buyByRest(Stage stage) throws IOException, InterruptedException {
        String json = """
                {"userId": "u-1", "productId": "sku-1", "quantity": 2}""";
        Rest.Answer answer = stage.rest
                .post(stage.shop.url(Part.ORDER) + "/api/orders", json)
                .expect(201);
        Expect.that(answer.body().contains("\"PAID\""), answer.body() + " is paid");
        return "201, " + answer.contentType();
    }

    /** What a browser asks before the page's script may call; {@code PageTest} has a real one. */
    private static String openPage(Stage stage) throws IOException, InterruptedException {
        String page = stage.shop.pageUrl();
        Rest.Answer html = stage.rest.get(page).expect(200);
        Expect.that(html.contentType().startsWith("text/html"), html.contentType() + " is HTML");
        String origin = page.substring(0, page.length() - 1);
        String method = stage.shop.url(Part.ORDER) + "/" + Part.ORDER.fullName() + "/CreateOrder";
        Expect.equal(origin, stage.rest.preflight(method, origin), "the origin that may call");
        Expect.equal("", stage.rest.preflight(method, "http://stranger.example"), "the stranger that may call");
        return html.contentType() + ", " + origin + " may call, a stranger may not";
    }

    private static String findAgain(Stage stage) {
        Order order = stage.orders.createOrder(Stage.order("u-2", "sku-2", 1));
        Order found = stage.connectOrders.getOrder(
                GetOrderRequest.newBuilder().setId(order.getId()).build());
        Expect.equal(order, found, "what is found by Connect");
        List<Order> all = stage.orders
                .listOrders(ListOrdersRequest.newBuilder().setUserId("u-2").build())
                .getOrdersList();
        Expect.equal(List.of(order), all, "the orders of u-2");
        return "by its id and among " + all.size() + " of u-2";
    }

    private static String cancelTwice(Stage stage) {
        int before = stage.stock("sku-3").getAvailable();
        Order order = stage.orders.createOrder(Stage.order("u-1", "sku-3", 5));
        Expect.equal(before - 5, stage.stock("sku-3").getAvailable(), "the stock after the order");
        CancelOrderRequest request =
                CancelOrderRequest.newBuilder().setId(order.getId()).build();
        Expect.equal(OrderStatus.CANCELLED, stage.orders.cancelOrder(request).getStatus(), "the status");
        Expect.equal(OrderStatus.CANCELLED, stage.orders.cancelOrder(request).getStatus(), "the status once more");
        Expect.equal(before, stage.stock("sku-3").getAvailable(), "the stock after two cancellations");
        return "stock " + before + " -> " + (before - 5) + " -> " + before;
    }
}
