package dev.parley.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Spans and metrics by OpenTelemetry's own SDK. */
class MessagingTelemetryTest {

    private final InMemorySpanExporter spans = InMemorySpanExporter.create();
    private final InMemoryMetricReader metrics = InMemoryMetricReader.create();
    private final OpenTelemetrySdk sdk = OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(spans))
                    .build())
            .setMeterProvider(
                    SdkMeterProvider.builder().registerMetricReader(metrics).build())
            .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
            .build();
    private final MessagingTelemetry telemetry = MessagingTelemetry.of(sdk);
    private final MessageBroker broker = MessageBroker.connect(
            "memory:", BrokerOptions.defaults().withPublishInterceptors(List.of(telemetry.publish())));
    private final Topic<String> topic = Topic.text("order.placed");
    private final SubscribeOptions traced = SubscribeOptions.defaults().withInterceptors(List.of(telemetry.consume()));

    @AfterEach
    void close() {
        broker.close();
        sdk.close();
    }

    private List<SpanData> named(String name) {
        return spans.getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals(name))
                .toList();
    }

    private static @Nullable String text(SpanData span, String attribute) {
        return span.getAttributes().get(AttributeKey.stringKey(attribute));
    }

    @Test
    void aTraceGoesFromThePublisherThroughTheHandlerToWhatThatPublishes() throws Exception {
        Topic<String> mails = Topic.text("mail.sent");
        broker.subscribe(
                topic,
                "email",
                (call, delivery) -> {
                    broker.publish(mails, "to " + delivery.payload());
                    return Disposition.ack();
                },
                traced);
        broker.publish(topic, Message.of("order.placed", "o-1").withId("m-1").withCorrelationId("c-1"));
        Await.until(
                "all three spans have ended", () -> spans.getFinishedSpanItems().size() == 3);

        SpanData published = named("publish order.placed").getFirst();
        SpanData processed = named("process order.placed").getFirst();
        SpanData answered = named("publish mail.sent").getFirst();
        assertThat(published.getKind()).isEqualTo(SpanKind.PRODUCER);
        assertThat(processed.getKind()).isEqualTo(SpanKind.CONSUMER);
        assertThat(processed.getTraceId()).isEqualTo(published.getTraceId());
        assertThat(processed.getParentSpanId()).isEqualTo(published.getSpanId());
        assertThat(processed.getLinks())
                .extracting(link -> link.getSpanContext().getSpanId())
                .containsExactly(published.getSpanId());
        assertThat(answered.getParentSpanId()).isEqualTo(processed.getSpanId());
        assertThat(text(published, "messaging.system")).isEqualTo("memory");
        assertThat(text(published, "messaging.operation.type")).isEqualTo("send");
        assertThat(text(published, "messaging.message.id")).isEqualTo("m-1");
        assertThat(text(published, "messaging.message.conversation_id")).isEqualTo("c-1");
        assertThat(text(processed, "messaging.operation.name")).isEqualTo("process");
        assertThat(text(processed, "messaging.destination.name")).isEqualTo("order.placed");
        assertThat(text(processed, "messaging.consumer.group.name")).isEqualTo("email");
    }

    /** What was traced elsewhere, by an outbox for instance, stays what it is. */
    @Test
    void aMessageThatHasATraceKeepsIt() throws Exception {
        String made = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        ConcurrentLinkedQueue<String> seen = new ConcurrentLinkedQueue<>();
        broker.subscribe(topic, "email", (call, delivery) -> {
            seen.add(delivery.message().metadata().header("traceparent").orElse(""));
            return Disposition.ack();
        });
        broker.publish(topic, Message.of("order.placed", "o-1").withHeader("traceparent", made));
        Await.until("it has come", () -> !seen.isEmpty());
        assertThat(seen).containsExactly(made);
        assertThat(named("publish order.placed").getFirst().getLinks())
                .extracting(link -> link.getSpanContext().getSpanId())
                .containsExactly("b7ad6b7169203331");
    }

    @Test
    void aBatchLinksToEachOfItsMessages() throws Exception {
        broker.publishAll(topic, List.of(Message.of("order.placed", "o-1"), Message.of("order.placed", "o-2")));
        broker.subscribeBatch(
                topic,
                "email",
                10,
                (call, deliveries) -> deliveries.stream()
                        .map(delivery -> Disposition.reject("no"))
                        .toList(),
                traced.withConcurrency(1).withStart(StartFrom.earliest()));
        Await.until(
                "it is processed",
                () -> named("process order.placed").stream()
                                .mapToInt(span -> span.getLinks().size())
                                .sum()
                        == 2);
        assertThat(text(named("process order.placed").getFirst(), "error.type")).isEqualTo("reject");
    }

    @Test
    void metricsCountAndGaugesTellOfQueues() throws Exception {
        broker.subscribe(
                topic,
                "email",
                (call, delivery) -> delivery.payload().equals("o-2") ? Disposition.reject("no") : Disposition.ack(),
                traced);
        broker.publish(topic, "o-1");
        broker.publish(topic, "o-2");
        Await.until("all is settled", () -> {
            QueueStats stats = broker.queues().getFirst();
            return stats.deadLetters().orElseThrow() == 1
                    && stats.depth() + stats.inFlight().orElseThrow() == 0;
        });
        try (AutoCloseable gauges = telemetry.observe(broker)) {
            List<MetricData> collected = List.copyOf(metrics.collectAllMetrics());
            assertThat(sum(collected, "messaging.client.sent.messages")).isEqualTo(2);
            assertThat(sum(collected, "messaging.client.consumed.messages")).isEqualTo(2);
            assertThat(collected)
                    .extracting(MetricData::getName)
                    .contains(
                            "messaging.process.duration",
                            "messaging.client.operation.duration",
                            "parley.messaging.queue.depth",
                            "parley.messaging.queue.lag",
                            "parley.messaging.queue.in_flight",
                            "parley.messaging.queue.redelivered");
            MetricData letters = collected.stream()
                    .filter(metric -> metric.getName().equals("parley.messaging.queue.dead_letters"))
                    .findFirst()
                    .orElseThrow();
            assertThat(letters.getLongGaugeData().getPoints()).singleElement().satisfies(point -> {
                assertThat(point.getValue()).isEqualTo(1);
                assertThat(point.getAttributes().get(AttributeKey.stringKey("messaging.consumer.group.name")))
                        .isEqualTo("email");
            });
        }
    }

    private static long sum(List<MetricData> collected, String name) {
        return collected.stream()
                .filter(metric -> metric.getName().equals(name))
                .flatMap(metric -> metric.getLongSumData().getPoints().stream())
                .mapToLong(point -> point.getValue())
                .sum();
    }
}
