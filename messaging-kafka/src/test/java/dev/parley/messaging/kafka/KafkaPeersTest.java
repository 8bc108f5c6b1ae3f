package dev.parley.messaging.kafka;

import static dev.parley.messaging.kafka.Backend.name;
import static dev.parley.messaging.kafka.Backend.take;
import static dev.parley.messaging.kafka.Backend.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.messaging.ForeignMessage;
import dev.parley.messaging.Message;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.Outgoing;
import dev.parley.messaging.spi.Received;
import dev.parley.testing.Fixture;
import dev.parley.testing.servers.KafkaServer;
import io.cloudevents.CloudEvent;
import io.cloudevents.kafka.CloudEventDeserializer;
import io.cloudevents.kafka.CloudEventSerializer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What others write we read, and what we write others read. */
@Timeout(300)
class KafkaPeersTest {

    private static final Instant TIME = Instant.parse("2026-11-27T10:15:30.123Z");

    @RegisterExtension
    final Fixture fixture = new Fixture();

    private Backend kafka() throws Exception {
        return fixture.open(Backend.of(KafkaServer.shared(), ""));
    }

    private static Message<byte[]> order(String id) {
        Message<byte[]> message = Message.of("order.placed", "{\"größe\":1}".getBytes(StandardCharsets.UTF_8))
                .withId(id);
        return message.withMetadata(message.metadata()
                .withSource("/shop")
                .withContentType("application/json")
                .withTimestamp(TIME)
                .withCorrelationId("c-1")
                .withVersion("2")
                .withKey("k-1")
                .withHeader("tenant", "acme ü"));
    }

    @Test
    void kafkajsReadsOursAndWeReadIts() throws Exception {
        Backend kafka = kafka();
        String topic = name("node");
        BackendConsumer consumer = fixture.open(kafka.consume(new QueueName(topic + ".back", "g")));
        kafka.backend.publish(List.of(Outgoing.now(topic, order("id-1"))));
        Process node = new ProcessBuilder(
                        "node", "client.mjs", KafkaServer.shared().authority(), topic)
                .directory(Path.of("src/test/node").toFile())
                .redirectErrorStream(true)
                .start();
        try {
            List<String> said = new ArrayList<>();
            try (var output = node.inputReader(StandardCharsets.UTF_8)) {
                String line = output.readLine();
                for (; line != null; line = output.readLine()) {
                    said.add(line);
                    if (line.contains("id-1")) {
                        kafka.publish(topic, "enough"); // after the first, whose partition is another
                    }
                }
            }
            assertThat(node.waitFor()).as(said.toString()).isZero();
            assertThat(said).last().isEqualTo("done");
            String first = said.stream()
                    .filter(line -> line.contains("id-1"))
                    .findFirst()
                    .orElseThrow();
            assertThat(first)
                    .contains(
                            "\"key\":\"k-1\"",
                            "\"value\":\"{\\\"größe\\\":1}\"",
                            "\"ce_specversion\":\"1.0\"",
                            "\"ce_id\":\"id-1\"",
                            "\"ce_source\":\"/shop\"",
                            "\"ce_type\":\"order.placed\"",
                            "\"ce_time\":\"2026-11-27T10:15:30.123Z\"",
                            "\"ce_correlationid\":\"c-1\"",
                            "\"ce_partitionkey\":\"k-1\"",
                            "\"ce_tenant\":\"acme ü\"",
                            "\"content-type\":\"application/json\"");
        } finally {
            node.destroyForcibly();
        }

        List<Received> messages = take(consumer, 3);
        Received plain = only(messages, "o-1");
        ForeignMessage foreign = plain.foreign().orElseThrow();
        assertThat(foreign.headers()).containsEntry("x-plain", "grün");
        assertThat(foreign.contentType()).isEqualTo("application/json");
        assertThat(foreign.key()).contains("k-1");
        assertThat(foreign.timestamp()).isPresent();
        assertThat(plain.message().id()).isEqualTo(topic + ".back@" + plain.position());

        Received binary = only(messages, "o-2");
        assertThat(binary.foreign()).isEmpty();
        assertThat(binary.message().id()).isEqualTo("id-2");
        assertThat(binary.message().metadata().source()).isEqualTo("/kafkajs");
        assertThat(binary.message().metadata().key()).contains("k-2");
        assertThat(binary.message().metadata().header("tenant")).contains("acme");

        Received structured = only(messages, "o-3");
        assertThat(structured.foreign()).isEmpty();
        assertThat(structured.message().id()).isEqualTo("id-3");
        assertThat(text(structured.message())).isEqualTo("{\"order\":\"o-3\"}");
    }

    @Test
    void theSdkOfCloudEventsReadsOursAndWeReadIts() throws Exception {
        Backend kafka = kafka();
        String topic = name("sdk");
        BackendConsumer consumer = fixture.open(kafka.consume(new QueueName(topic, "g")));
        kafka.backend.publish(List.of(Outgoing.now(topic, order("id-1"))));
        CloudEvent event = read(topic);
        assertThat(event.getId()).isEqualTo("id-1");
        assertThat(event.getSource()).hasToString("/shop");
        assertThat(event.getType()).isEqualTo("order.placed");
        assertThat(event.getTime()).isEqualTo(TIME.atOffset(ZoneOffset.UTC));
        assertThat(event.getDataContentType()).isEqualTo("application/json");
        assertThat(event.getDataSchema()).hasToString("urn:parley:schema:order.placed:2");
        assertThat(event.getExtension("correlationid")).isEqualTo("c-1");
        assertThat(event.getExtension("partitionkey")).isEqualTo("k-1");
        assertThat(event.getExtension("tenant")).isEqualTo("acme ü");
        assertThat(new String(Objects.requireNonNull(event.getData()).toBytes(), StandardCharsets.UTF_8))
                .isEqualTo("{\"größe\":1}");

        // And back: the SDK writes the very event that it read.
        Map<String, Object> config =
                Map.of("bootstrap.servers", KafkaServer.shared().authority());
        try (var producer = new KafkaProducer<>(config, new StringSerializer(), new CloudEventSerializer())) {
            producer.send(new ProducerRecord<>(topic, event)).get();
        }
        List<Received> both = take(consumer, 2);
        assertThat(both).allSatisfy(message -> {
            assertThat(message.foreign()).isEmpty();
            assertThat(message.message().id()).isEqualTo("id-1");
            assertThat(message.message().metadata()).isEqualTo(order("id-1").metadata());
            assertThat(text(message.message())).isEqualTo("{\"größe\":1}");
        });
    }

    private static CloudEvent read(String topic) throws Exception {
        Map<String, Object> config = Map.of(
                "bootstrap.servers",
                KafkaServer.shared().authority(),
                "group.id",
                topic + ".sdk",
                "auto.offset.reset",
                "earliest");
        try (var consumer = new KafkaConsumer<>(config, new StringDeserializer(), new CloudEventDeserializer())) {
            consumer.subscribe(List.of(topic));
            long until = System.nanoTime() + Backend.LONG.toNanos();
            while (System.nanoTime() < until) {
                for (ConsumerRecord<String, CloudEvent> record : consumer.poll(Duration.ofMillis(200))) {
                    assertThat(record.key()).isEqualTo("k-1");
                    return record.value();
                }
            }
        }
        throw new AssertionError("the SDK has read nothing");
    }

    private static Received only(List<Received> messages, String text) {
        return messages.stream()
                .filter(message -> text(message.message()).contains(text))
                .findFirst()
                .orElseThrow();
    }
}
