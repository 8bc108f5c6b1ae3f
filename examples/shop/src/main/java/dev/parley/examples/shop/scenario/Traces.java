package dev.parley.examples.shop.scenario;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.examples.shop.inventory.v1.CheckStockRequest;
import dev.parley.examples.shop.inventory.v1.StockUpdate;
import dev.parley.examples.shop.inventory.v1.WatchStockRequest;
import dev.parley.examples.shop.order.v1.Order;
import dev.parley.examples.shop.order.v1.OrderService;
import dev.parley.examples.shop.servers.Part;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What telemetry shows of it all. */
final class Traces {

    static final List<Step<Stage>> STEPS = List.of(
            new Step<>("one trace, from the first call to the last hop", Traces::oneTrace),
            new Step<>("the span of a stream ends with the stream", Traces::streamSpan));

    private Traces() {}

    /** An order whose inventory fails once: both attempts are in the trace, and what is behind the inventory, too. */
    private static String oneTrace(Stage stage) throws InterruptedException {
        AtomicInteger asked = new AtomicInteger();
        try (Relay flaky = Relay.open(stage.grpc(stage.shop.url(Part.INVENTORY)), stage.telemetry, () -> {
            if (asked.incrementAndGet() == 1) {
                throw new CallException(Code.UNAVAILABLE, "not yet");
            }
        })) {
            OrderService orders = OrderService.client(stage.grpc(stage.shop.openOrders(Part.INVENTORY, flaky.url())));
            Order order = orders.createOrder(Stage.order("u-1", "sku-1", 1));
            Expect.that(asked.get() > 1, "the inventory was asked again");
            SpanData last = stage.spans
                    .await(1, span -> isFirstCall(span) && isNewest(stage, span))
                    .getLast();
            List<SpanData> trace = stage.spans.await(
                    span -> span.getTraceId().equals(last.getTraceId()), Traces::isWhole, "a whole trace");
            TraceTree tree = new TraceTree(trace);
            Expect.that(tree.depth() >= 7, "the trace reaches the last hop:" + tree);
            long roots = trace.stream()
                    .filter(span -> !span.getParentSpanContext().isValid())
                    .count();
            Expect.equal(1L, roots, "the number of its roots");
            long attempts = trace.stream()
                    .filter(span -> span.getKind() == SpanKind.CLIENT)
                    .filter(span -> span.getName().contains("CheckStock"))
                    .count();
            Expect.that(attempts >= 3, "the call to the inventory and both attempts are there:" + tree);
            return order.getStatus() + ", " + trace.size() + " spans, " + tree.depth() + " deep:" + tree;
        }
    }

    private static boolean isFirstCall(SpanData span) {
        return !span.getParentSpanContext().isValid() && span.getName().contains("CreateOrder");
    }

    /** A server may answer a moment before its span ends, so a span may be known earlier than the one it is part of. */
    private static boolean isWhole(List<SpanData> trace) {
        Set<String> known = trace.stream().map(SpanData::getSpanId).collect(Collectors.toSet());
        return trace.size() >= 20
                && trace.stream()
                        .filter(span -> span.getParentSpanContext().isValid())
                        .allMatch(span -> known.contains(span.getParentSpanId()));
    }

    private static boolean isNewest(Stage stage, SpanData span) {
        return stage.spans.all(Traces::isFirstCall).stream()
                .noneMatch(other -> other.getStartEpochNanos() > span.getStartEpochNanos());
    }

    private static String streamSpan(Stage stage) throws InterruptedException {
        // Of this stream alone: those of earlier ones may still be ending.
        long begun = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
        Predicate<SpanData> own = span -> isWatch(span) && span.getStartEpochNanos() >= begun;
        try (Messages<StockUpdate> levels = stage.inventory.watchStock(
                WatchStockRequest.newBuilder().addProductIds("sku-2").build())) {
            Expect.that(levels.receive() != null, "there is a first level");
            stage.inventory.checkStock(
                    CheckStockRequest.newBuilder().setProductId("sku-2").build());
            Expect.equal(List.of(), stage.spans.all(own), "the spans of the stream that have ended while it goes on");
        }
        List<SpanData> ended = stage.spans.await(3, own);
        List<SpanData> telling =
                ended.stream().filter(span -> !span.getEvents().isEmpty()).toList();
        // The third is the client's call as a whole, of which the attempt is a part.
        Expect.equal(2, telling.size(), "how many spans tell of the messages");
        return "open while the stream was, then " + ended.size() + " spans, of client and server, with "
                + telling.getLast().getEvents().size() + " messages as events";
    }

    private static boolean isWatch(SpanData span) {
        return span.getName().contains("WatchStock");
    }
}
