package dev.parley.messaging.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.Message;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.MessagingTelemetry;
import dev.parley.messaging.SubscribeOptions;
import dev.parley.messaging.Topic;
import dev.parley.testing.servers.RabbitMqServer;
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

/** What OpenTelemetry's conventions for RabbitMQ ask for: exchange, routing key and queue in a destination's name. */
class RabbitMqTelemetryTest {

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
    void destinationsAreExchangeRoutingKeyAndQueue() throws Exception {
        RabbitMqServer server = RabbitMqServer.shared();
        Topic<String> topic = Topic.text("order.placed");
        try (MessageBroker broker = MessageBroker.connect(
                server.uri(server.newVirtualHost()),
                BrokerOptions.defaults().withPublishInterceptors(List.of(telemetry.publish())))) {
            SubscribeOptions traced = SubscribeOptions.defaults().withInterceptors(List.of(telemetry.consume()));
            broker.subscribe(topic, "email", (call, delivery) -> Disposition.ack(), traced);
            broker.subscribe(Topic.text("order.*"), "audit", (call, delivery) -> Disposition.ack(), traced);
            broker.publish(topic, Message.of("order.placed", "o-1").withId("m-1"));

            assertThat(only("publish parley:order.placed"))
                    .isEqualTo(common("publish", "send", server)
                            .put("messaging.destination.name", "parley:order.placed")
                            .build()
                            .asMap());
            assertThat(only("process parley:order.placed:order.placed/email"))
                    .isEqualTo(common("process", "process", server)
                            .put("messaging.destination.name", "parley:order.placed:order.placed/email")
                            .put("messaging.consumer.group.name", "email")
                            .put("parley.messaging.attempt", 1)
                            .build()
                            .asMap());
            assertThat(only("process parley:order.*:order.*/audit"))
                    .isEqualTo(common("process", "process", server)
                            .put("messaging.destination.name", "parley:order.placed:order.*/audit")
                            .put("messaging.destination.template", "parley:order.*:order.*/audit")
                            .put("messaging.consumer.group.name", "audit")
                            .put("parley.messaging.attempt", 1)
                            .build()
                            .asMap());
        }
    }

    private static AttributesBuilder common(String operation, String type, RabbitMqServer server) {
        return Attributes.builder()
                .put("messaging.system", "rabbitmq")
                .put("messaging.operation.name", operation)
                .put("messaging.operation.type", type)
                .put("messaging.rabbitmq.destination.routing_key", "order.placed")
                .put("messaging.message.id", "m-1")
                .put("server.address", "127.0.0.1")
                .put("server.port", server.port());
    }
}
