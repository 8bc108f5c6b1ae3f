package dev.parley.examples.shop.scenario;

import dev.parley.Code;
import dev.parley.examples.shop.order.v1.OrderService;
import dev.parley.rpc.CallOptions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/** Deadlines that travel, and calls at the same time. */
final class TimeAndOrder {

    static final List<Step<Stage>> STEPS = List.of(
            new Step<>("a deadline passes at the second hop", TimeAndOrder::deadlineAtSecondHop),
            new Step<>("independent calls overlap", TimeAndOrder::overlap));

    private TimeAndOrder() {}

    /** The stock of sku-slow takes 3 s to check and orders allow 1 s for it, but this caller has less. */
    private static String deadlineAtSecondHop(Stage stage) throws InterruptedException {
        Duration timeout = Duration.ofMillis(400);
        OrderService hurried = stage.orders.with(CallOptions.defaults().withTimeout(timeout));
        stage.witness.forget();
        Expect.failure(Code.DEADLINE_EXCEEDED, () -> hurried.createOrder(Stage.order("u-1", "sku-slow", 1)));
        Witness.Seen inventory = stage.witness.first("CheckStock");
        Witness.Seen order = stage.witness.first("CreateOrder");
        Expect.that(order.remaining().compareTo(timeout) <= 0, "the order has at most the caller's time");
        Expect.that(inventory.remaining().compareTo(order.remaining()) < 0, "the inventory has less than the order");
        Expect.that(inventory.inside().toMillis() < 1_000, "the inventory's handler was stopped early");
        Code seen = inventory.outcome().code().orElseThrow(() -> new AssertionError("the inventory answered in time"));
        Expect.that(
                seen == Code.DEADLINE_EXCEEDED || seen == Code.CANCELLED, seen + " is how the inventory's call ended");
        return "of 400 ms the order had %.1f and the inventory %.1f; its handler was stopped after %.1f of 3000 ms: %s"
                .formatted(millis(order.remaining()), millis(inventory.remaining()), millis(inventory.inside()), seen);
    }

    private static double millis(Duration duration) {
        return duration.toNanos() / 1e6;
    }

    private static String overlap(Stage stage) {
        Set<String> methods = Set.of("CheckStock", "GetPrice", "GetProfile");
        AtomicBoolean met = new AtomicBoolean();
        stage.rendezvous.arrange(methods, () -> met.set(true));
        try {
            stage.orders.createOrder(Stage.order("u-1", "sku-1", 1));
        } finally {
            stage.rendezvous.cancel();
        }
        Expect.that(met.get(), "all branches are inside their handlers at the same time");
        return "stock, price and profile were all inside their handlers before one of them went on";
    }
}
