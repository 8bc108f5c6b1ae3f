package dev.parley.tck.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.messaging.Capability;
import dev.parley.messaging.Message;
import dev.parley.messaging.PublishOptions;
import dev.parley.messaging.Subscription;
import dev.parley.messaging.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/** What is scheduled, and what expires. */
abstract class DelayPart extends DispositionPart {

    @Test
    final void aScheduledMessageIsNeverEarly() throws Exception {
        needs(Capability.DELAY);
        Topic<String> topic = Topic.text(fresh("scheduled"));
        Map<String, Instant> came = new ConcurrentHashMap<>();
        Seen<String> seen = Seen.of((call, delivery) -> {
            came.putIfAbsent(delivery.payload(), Instant.now());
            return dev.parley.messaging.Disposition.ack();
        });
        Seen<String> other = Seen.acking();
        subscribe(topic, "group", seen, oneByOne());
        subscribe(topic, "other", other, oneByOne());
        Instant later = Instant.now().plusMillis(1200);
        Instant soon = Instant.now().plusMillis(500);
        // One that is due in an hour stands in front of all, and holds up none.
        scheduled(topic, "hour", Instant.now().plus(Duration.ofHours(1)));
        scheduled(topic, "later", later);
        scheduled(topic, "soon", soon);
        publish(topic, "now");
        await("three came", () -> came.size() >= 3);
        awaitDistinct(other, 3);
        assertThat(came.keySet()).containsExactlyInAnyOrder("now", "soon", "later");
        // Brokers count in whole milliseconds.
        assertThat(came.getOrDefault("soon", Instant.EPOCH)).isAfterOrEqualTo(soon.minusMillis(2));
        assertThat(came.getOrDefault("later", Instant.EPOCH)).isAfterOrEqualTo(later.minusMillis(2));
        // Nor for ever late, also on a machine that is very busy.
        assertThat(came.getOrDefault("soon", Instant.MAX)).isBefore(soon.plusSeconds(30));
        assertThat(came.getOrDefault("later", Instant.MAX)).isBefore(later.plusSeconds(30));
    }

    @Test
    final void aTimeThatIsPastIsNow() throws Exception {
        needs(Capability.DELAY);
        Topic<String> topic = Topic.text(fresh("past"));
        Seen<String> seen = Seen.acking();
        subscribe(topic, "group", seen);
        scheduled(topic, "one", Instant.now().minusSeconds(60));
        awaitDistinct(seen, 1);
    }

    private void scheduled(Topic<String> topic, String text, Instant when) throws Exception {
        broker().publish(topic, Message.of(topic.name(), text).withId(text), PublishOptions.at(when));
    }

    @Test
    final void whatHasExpiredIsDropped() throws Exception {
        Topic<String> topic = Topic.text(fresh("expired"));
        known(topic, "group");
        Instant soon = Instant.now().plusMillis(100);
        broker().publish(
                        topic, Message.of(topic.name(), "stale").withId("stale").withExpiry(soon));
        broker().publish(
                        topic,
                        Message.of(topic.name(), "fresh")
                                .withId("fresh")
                                .withExpiry(Instant.now().plus(Duration.ofHours(1))));
        await("it has expired", () -> Instant.now().isAfter(soon.plusMillis(50)));
        Seen<String> seen = Seen.acking();
        Subscription subscription = subscribe(topic, "group", seen, oneByOne());
        awaitDistinct(seen, 1);
        publish(topic, "marker");
        seen.await("the marker", patience(), all -> seen.payloads().contains("marker"));
        await("both are acknowledged", () -> subscription.snapshot().acked() >= 2);
        assertThat(seen.payloads()).containsExactlyInAnyOrder("fresh", "marker");
        assertThat(letters(removed(topic.name(), "group"))).isEmpty();
    }
}
