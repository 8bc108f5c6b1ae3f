package dev.parley.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.Message;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.SubscribeOptions;
import dev.parley.messaging.Topic;
import dev.parley.store.Engine;
import dev.parley.store.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Whatever fails, before or after the broker has stored it: each key's messages come first in their order, and none is lost. */
class KeyOrderTest {

    private static final List<Code> CODES = List.of(
            Code.UNAVAILABLE, Code.INTERNAL, Code.UNKNOWN, Code.RESOURCE_EXHAUSTED, Code.ABORTED, Code.NOT_FOUND);

    @Property(tries = 12)
    void everyKeyKeepsItsOrder(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 6) int keys,
            @ForAll @IntRange(min = 1, max = 9) int batch,
            @ForAll Engine engine)
            throws Exception {
        TroubledBackend backend = new TroubledBackend();
        Random random = new Random(seed);
        Map<String, Integer> left = Collections.synchronizedMap(new HashMap<>());
        try (Store store = Stores.open(engine);
                MessageBroker broker = backend.broker()) {
            Outbox outbox = Outbox.on(store);
            List<Topic<String>> topics = List.of(Topic.text("a"), Topic.text("b"));
            List<String> seen = Collections.synchronizedList(new ArrayList<>());
            for (Topic<String> topic : topics) {
                broker.subscribe(
                        topic,
                        "screen",
                        (call, delivery) -> {
                            seen.add(delivery.payload());
                            return Disposition.ack();
                        },
                        SubscribeOptions.defaults().withConcurrency(1));
            }
            backend.trouble((messages, stored) -> {
                for (var each : messages) {
                    String word = OutboxTest.payload(each.message());
                    Integer failures = left.get(word + stored);
                    if (failures != null && failures > 0) {
                        left.put(word + stored, failures - 1);
                        throw new CallException(CODES.get(Math.floorMod(word.hashCode(), CODES.size())), "no");
                    }
                }
            });
            int count = 60;
            try (OutboxRelay relay = outbox.relay(
                    broker,
                    RelayOptions.defaults()
                            .withBatch(batch)
                            .withPoll(Duration.ofMillis(20))
                            .withBackoff(Duration.ofMillis(1), Duration.ofMillis(8)))) {
                for (int i = 0; i < count; i++) {
                    Topic<String> topic = topics.get(random.nextInt(2));
                    String key = topic.name() + random.nextInt(keys);
                    String word = "%s:%03d".formatted(key, i);
                    if (random.nextInt(6) == 0) {
                        left.put(word + random.nextBoolean(), 1 + random.nextInt(3));
                    }
                    store.run(tx ->
                            outbox.publish(tx, topic, Message.of("word", word).withKey(key)));
                }
                Stores.await(
                        "all are sent",
                        () -> outbox.stats().depth() == 0 && new LinkedHashSet<>(List.copyOf(seen)).size() == count);
                assertThat(relay.snapshot().setAside()).isZero();
            }
            Set<String> first = new LinkedHashSet<>(List.copyOf(seen));
            Map<String, String> last = new HashMap<>();
            for (String word : first) {
                String before = last.put(word.substring(0, word.indexOf(':')), word);
                assertThat(before == null || before.compareTo(word) < 0)
                        .as("%s before %s", before, word)
                        .isTrue();
            }
        }
    }
}
