package dev.parley.messaging.kafka;

import static dev.parley.messaging.kafka.Backend.await;
import static dev.parley.messaging.kafka.Backend.name;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.messaging.Disposition;
import dev.parley.messaging.Message;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.SubscribeOptions;
import dev.parley.messaging.Subscription;
import dev.parley.messaging.Topic;
import dev.parley.testing.Fixture;
import dev.parley.testing.servers.KafkaServer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A partition is no limit of what is handled at once: its keys are. */
@Timeout(300)
class KafkaKeysTest {

    private static final List<String> KEYS = List.of("ada", "bob", "cyd", "dan");
    private static final int EACH = 5;

    @RegisterExtension
    final Fixture fixture = new Fixture();

    @Test
    void theKeysOfOnePartitionAreHandledAtOnceAndEachInItsOrder() throws Exception {
        MessageBroker broker =
                fixture.open(MessageBroker.connect(KafkaServer.shared().uri() + "?partitions=1"));
        Topic<String> topic = Topic.text(name("keys"));
        // Nobody passes before a handler of each key is there.
        CyclicBarrier atOnce = new CyclicBarrier(KEYS.size());
        Set<String> running = ConcurrentHashMap.newKeySet();
        Map<String, List<String>> seen = new ConcurrentHashMap<>();
        Set<String> partitions = ConcurrentHashMap.newKeySet();
        Subscription subscription = broker.subscribe(
                topic,
                "g",
                (call, delivery) -> {
                    String key = delivery.message().metadata().key().orElseThrow();
                    if (!running.add(key)) {
                        throw new AssertionError("two of " + key + " at once");
                    }
                    partitions.add(delivery.position().replaceAll(":.*", ""));
                    atOnce.await(90, TimeUnit.SECONDS);
                    seen.computeIfAbsent(key, each -> new ArrayList<>()).add(delivery.payload());
                    running.remove(key);
                    return Disposition.ack();
                },
                SubscribeOptions.defaults()
                        .withConcurrency(KEYS.size())
                        .orderedByKey()
                        .withHandlerTimeout(Backend.LONG.multipliedBy(2)));
        List<Message<String>> all = new ArrayList<>();
        List<String> numbers = new ArrayList<>();
        for (int n = 0; n < EACH; n++) {
            numbers.add(Integer.toString(n));
            for (String key : KEYS) {
                all.add(Message.of("said", numbers.getLast()).withKey(key));
            }
        }
        broker.publishAll(topic, all);
        await("all are done", () -> subscription.snapshot().acked() == all.size());
        assertThat(new HashSet<>(partitions)).containsExactly("0");
        assertThat(seen)
                .hasSize(KEYS.size())
                .allSatisfy((key, said) -> assertThat(said).containsExactlyElementsOf(numbers));
        assertThat(subscription.snapshot().received()).isEqualTo(all.size());
    }
}
