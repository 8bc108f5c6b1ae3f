package dev.parley.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.Method;
import dev.parley.messaging.Delivery;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.Message;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.Topic;
import dev.parley.store.Engine;
import dev.parley.store.Store;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Metrics of outbox, relay and inbox by OpenTelemetry's own SDK. */
class EventTelemetryTest {

    private static final Topic<String> WORDS = Topic.text("words");
    private static final Call CALL =
            CallScope.builder(Method.unary("words", "group")).build();

    private final InMemoryMetricReader reader = InMemoryMetricReader.create();
    private final OpenTelemetrySdk sdk = OpenTelemetrySdk.builder()
            .setMeterProvider(
                    SdkMeterProvider.builder().registerMetricReader(reader).build())
            .build();
    private final EventTelemetry telemetry = EventTelemetry.of(sdk);

    @AfterEach
    void close() {
        sdk.close();
    }

    private Map<String, MetricData> collect() {
        Collection<MetricData> all = reader.collectAllMetrics();
        return all.stream().collect(Collectors.toMap(MetricData::getName, metric -> metric));
    }

    private static MetricData metric(Map<String, MetricData> collected, String name) {
        return Optional.ofNullable(collected.get(name))
                .orElseThrow(() -> new AssertionError("no " + name + " among " + collected.keySet()));
    }

    /** The only value of a metric, which must have this type, unit and store. */
    private static double value(
            Map<String, MetricData> collected, String name, MetricDataType type, String unit, Store store) {
        MetricData metric = metric(collected, name);
        assertThat(metric.getType()).as(name).isEqualTo(type);
        assertThat(metric.getUnit()).as(name).isEqualTo(unit);
        assertThat(metric.getDescription()).as(name).isNotEmpty();
        assertThat(metric.getData().getPoints())
                .as(name)
                .singleElement()
                .satisfies(point -> assertThat(point.getAttributes())
                        .isEqualTo(Attributes.builder()
                                .put("parley.store", store.toString())
                                .build()));
        return switch (metric.getData().getPoints().iterator().next()) {
            case LongPointData point -> point.getValue();
            case DoublePointData point -> point.getValue();
            default -> throw new AssertionError(name + " has no value");
        };
    }

    @ParameterizedTest
    @EnumSource
    void anOutboxTellsWhatWaits(Engine engine) throws Exception {
        try (Store store = Stores.open(engine)) {
            Outbox outbox = Outbox.on(store);
            store.run(tx -> {
                outbox.publish(tx, WORDS, Message.of("word", "one"));
                outbox.publish(tx, WORDS, Message.of("word", "two"));
            });
            Duration before = outbox.stats().oldestAge().orElseThrow();
            try (AutoCloseable gauges = telemetry.observe(outbox)) {
                Map<String, MetricData> collected = collectOutbox();
                assertThat(value(collected, "parley.outbox.pending", MetricDataType.LONG_GAUGE, "{message}", store))
                        .isEqualTo(2);
                assertThat(value(collected, "parley.outbox.set_aside", MetricDataType.LONG_GAUGE, "{message}", store))
                        .isZero();
                assertThat(value(collected, "parley.outbox.oldest_age", MetricDataType.DOUBLE_GAUGE, "s", store))
                        .isBetween(
                                before.toNanos() / 1e9,
                                outbox.stats().oldestAge().orElseThrow().toNanos() / 1e9);
            }
            assertThat(collect()).doesNotContainKey("parley.outbox.pending");
        }
    }

    /** A collection waits for the store for a second only, which may be too little on a busy machine. */
    private Map<String, MetricData> collectOutbox() throws Exception {
        Stores.await("the store has answered", () -> collect().containsKey("parley.outbox.pending"));
        return collect();
    }

