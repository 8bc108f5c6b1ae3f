package dev.parley.examples.shop.scenario;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.examples.shop.order.v1.Order;
import dev.parley.examples.shop.recommendation.v1.GetSuggestionsRequest;
import dev.parley.examples.shop.recommendation.v1.Simulate;
import dev.parley.rpc.CallOptions;
import java.time.Duration;
import java.util.List;

/** Suggestions are nice to have: orders do not depend on them. */
final class OptionalSuggestions {

    private static final long LIMIT_MILLIS = 2_500; // they take 3 s

    static final List<Step<Stage>> STEPS = List.of(
            new Step<>("slow suggestions do not hold the order up", stage -> without(stage, "u-slow")),
            new Step<>("failing suggestions do not fail the order", stage -> without(stage, "u-failing")),
            new Step<>("suggestions are slow or fail on request", OptionalSuggestions::misbehave));

    private OptionalSuggestions() {}

    private static String without(Stage stage, String userId) {
        long start = System.nanoTime();
        Order order = stage.orders.createOrder(Stage.order(userId, "sku-1", 1));
        long millis = (System.nanoTime() - start) / 1_000_000;
        Expect.equal(List.of(), order.getSuggestedProductIdsList(), "what is suggested");
        Expect.that(millis < LIMIT_MILLIS, "the order takes less than " + LIMIT_MILLIS + " ms, not " + millis);
        return order.getStatus() + " without suggestions after " + millis + " ms";
    }

    private static String misbehave(Stage stage) {
        CallException failing = Expect.failure(
                Code.UNAVAILABLE,
                () -> stage.recommendations.getSuggestions(
                        request(Simulate.newBuilder().setFail(true))));
        CallOptions soon = CallOptions.defaults().withTimeout(Duration.ofMillis(100));
        CallException slow = Expect.failure(
                Code.DEADLINE_EXCEEDED,
                () -> stage.recommendations
                        .with(soon)
                        .getSuggestions(request(Simulate.newBuilder().setDelayMs(2_000))));
        return failing.code() + ", and " + slow.code() + " with 100 ms for 2000";
    }

    private static GetSuggestionsRequest request(Simulate.Builder simulate) {
        return GetSuggestionsRequest.newBuilder()
                .setUserId("u-1")
                .setSimulate(simulate)
                .build();
    }
}
