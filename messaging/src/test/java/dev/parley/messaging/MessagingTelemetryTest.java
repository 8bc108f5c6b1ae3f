package dev.parley.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.Interceptor;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    private Attributes attributes(SpanData span) {
        return span.getAttributes();
    }

    private SpanData only(String name) throws Exception {
        Await.until("a span \"" + name + "\" has ended", () -> !named(name).isEmpty());
        assertThat(named(name)).hasSize(1);
        return named(name).getFirst();
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

        SpanData answered = only("publish mail.sent");
        SpanData processed = only("process order.placed");
        SpanData published = only("publish order.placed");
        assertThat(published.getKind()).isEqualTo(SpanKind.PRODUCER);
        assertThat(published.getLinks()).isEmpty();
        assertThat(published.getStatus()).isEqualTo(StatusData.unset());
        assertThat(attributes(published).asMap())
                .isEqualTo(Attributes.builder()
                        .put("messaging.system", "memory")
                        .put("messaging.operation.name", "publish")
                        .put("messaging.operation.type", "send")
                        .put("messaging.destination.name", "order.placed")
                        .put("messaging.message.id", "m-1")
                        .put("messaging.message.conversation_id", "c-1")
                        .build()
                        .asMap());
        assertThat(processed.getKind()).isEqualTo(SpanKind.CONSUMER);
        assertThat(processed.getStatus()).isEqualTo(StatusData.unset());
        assertThat(attributes(processed).asMap())
                .isEqualTo(Attributes.builder()
                        .put("messaging.system", "memory")
                        .put("messaging.operation.name", "process")
                        .put("messaging.operation.type", "process")
                        .put("messaging.destination.name", "order.placed")
                        .put("messaging.consumer.group.name", "email")
                        .put("messaging.message.id", "m-1")
                        .put("messaging.message.conversation_id", "c-1")
                        .put("parley.messaging.attempt", 1)
                        .build()
                        .asMap());
        assertThat(processed.getTraceId()).isEqualTo(published.getTraceId());
        assertThat(processed.getParentSpanId()).isEqualTo(published.getSpanId());
        assertThat(processed.getLinks())
                .extracting(link -> link.getSpanContext().getSpanId())
                .containsExactly(published.getSpanId());
        assertThat(answered.getParentSpanId()).isEqualTo(processed.getSpanId());
        assertThat(published.getInstrumentationScopeInfo().getSchemaUrl())
                .isEqualTo("https://opentelemetry.io/schemas/1.44.0");
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
        SpanData published = only("publish order.placed");
        assertThat(published.getKind()).isEqualTo(SpanKind.CLIENT); // its context is not the message's
        assertThat(published.getLinks())
                .extracting(link -> link.getSpanContext().getSpanId())
                .containsExactly("b7ad6b7169203331");
    }

    @Test
    void insideOfAnotherSpanAMessageIsLinkedToOnly() throws Exception {
        Tracer others = sdk.getTracer("others");
        Interceptor around = new Interceptor() {
            @Override
            public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
                Span span = others.spanBuilder("around").startSpan();
                try (Scope scope = span.makeCurrent()) {
                    return next.handle(call, request);
                } finally {
                    span.end();
                }
            }
        };
        broker.subscribe(
                topic,
                "email",
                (call, delivery) -> Disposition.ack(),
                SubscribeOptions.defaults().withInterceptors(List.of(around, telemetry.consume())));
        broker.publish(topic, "o-1");
        SpanData ambient = only("around");
        SpanData processed = only("process order.placed");
        assertThat(processed.getParentSpanId()).isEqualTo(ambient.getSpanId());
        assertThat(processed.getLinks())
                .extracting(link -> link.getSpanContext().getSpanId())
                .containsExactly(only("publish order.placed").getSpanId());
    }

    @Test
    void aBatchLinksToEachOfItsMessagesAndCountsThemOneByOne() throws Exception {
        broker.publishAll(
                topic,
                List.of(
                        Message.of("order.placed", "o-1").withId("m-1").withCorrelationId("c-1"),
                        Message.of("order.placed", "o-2").withId("m-2"),
                        Message.of("order.placed", "o-3").withId("m-3")));
        ConcurrentLinkedQueue<Integer> sizes = new ConcurrentLinkedQueue<>();
        broker.subscribeBatch(
                topic,
                "email",
                10,
                (call, deliveries) -> {
                    sizes.add(deliveries.size());
                    return deliveries.stream()
                            .map(delivery ->
                                    delivery.payload().equals("o-2") ? Disposition.reject("no") : Disposition.ack())
                            .toList();
                },
                traced.withConcurrency(1).withStart(StartFrom.earliest()));
        Await.until(
                "all are processed", () -> links(named("process order.placed")).size() == 3);
        List<SpanData> batches = named("process order.placed");
        assertThat(links(batches))
                .extracting(LinkData::getAttributes)
                .containsExactly(
                        Attributes.builder()
                                .put("messaging.message.id", "m-1")
                                .put("messaging.message.conversation_id", "c-1")
                                .put("parley.messaging.attempt", 1)
                                .build(),
                        Attributes.builder()
                                .put("messaging.message.id", "m-2")
                                .put("parley.messaging.attempt", 1)
                                .build(),
                        Attributes.builder()
                                .put("messaging.message.id", "m-3")
                                .put("parley.messaging.attempt", 1)
                                .build());
        assertThat(batches.stream()
                        .map(span -> attributes(span).get(AttributeKey.longKey("messaging.batch.message_count")))
                        .map(Long::intValue))
                .containsExactlyElementsOf(sizes);
        assertThat(batches).allSatisfy(span -> {
            assertThat(text(span, "messaging.destination.name")).isEqualTo("order.placed");
            assertThat(text(span, "messaging.message.id")).isNull();
            assertThat(span.getParentSpanId()).isEqualTo(SpanId.getInvalid());
        });
        assertThat(batches)
                .filteredOn(span -> span.getLinks().stream()
                        .anyMatch(link ->
                                "m-2".equals(link.getAttributes().get(AttributeKey.stringKey("messaging.message.id")))))
                .singleElement()
                .satisfies(span -> assertThat(text(span, "error.type")).isEqualTo("reject"));
        List<MetricData> collected = List.copyOf(metrics.collectAllMetrics());
        assertThat(count(collected, "messaging.client.consumed.messages", "reject"))
                .isEqualTo(1);
        assertThat(count(collected, "messaging.client.consumed.messages", null)).isEqualTo(2);
    }

    private static List<LinkData> links(List<SpanData> batches) {
        return batches.stream().flatMap(span -> span.getLinks().stream()).toList();
    }

    /** Of topics there may be many, of patterns few. */
    @Test
    void aPatternIsTheTemplateOfWhatComesByIt() throws Exception {
        broker.subscribe(Topic.text("order.*"), "audit", (call, delivery) -> Disposition.ack(), traced);
        broker.publish(topic, "o-1");
        SpanData processed = only("process order.*");
        assertThat(text(processed, "messaging.destination.template")).isEqualTo("order.*");
        assertThat(text(processed, "messaging.destination.name")).isEqualTo("order.placed");
        List<MetricData> collected = List.copyOf(metrics.collectAllMetrics());
        Attributes told = Attributes.builder()
                .put("messaging.system", "memory")
                .put("messaging.operation.name", "process")
                .put("messaging.operation.type", "process")
                .put("messaging.destination.template", "order.*")
                .put("messaging.consumer.group.name", "audit")
                .build();
        assertThat(points(collected, "messaging.client.consumed.messages")).containsExactly(told);
        assertThat(points(collected, "messaging.process.duration")).containsExactly(told);
    }

    /** Each program has a topic of its own for answers, so its name is neither in a span's name nor in a metric. */
    @Test
    void answersGoToTemporaryTopics() throws Exception {
        broker.respond(topic, "desk", (call, delivery) -> "yes", PayloadCodec.text(), traced);
        String answer = broker.request(
                topic, Message.of("order.placed", "o-1"), PayloadCodec.text(), java.time.Duration.ofSeconds(60));
        assertThat(answer).isEqualTo("yes");
        SpanData answered = only("publish parley.replies.{id}");
        assertThat(text(answered, "messaging.destination.name"))
                .startsWith("parley.replies.")
                .doesNotContain("{");
        assertThat(text(answered, "messaging.destination.template")).isEqualTo("parley.replies.{id}");
        assertThat(attributes(answered).get(AttributeKey.booleanKey("messaging.destination.temporary")))
                .isTrue();
        assertThat(attributes(answered).get(AttributeKey.booleanKey("messaging.destination.anonymous")))
                .isTrue();
        only("process order.placed");
        assertThat(points(List.copyOf(metrics.collectAllMetrics()), "messaging.client.sent.messages"))
                .extracting(each -> each.get(AttributeKey.stringKey("messaging.destination.template")))
                .containsExactlyInAnyOrder(null, "parley.replies.{id}");
    }

    @Test
    void errorsHaveATypeAndSayWhy() throws Exception {
        Map<String, Callable<Disposition>> answers = Map.of(
                "retry", () -> Disposition.retry("later"),
                "reject", () -> Disposition.reject("never"),
                "UNAVAILABLE",
                        () -> {
                            throw new CallException(Code.UNAVAILABLE, "the mail server is away");
                        },
                "java.lang.IllegalStateException",
                        () -> {
                            throw new IllegalStateException((String) null);
                        });
        Map<String, String> causes = Map.of(
                "retry", "later",
                "reject", "never",
                "UNAVAILABLE", "the mail server is away",
                "java.lang.IllegalStateException", "");
        broker.subscribe(
                topic,
                "email",
                (call, delivery) ->
                        Objects.requireNonNull(answers.get(delivery.payload())).call(),
                traced.withRedelivery(Redelivery.defaults().withMaxAttempts(1).withImmediate(0)));
        for (String answer : answers.keySet()) {
            broker.publish(topic, answer);
        }
        Await.until("all are processed", () -> named("process order.placed").size() == answers.size());
        for (SpanData span : named("process order.placed")) {
            String type = text(span, "error.type");
            assertThat(span.getStatus()).isEqualTo(StatusData.create(StatusCode.ERROR, causes.get(type)));
        }
        List<MetricData> collected = List.copyOf(metrics.collectAllMetrics());
        for (String type : answers.keySet()) {
            assertThat(count(collected, "messaging.client.consumed.messages", type))
                    .as(type)
                    .isEqualTo(1);
        }
    }

    /** A release is no failure: another is to have it. */
    @Test
    void whatIsGivenBackIsNoError() throws Exception {
        AtomicInteger deliveries = new AtomicInteger();
        broker.subscribe(
                topic,
                "email",
                (call, delivery) -> deliveries.incrementAndGet() == 1 ? Disposition.release() : Disposition.ack(),
                traced);
        broker.publish(topic, "o-1");
        Await.until("it has come twice", () -> named("process order.placed").size() == 2);
        assertThat(named("process order.placed"))
                .allSatisfy(span -> assertThat(span.getStatus()).isEqualTo(StatusData.unset()));
    }

    @Test
    void whatNeverLeftIsNotCountedAsSent() {
        String large = "x".repeat(broker.maxMessageBytes());
        assertThatThrownBy(() -> broker.publish(topic, large)).isInstanceOf(CallException.class);
        SpanData refused = named("publish order.placed").getFirst();
        assertThat(text(refused, "error.type")).isEqualTo("INVALID_ARGUMENT");
        assertThat(refused.getStatus().getDescription()).contains("bytes");
        List<MetricData> collected = List.copyOf(metrics.collectAllMetrics());
        assertThat(points(collected, "messaging.client.sent.messages")).isEmpty();
        assertThat(points(collected, "messaging.client.operation.duration"))
                .singleElement()
                .satisfies(each -> assertThat(each.get(AttributeKey.stringKey("error.type")))
                        .isEqualTo("INVALID_ARGUMENT"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "amqp://user:secret@rabbit.local/shop?exchange=orders | rabbit.local | 5672",
                "amqps://rabbit.local:5999 | rabbit.local | 5999",
                "kafka://k1 | k1 | 9092",
                "kafka://k1:1,k2:2 | - | -",
                "postgresql://u@[::1]:5433/db | ::1 | 5433",
                "parley://127.0.0.1:7654 | 127.0.0.1 | 7654",
                "sqlite:/tmp/shop | - | -",
                "something in a test | - | -",
            })
    void theServerIsToldIfItIsOne(String uri, @Nullable String address, @Nullable Long port) {
        BrokerOptions options = BrokerOptions.defaults().withPublishInterceptors(List.of(telemetry.publish()));
        Faults backend = new Faults(options);
        backend.name = uri;
        try (MessageBroker elsewhere = MessageBroker.of(backend, options);
                AutoCloseable gauges = telemetry.observe(elsewhere)) {
            elsewhere.subscribe(topic, "g", (call, delivery) -> Disposition.ack());
            elsewhere.publish(topic, "o-1");
            List<MetricData> collected = List.copyOf(metrics.collectAllMetrics());
            SpanData published = named("publish order.placed").getFirst();
            for (Attributes told : List.of(
                    attributes(published),
                    points(collected, "messaging.client.sent.messages").getFirst(),
                    points(collected, "messaging.client.operation.duration").getFirst(),
                    points(collected, "parley.messaging.queue.depth").getFirst())) {
                assertThat(told.get(AttributeKey.stringKey("server.address"))).isEqualTo(address);
                assertThat(told.get(AttributeKey.longKey("server.port"))).isEqualTo(port);
                assertThat(told.get(AttributeKey.stringKey("messaging.system"))).isEqualTo("memory");
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
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
            Attributes published = Attributes.builder()
                    .put("messaging.system", "memory")
                    .put("messaging.operation.name", "publish")
                    .put("messaging.operation.type", "send")
                    .put("messaging.destination.name", "order.placed")
                    .build();
            Attributes processed = Attributes.builder()
                    .put("messaging.system", "memory")
                    .put("messaging.operation.name", "process")
                    .put("messaging.operation.type", "process")
                    .put("messaging.destination.name", "order.placed")
                    .put("messaging.consumer.group.name", "email")
                    .build();
            Attributes rejected =
                    processed.toBuilder().put("error.type", "reject").build();
            assertThat(points(collected, "messaging.client.sent.messages")).containsExactly(published);
            assertThat(points(collected, "messaging.client.operation.duration")).containsExactly(published);
            assertThat(points(collected, "messaging.client.consumed.messages"))
                    .containsExactlyInAnyOrder(processed, rejected);
            assertThat(points(collected, "messaging.process.duration")).containsExactlyInAnyOrder(processed, rejected);
            assertThat(sum(collected, "messaging.client.sent.messages")).isEqualTo(2);
            assertThat(sum(collected, "messaging.client.consumed.messages")).isEqualTo(2);
            assertThat(unit(collected, "messaging.client.sent.messages")).isEqualTo("{message}");
            assertThat(unit(collected, "messaging.client.consumed.messages")).isEqualTo("{message}");
            for (String duration : List.of("messaging.client.operation.duration", "messaging.process.duration")) {
                assertThat(unit(collected, duration)).isEqualTo("s");
                assertThat(metric(collected, duration).getHistogramData().getPoints())
                        .allSatisfy(point -> assertThat(point.getBoundaries())
                                .containsExactly(
                                        0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5,
                                        10.0));
            }
            assertThat(collected)
                    .extracting(MetricData::getName)
                    .contains(
                            "parley.messaging.queue.depth",
                            "parley.messaging.queue.lag",
                            "parley.messaging.queue.in_flight",
                            "parley.messaging.queue.redelivered");
            MetricData letters = metric(collected, "parley.messaging.queue.dead_letters");
            assertThat(letters.getLongGaugeData().getPoints()).singleElement().satisfies(point -> {
                assertThat(point.getValue()).isEqualTo(1);
                assertThat(point.getAttributes())
                        .isEqualTo(Attributes.builder()
                                .put("messaging.system", "memory")
                                .put("messaging.destination.name", "order.placed")
                                .put("messaging.consumer.group.name", "email")
                                .build());
            });
        }
    }

    private static MetricData metric(List<MetricData> collected, String name) {
        return collected.stream()
                .filter(each -> each.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static String unit(List<MetricData> collected, String name) {
        return metric(collected, name).getUnit();
    }

    private static List<Attributes> points(List<MetricData> collected, String name) {
        return collected.stream()
                .filter(each -> each.getName().equals(name))
                .flatMap(each -> each.getData().getPoints().stream())
                .map(PointData::getAttributes)
                .toList();
    }

    private static long count(List<MetricData> collected, String name, @Nullable String error) {
        return metric(collected, name).getLongSumData().getPoints().stream()
                .filter(point -> Objects.equals(point.getAttributes().get(AttributeKey.stringKey("error.type")), error))
                .mapToLong(point -> point.getValue())
                .sum();
    }

    private static long sum(List<MetricData> collected, String name) {
        return collected.stream()
                .filter(metric -> metric.getName().equals(name))
                .flatMap(metric -> metric.getLongSumData().getPoints().stream())
                .mapToLong(point -> point.getValue())
                .sum();
    }
}
