package dev.parley.testing.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.testing.Fixture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The real broker, asked with its own clients. */
class KafkaServerTest {

    @RegisterExtension
    final Fixture fixture = new Fixture();

    private static void publish(KafkaServer server, String topic, String... values) throws Exception {
        Map<String, Object> settings = Map.of("bootstrap.servers", server.authority());
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            for (String value : values) {
                producer.send(new ProducerRecord<>(topic, value)).get(60, TimeUnit.SECONDS);
            }
        }
    }

    private static List<String> read(KafkaServer server, String topic, String group, int count) {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", server.authority(), "group.id", group, "auto.offset.reset", "earliest");
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(topic));
            List<String> values = new ArrayList<>();
            long until = System.nanoTime() + Duration.ofSeconds(90).toNanos();
            while (values.size() < count && System.nanoTime() - until < 0) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                    values.add(record.value());
                }
            }
            consumer.commitSync();
            return values;
        }
    }

    @Test
    void keepsItsDataAndPortWhenKilledAndRestarted() throws Exception {
        KafkaServer server = fixture.open(KafkaServer.start());
        int port = server.port();
        publish(server, "kept", "one", "two");
        assertThat(read(server, "kept", "before", 2)).containsExactly("one", "two");

        server.kill();
        assertThat(server.process().isRunning()).isFalse();
        server.restart();

        assertThat(server.port()).isEqualTo(port);
        publish(server, "kept", "three");
        assertThat(read(server, "kept", "before", 1)).containsExactly("three");
        assertThat(read(server, "kept", "after", 3)).containsExactly("one", "two", "three");
        List<ProcessHandle> all = Processes.of(server.process());

        server.close();

        assertThat(all).allMatch(Processes::hasEnded);
        assertThat(server.process().folder()).doesNotExist();
    }

    @Test
    void pausedItAnswersNothing() throws Exception {
        KafkaServer server = KafkaServer.shared();
        assertThat(KafkaServer.shared()).isSameAs(server);
        Map<String, Object> settings =
                Map.of("bootstrap.servers", server.authority(), "max.block.ms", 1000, "request.timeout.ms", 500);
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            server.pause();
            try {
                assertThatThrownBy(() -> producer.send(new ProducerRecord<>("paused", "lost"))
                                .get())
                        .isInstanceOf(ExecutionException.class)
                        .hasCauseInstanceOf(TimeoutException.class);
            } finally {
                server.resume();
            }
        }
        publish(server, "paused", "kept");
        assertThat(read(server, "paused", "g", 1)).containsExactly("kept");
    }

    @Test
    @Tag("long")
    void badSettingsSayWhy() {
        assertThatThrownBy(() ->
                        KafkaServer.start(Map.of("log.retention.hours", "soon")).close())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("soon");
    }
}