    @ParameterizedTest
    @EnumSource
    void aRelayTellsWhatItDoes(Engine engine) throws Exception {
        TroubledBackend backend = new TroubledBackend();
        backend.trouble((messages, stored) -> {
            for (var each : messages) {
                switch (OutboxTest.payload(each.message())) {
                    case "poison" -> throw new CallException(Code.INVALID_ARGUMENT, "no poison here");
                    case "odd" -> throw new CallException(Code.INTERNAL, "who knows");
                    default -> {}
                }
            }
        });
        try (Store store = Stores.open(engine);
                MessageBroker broker = backend.broker()) {
            Outbox outbox = Outbox.on(store);
            store.run(tx -> {
                for (String word : List.of("a", "poison", "odd", "b")) {
                    outbox.publish(tx, WORDS, Message.of("word", word).withKey(word));
                }
            });
            OutboxRelay relay = outbox.relay(
                    broker, RelayOptions.defaults().withBackoff(Duration.ofMinutes(1), Duration.ofMinutes(1)));
            try (AutoCloseable figures = telemetry.observe(relay)) {
                Stores.await("all but one have come to their end", () -> {
                    RelaySnapshot snapshot = relay.snapshot();
                    return snapshot.sent() == 2 && snapshot.setAside() == 1 && snapshot.held() == 1;
                });
                Map<String, MetricData> collected = collect();
                assertThat(sum(collected, "active", "{relay}", false, store)).isEqualTo(1);
                assertThat(sum(collected, "held", "{key}", false, store)).isEqualTo(1);
                assertThat(sum(collected, "published", "{message}", true, store))
                        .isEqualTo(2);
                assertThat(sum(collected, "set_aside", "{message}", true, store))
                        .isEqualTo(1);
                assertThat(sum(collected, "failed", "{failure}", true, store))
                        .isEqualTo(relay.snapshot().failed())
                        .isGreaterThanOrEqualTo(3); // the batch, and two by themselves
                relay.close();
                assertThat(sum(collect(), "active", "{relay}", false, store)).isZero();
            }
            assertThat(collect()).isEmpty();
        }
    }

    private static double sum(
            Map<String, MetricData> collected, String name, String unit, boolean monotonic, Store store) {
        String whole = "parley.outbox.relay." + name;
        double value = value(collected, whole, MetricDataType.LONG_SUM, unit, store);
        assertThat(metric(collected, whole).getLongSumData().isMonotonic())
                .as(whole)
                .isEqualTo(monotonic);
        return value;
    }

    @ParameterizedTest
    @EnumSource
    void anInboxTellsWhatBecameOfDeliveries(Engine engine) throws Exception {
        try (Store store = Stores.open(engine)) {
            Inbox inbox = Inbox.on(
                    store,
                    InboxOptions.defaults().withRetention(Duration.ofSeconds(1)).withSweepInterval(Duration.ofDays(1)));
            Handler<Delivery<String>, Disposition> handler =
                    inbox.handler((tx, delivery) -> switch (delivery.payload()) {
                        case "retry" -> Disposition.retry("later");
                        case "fail" -> throw new CallException(Code.UNAVAILABLE, "down");
                        default -> Disposition.ack();
                    });
            try (AutoCloseable figures = telemetry.observe(inbox)) {
                handler.handle(CALL, delivery("a", "email"));
                handler.handle(CALL, delivery("a", "email"));
                handler.handle(CALL, delivery("a", "email"));
                handler.handle(CALL, delivery("a", "count"));
                handler.handle(CALL, delivery("retry", "email"));
                org.assertj.core.api.Assertions.assertThatThrownBy(
                                () -> handler.handle(CALL, delivery("fail", "email")))
                        .hasMessage("down");
                assertThat(inbox.snapshot().groups())
                        .containsOnly(
                                Map.entry("email", new InboxSnapshot.Counts(1, 2, 2)),
                                Map.entry("count", new InboxSnapshot.Counts(1, 0, 0)));
                Stores.await(
                        "notes are old enough",
                        () -> inbox.sweep() > 0 || inbox.snapshot().expired() == 2);
                Stores.await("all are", () -> {
                    inbox.sweep();
                    return inbox.snapshot().expired() == 2;
                });
                Map<String, MetricData> collected = collect();
                assertThat(value(collected, "parley.inbox.expired", MetricDataType.LONG_SUM, "{note}", store))
                        .isEqualTo(2);
                MetricData messages = metric(collected, "parley.inbox.messages");
                assertThat(messages.getUnit()).isEqualTo("{message}");
                assertThat(messages.getLongSumData().isMonotonic()).isTrue();
                assertThat(messages.getLongSumData().getPoints().stream()
                                .collect(Collectors.toMap(LongPointData::getAttributes, LongPointData::getValue)))
                        .isEqualTo(Map.of(
                                outcome(store, "email", "handled"), 1L,
                                outcome(store, "email", "repeated"), 2L,
                                outcome(store, "email", "rolled_back"), 2L,
                                outcome(store, "count", "handled"), 1L,
                                outcome(store, "count", "repeated"), 0L,
                                outcome(store, "count", "rolled_back"), 0L));
            }
            assertThat(collect()).isEmpty();
        }
    }

    private static Attributes outcome(Store store, String group, String outcome) {
        return Attributes.builder()
                .put("parley.store", store.toString())
                .put("messaging.consumer.group.name", group)
                .put("parley.inbox.outcome", outcome)
                .build();
    }

    private static Delivery<String> delivery(String word, String group) {
        Message<String> message = Message.of("word", word).withId(word);
        return new Delivery<>(
                message.withMetadata(message.metadata().withSource("test")), "words", group, 1, "", Optional.empty());
    }
}
