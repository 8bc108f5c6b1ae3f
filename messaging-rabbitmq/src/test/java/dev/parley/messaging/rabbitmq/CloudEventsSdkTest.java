package dev.parley.messaging.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.GetResponse;
import dev.parley.messaging.Delivery;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.Message;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.Topic;
import dev.parley.testing.Fixture;
import dev.parley.testing.servers.RabbitMqServer;
import io.cloudevents.CloudEvent;
import io.cloudevents.CloudEventData;
import io.cloudevents.SpecVersion;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.core.data.BytesCloudEventData;
import io.cloudevents.core.format.EventFormat;
import io.cloudevents.core.message.MessageWriter;
import io.cloudevents.core.message.impl.BaseGenericBinaryMessageReaderImpl;
import io.cloudevents.rw.CloudEventContextWriter;
import io.cloudevents.rw.CloudEventWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The SDK of CloudEvents for Java, over RabbitMQ's own client, reads what we publish, and we read what it writes. It has a binding of its own
 * for AMQP 1.0 only; for others one gives it the headers, as here.
 */
class CloudEventsSdkTest {

    private static final String PREFIX = "cloudEvents:";
    private static final Instant TIME = Instant.parse("2026-11-27T10:15:30.123Z");

    @RegisterExtension
    final Fixture fixture = new Fixture();

    private Channel peer;
    private MessageBroker broker;

    @BeforeEach
    void connect() throws Exception {
        RabbitMqServer server = RabbitMqServer.shared();
        String uri = server.uri(server.newVirtualHost());
        peer = Broker.plainClient(fixture, uri);
        peer.exchangeDeclare("events", "topic", true);
        broker = fixture.open(MessageBroker.connect(uri + "?exchange=events"));
    }

    private static final class Reader extends BaseGenericBinaryMessageReaderImpl<String, Object> {
        private final BasicProperties properties;

        Reader(GetResponse delivered) {
            super(
                    SpecVersion.parse(
                            String.valueOf(delivered.getProps().getHeaders().get(PREFIX + "specversion"))),
                    BytesCloudEventData.wrap(delivered.getBody()));
            this.properties = delivered.getProps();
        }

        @Override
        protected boolean isContentTypeHeader(String name) {
            return name.equals("content-type");
        }

        @Override
        protected boolean isCloudEventsHeader(String name) {
            return name.startsWith(PREFIX);
        }

        @Override
        protected String toCloudEventsKey(String name) {
            return name.substring(PREFIX.length());
        }

        @Override
        protected void forEachHeader(BiConsumer<String, Object> header) {
            properties.getHeaders().forEach(header);
            if (properties.getContentType() != null) {
                header.accept("content-type", properties.getContentType());
            }
        }

        @Override
        protected String toCloudEventsValue(Object value) {
            return value.toString();
        }
    }

    /** Publishes an event of the SDK's in AMQP's binary mode. */
    private final class Writer implements MessageWriter<CloudEventWriter<String>, String>, CloudEventWriter<String> {
        private final String topic;
        private final Map<String, Object> headers = new HashMap<>();
        private final BasicProperties.Builder properties = new BasicProperties.Builder();

        Writer(String topic) {
            this.topic = topic;
        }

        @Override
        public CloudEventWriter<String> create(SpecVersion version) {
            headers.put(PREFIX + "specversion", version.toString());
            return this;
        }

        @Override
        public CloudEventContextWriter withContextAttribute(String name, String value) {
            if (name.equals("datacontenttype")) {
                properties.contentType(value);
            } else {
                headers.put(PREFIX + name, value);
            }
            return this;
        }

        @Override
        public String end(CloudEventData data) {
            try {
                peer.basicPublish("events", topic, properties.headers(headers).build(), data.toBytes());
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            return topic;
        }

        @Override
        public String end() {
            return end(BytesCloudEventData.wrap(new byte[0]));
        }

        @Override
        public String setEvent(EventFormat format, byte[] value) {
            throw new UnsupportedOperationException("the structured mode");
        }
    }

    @Test
    void theSdkReadsWhatWePublish() throws Exception {
        String queue = peer.queueDeclare().getQueue();
        peer.queueBind(queue, "events", "order.placed");
        Message<byte[]> message = Message.of("order.placed", "{\"gr\u00f6\u00dfe\":1}".getBytes(StandardCharsets.UTF_8))
                .withId("id-1");
        broker.publish(
                Topic.bytes("order.placed"),
                message.withMetadata(message.metadata()
                        .withSource("/shop")
                        .withTimestamp(TIME)
                        .withCorrelationId("c-1")
                        .withVersion("2")
                        .withKey("k-1")
                        .withHeader("tenant", "acme \u00fc")));
        GetResponse delivered = peer.basicGet(queue, true); // confirmed, so it is there
        CloudEvent event = new Reader(delivered).toEvent();
        assertThat(event.getSpecVersion()).isEqualTo(SpecVersion.V1);
        assertThat(event.getId()).isEqualTo("id-1");
        assertThat(event.getSource()).hasToString("/shop");
        assertThat(event.getType()).isEqualTo("order.placed");
        assertThat(Objects.requireNonNull(event.getTime()).toInstant()).isEqualTo(TIME);
        assertThat(event.getDataSchema()).hasToString("urn:parley:schema:order.placed:2");
        assertThat(event.getDataContentType()).isEqualTo("application/octet-stream");
        assertThat(event.getExtension("correlationid")).isEqualTo("c-1");
        assertThat(event.getExtension("partitionkey")).isEqualTo("k-1");
        assertThat(event.getExtension("tenant")).isEqualTo("acme \u00fc");
        assertThat(Objects.requireNonNull(event.getData()).toBytes()).isEqualTo(message.payload());
    }

    @Test
    void weReadWhatTheSdkWrites() throws Exception {
        CompletableFuture<Delivery<String>> seen = new CompletableFuture<>();
        broker.subscribe(Topic.text("order.paid"), "tests", (call, delivery) -> {
            seen.complete(delivery);
            return Disposition.ack();
        });
        CloudEvent event = CloudEventBuilder.v1()
                .withId("sdk-1")
                .withSource(URI.create("/sdk"))
                .withType("order.paid")
                .withTime(TIME.atOffset(java.time.ZoneOffset.ofHours(2)))
                .withDataSchema(URI.create("urn:parley:schema:order.paid:3"))
                .withDataContentType("text/plain")
                .withExtension("correlationid", "c-2")
                .withExtension("partitionkey", "k-2")
                .withData("gr\u00fcn".getBytes(StandardCharsets.UTF_8))
                .build();
        new Writer("order.paid").writeBinary(event);
        Message<String> message = seen.get(60, TimeUnit.SECONDS).message();
        assertThat(message.id()).isEqualTo("sdk-1");
        assertThat(message.type()).isEqualTo("order.paid");
        assertThat(message.payload()).isEqualTo("gr\u00fcn");
        assertThat(message.metadata().source()).isEqualTo("/sdk");
        assertThat(message.metadata().timestamp()).isEqualTo(TIME);
        assertThat(message.metadata().version()).contains("3");
        assertThat(message.metadata().correlationId()).contains("c-2");
        assertThat(message.metadata().key()).contains("k-2");
    }
}
