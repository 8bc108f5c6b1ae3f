package dev.parley.messaging.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.Message;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.MessagingTelemetry;
import dev.parley.messaging.SubscribeOptions;
import dev.parley.messaging.Topic;
import dev.parley.testing.servers.KafkaServer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What OpenTelemetry's conventions for Kafka ask for: key, partition, offset and the id of the consumer group. */
class KafkaTelemetryTest {

    private final InMemorySpanExporter spans = InMemorySpanExporter.create();
    private final OpenTelemetrySdk sdk = OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(spans))
                    .build())
            .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
            .build();
    private final MessagingTelemetry telemetry = MessagingTelemetry.of(sdk);

    @AfterEach
    void close() {
        sdk.close();
    }

    private Map<AttributeKey<?>, Object> only(String name) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(90).toNanos();
        while (System.nanoTime() - end < 0) {
            List<SpanData> found = spans.getFinishedSpanItems().stream()
                    .filter(span -> span.getName().equals(name))
                    .toList();
            if (!found.isEmpty()) {
                assertThat(found).hasSize(1);
                return found.getFirst().getAttributes().asMap();
            }
            Thread.sleep(5);
        }
        throw new AssertionError("no span \"" + name + "\" within 90 s, but " + spans.getFinishedSpanItems());
    }

    @Test
    void spansHaveKeyPartitionOffsetAndTheGroupsId() throws Exception {
        KafkaServer server = KafkaServer.shared();
        Topic<String> topic = Topic.text(Backend.name("telemetry"));
        try (MessageBroker broker = MessageBroker.connect(
                server.uri() + "?partitions=1",
                BrokerOptions.defaults().withPublishInterceptors(List.of(telemetry.publish())))) {
            broker.publish(topic, Message.of("said", "before it is traced"));
            spans.reset();
            broker.subscribe(
                    topic,
                    "email",
                    (call, delivery) -> Disposition.ack(),
                    SubscribeOptions.defaults().withInterceptors(List.of(telemetry.consume())));
            broker.publish(topic, Message.of("said", "o-1").withId("m-1").withKey("o-1"));

            assertThat(only("publish " + topic.name()))
                    .isEqualTo(common("publish", "send", server, topic).build().asMap());
            assertThat(only("process " + topic.name()))
                    .isEqualTo(common("process", "process", server, topic)
                            .put("messaging.consumer.group.name", topic.name() + "..email")
                            .put("messaging.destination.partition.id", "0")
                            .put(AttributeKey.longKey("messaging.kafka.offset"), 1)
                            .put("parley.messaging.attempt", 1)
                            .build()
                            .asMap());
        }
    }

    private static AttributesBuilder common(String operation, String type, KafkaServer server, Topic<?> topic) {
        String address = server.uri().substring("kafka://".length());
        int colon = address.lastIndexOf(':');
        return Attributes.builder()
                .put("messaging.system", "kafka")
                .put("messaging.operation.name", operation)
                .put("messaging.operation.type", type)
                .put("messaging.destination.name", topic.name())
                .put("messaging.kafka.message.key", "o-1")
                .put("messaging.message.id", "m-1")
                .put("server.address", address.substring(0, colon))
                .put("server.port", Long.parseLong(address.substring(colon + 1)));
    }
}
