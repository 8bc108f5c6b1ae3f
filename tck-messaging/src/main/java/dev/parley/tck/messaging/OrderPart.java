package dev.parley.tck.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Call;
import dev.parley.messaging.Capability;
import dev.parley.messaging.Delivery;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.Message;
import dev.parley.messaging.SubscribeOptions;
import dev.parley.messaging.Topic;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/** The order of messages of one key. */
abstract class OrderPart extends SubscriptionPart {

    private static final int KEYS = 10;
    private static final int EACH = 15;

    /** Notes where two messages of one key were handled at once. */
    private static final class Overlaps {
        private final Set<String> running = ConcurrentHashMap.newKeySet();
        private final Set<String> twice = ConcurrentHashMap.newKeySet();

        Disposition handle(Call call, Delivery<String> delivery) throws InterruptedException {
            String key = delivery.message().metadata().key().orElseThrow();
            if (!running.add(key)) {
                twice.add(key);
            }
            // Of different lengths, so that a broker that does not keep the order has every chance to show it.
            Thread.sleep(ThreadLocalRandom.current().nextInt(3));
            running.remove(key);
            return Disposition.ack();
        }
    }

    @Test
    final void messagesOfOneKeyAreHandledInTheirOrder() throws Exception {
        needs(Capability.ORDERED_BY_KEY);
        ordered(1);
    }

    @Test
    final void competingConsumersKeepTheOrderOfKeys() throws Exception {
        needs(Capability.ORDERED_BY_KEY);
        ordered(3);
    }

    private void ordered(int consumers) throws Exception {
        Topic<String> topic = Topic.text(fresh("order"));
        Overlaps overlaps = new Overlaps();
        Seen<String> seen = Seen.of(overlaps::handle);
        SubscribeOptions ordered = options().orderedByKey().withPrefetch(20).withConcurrency(8);
        known(topic, "group", ordered);
        if (consumers > 1) {
            compete(consumers, topic, seen, ordered);
        }
        List<Message<String>> all = new ArrayList<>();
        for (int n = 1; n <= EACH; n++) {
            for (int key = 1; key <= KEYS; key++) {
                String name = "k" + key;
                all.add(Message.of(topic.name(), name + "-" + n)
                        .withId(name + "-" + n)
                        .withKey(name));
            }
        }
        for (int from = 0; from < all.size(); from += 25) {
            broker().publishAll(topic, all.subList(from, Math.min(all.size(), from + 25)));
        }
        if (consumers == 1) {
            // All are there already: it takes many at a time, several of a key among them.
            compete(consumers, topic, seen, ordered);
        }
        awaitDistinct(seen, KEYS * EACH);
        assertThat(firstsByKey(seen))
                .hasSize(KEYS)
                .allSatisfy((key, texts) -> assertThat(texts).containsExactly(numbered(key + "-", EACH)));
        assertThat(overlaps.twice).as("keys of which two were handled at once").isEmpty();
    }

    private void compete(int consumers, Topic<String> topic, Seen<String> seen, SubscribeOptions how) throws Exception {
        for (int n = 0; n < consumers; n++) {
            subscribe(n == 0 ? broker() : another(), topic, "group", seen, how);
        }
    }

    /** The messages of each key in the order in which each came first: what comes again behind a change of consumers is allowed. */
    static Map<String, List<String>> firstsByKey(Seen<String> seen) {
        Map<String, List<String>> firsts = new LinkedHashMap<>();
        Set<String> known = new HashSet<>();
        for (Delivery<String> each : seen.all()) {
            if (known.add(each.message().id())) {
                firsts.computeIfAbsent(each.message().metadata().key().orElse(""), key -> new ArrayList<>())
                        .add(each.payload());
            }
        }
        return firsts;
    }

    @Test
    final void differentKeysAreHandledAtOnce() throws Exception {
        needs(Capability.ORDERED_BY_KEY);
        Topic<String> topic = Topic.text(fresh("keys"));
        CountDownLatch together = new CountDownLatch(4);
        Seen<String> seen = Seen.of((call, delivery) -> {
            together.countDown();
            together.await();
            return Disposition.ack();
        });
        subscribe(
                topic, "group", seen, options().orderedByKey().withPrefetch(16).withConcurrency(8));
        List<Message<String>> all = new ArrayList<>();
        for (int n = 1; n <= 4; n++) {
            for (int key = 1; key <= 4; key++) {
                all.add(Message.of(topic.name(), key + "-" + n)
                        .withId(key + "-" + n)
                        .withKey("k" + key));
            }
        }
        broker().publishAll(topic, all);
        awaitDistinct(seen, 16);
        assertThat(firstsByKey(seen))
                .hasSize(4)
                .allSatisfy((key, texts) -> assertThat(texts).containsExactly(numbered(key.substring(1) + "-", 4)));
    }

    @Test
    final void messagesWithoutAKeyAreHandledByOrderedConsumersToo() throws Exception {
        needs(Capability.ORDERED_BY_KEY);
        Topic<String> topic = Topic.text(fresh("keyless"));
        CountDownLatch together = new CountDownLatch(3);
        Seen<String> seen = Seen.of((call, delivery) -> {
            together.countDown();
            together.await();
            return Disposition.ack();
        });
        subscribe(topic, "group", seen, options().orderedByKey());
        publish(topic, numbered("m", 20));
        awaitDistinct(seen, 20);
    }
}
