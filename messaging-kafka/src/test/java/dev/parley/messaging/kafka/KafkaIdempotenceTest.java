package dev.parley.messaging.kafka;

import static dev.parley.messaging.kafka.Backend.await;
import static dev.parley.messaging.kafka.Backend.name;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.Message;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.Topic;
import dev.parley.testing.Direction;
import dev.parley.testing.Fault;
import dev.parley.testing.FaultProxy;
import dev.parley.testing.Fixture;
import dev.parley.testing.servers.KafkaServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A publication whose confirmation is lost is sent again by the producer, and written once. */
@Tag("long") // a broker of its own
@Timeout(300)
class KafkaIdempotenceTest {

    private static final int CUTS = 5;

    @RegisterExtension
    final Fixture fixture = new Fixture();

    /** Everything that is in the log, read past the proxy. */
    private static List<String> written(KafkaServer server, TopicPartition log) {
        Map<String, Object> config = Map.of("bootstrap.servers", server.authority());
        List<String> all = new ArrayList<>();
        try (var reader = new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            reader.assign(List.of(log));
            reader.seekToBeginning(List.of(log));
            long end = reader.endOffsets(List.of(log)).getOrDefault(log, 0L);
            while (reader.position(log) < end) {
                for (ConsumerRecord<String, String> record : reader.poll(Duration.ofMillis(100))) {
                    all.add(record.value());
                }
            }
        }
        return all;
    }

    @Test
    void whatWasWrittenBeforeTheConnectionWasCutIsNotWrittenAgain() throws Exception {
        KafkaServer server = fixture.open(KafkaServer.startBehindProxy());
        FaultProxy network = server.network();
        Topic<String> topic = Topic.text(name("once"));
        TopicPartition log = new TopicPartition(topic.name(), 0);
        MessageBroker broker = fixture.open(MessageBroker.connect(
                "kafka://" + network.authority() + "?partitions=1",
                BrokerOptions.defaults().withPublishTimeout(Duration.ofSeconds(100))));
        broker.publish(topic, "first");
        try (var publishers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int cut = 0; cut < CUTS; cut++) {
                List<String> texts = List.of("a-" + cut, "b-" + cut, "c-" + cut);
                network.inject(Direction.DOWNSTREAM, new Fault.Blackhole(true));
                Future<?> confirmed = publishers.submit(() -> broker.publishAll(
                        topic,
                        texts.stream().map(text -> Message.of("said", text)).toList()));
                // The first of them at least: what is confirmed by nobody is in the log.
                await("it is written", () -> written(server, log).contains(texts.getFirst()));
                assertThat(confirmed.isDone())
                        .as("the confirmation cannot have come")
                        .isFalse();
                network.heal(); // which resets the connections that have lost bytes
                confirmed.get(90, TimeUnit.SECONDS);
            }
        }
        List<String> all = written(server, log);
        Set<String> once = new HashSet<>(all);
        assertThat(all).hasSameSizeAs(once).hasSize(1 + 3 * CUTS);
        assertThat(all.getFirst()).isEqualTo("first");
    }
}
