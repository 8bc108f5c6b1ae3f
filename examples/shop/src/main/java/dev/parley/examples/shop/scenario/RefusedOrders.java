package dev.parley.examples.shop.scenario;

import com.google.protobuf.util.JsonFormat;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.examples.shop.inventory.v1.StockLevel;
import dev.parley.examples.shop.order.v1.CreateOrderRequest;
import dev.parley.examples.shop.servers.Part;
import java.io.IOException;
import java.util.List;

/** Orders that are the caller's fault, or nobody's: told so in every protocol. */
final class RefusedOrders {

    static final List<Step<Stage>> STEPS = List.of(
            refused("out of stock", Stage.order("u-1", "sku-empty", 1), Code.FAILED_PRECONDITION, "sku-empty"),
            refused("an unknown SKU", Stage.order("u-1", "sku-none", 1), Code.INVALID_ARGUMENT, "sku-none"),
            refused("an unknown user", Stage.order("u-none", "sku-1", 1), Code.INVALID_ARGUMENT, "u-none"),
            refused("a required field is missing", Stage.order("u-1", "", 1), Code.INVALID_ARGUMENT, "product_id"),
            refused("a declined payment", declined(), Code.FAILED_PRECONDITION, "card-declined"),
            new Step<>("the stock of a declined order is given back", RefusedOrders::stockAfterDecline));

    private RefusedOrders() {}

    private static Step<Stage> refused(String title, CreateOrderRequest order, Code code, String named) {
        return new Step<>(title, stage -> refuse(stage, order, code, named));
    }

    private static String refuse(Stage stage, CreateOrderRequest order, Code code, String named)
            throws IOException, InterruptedException {
        CallException byGrpc = Expect.failure(code, () -> stage.orders.createOrder(order));
        CallException byConnect = Expect.failure(code, () -> stage.connectOrders.createOrder(order));
        Expect.equal(byGrpc.message(), byConnect.message(), "the message by Connect");
        Expect.that(byGrpc.message().contains(named), '"' + byGrpc.message() + "\" names " + named);
        Rest.Answer byRest = stage.rest
                .post(
                        stage.shop.url(Part.ORDER) + "/api/orders",
                        JsonFormat.printer().print(order))
                .expectProblem(400, code.name());
        Expect.that(byRest.body().contains(named), byRest.body() + " names " + named);
        return code + " by gRPC and Connect, 400 by REST, \"" + byGrpc.message() + '"';
    }

    private static String stockAfterDecline(Stage stage) {
        StockLevel before = stage.stock("sku-1");
        Expect.failure(Code.FAILED_PRECONDITION, () -> stage.orders.createOrder(declined()));
        Expect.equal(before, stage.stock("sku-1"), "the stock");
        return before.getAvailable() + " available and " + before.getReserved() + " reserved, as before";
    }

    private static CreateOrderRequest declined() {
        return Stage.order("u-1", "sku-1", 2).toBuilder()
                .setPaymentMethod("card-declined")
                .build();
    }
}
