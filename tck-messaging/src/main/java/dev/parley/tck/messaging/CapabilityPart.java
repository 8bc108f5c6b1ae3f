package dev.parley.tck.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.messaging.Capability;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.Message;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.PublishOptions;
import dev.parley.messaging.StartFrom;
import dev.parley.messaging.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a broker says that it can do, and what it refuses. */
abstract class CapabilityPart extends BrokerKit {

    @Test
    final void itCanDoWhatItsRowRequires() throws Exception {
        Requirements required = subject().requirements();
        assertThat(broker().capabilities()).containsAll(required.capabilities());
        assertThat(broker().confirm()).isGreaterThanOrEqualTo(required.confirm());
        assertThat(broker().maxMessageBytes()).isGreaterThanOrEqualTo(1024);
    }

    @Test
    final void aCapabilityThatItLacksIsRefusedByItsName() throws Exception {
        Topic<String> topic = Topic.text(fresh("lacks"));
        MessageBroker broker = broker();
        if (!has(Capability.DELAY)) {
            PublishOptions later = PublishOptions.after(Duration.ofSeconds(5));
            assertRefused(Capability.DELAY, () -> broker.publish(topic, Message.of(topic.name(), "too early"), later));
        }
        if (!has(Capability.ORDERED_BY_KEY)) {
            assertRefused(
                    Capability.ORDERED_BY_KEY,
                    () -> broker.subscribe(
                            topic, "group", Seen.acking(), options().orderedByKey()));
        }
        if (!has(Capability.PATTERNS)) {
            Topic<String> pattern = Topic.text(topic.name() + ".*");
            assertRefused(Capability.PATTERNS, () -> broker.subscribe(pattern, "group", Seen.acking(), options()));
        }
        if (!has(Capability.REPLAY)) {
            for (StartFrom start :
                    List.of(StartFrom.earliest(), new StartFrom.Time(Instant.now()), new StartFrom.Position("1"))) {
                assertRefused(
                        Capability.REPLAY,
                        () -> broker.subscribe(
                                topic, "group", Seen.acking(), options().withStart(start)));
            }
        }
        // And it is none the worse for it.
        Seen<String> seen = Seen.acking();
        subscribe(topic, "afterwards", seen);
        publish(topic, "one");
        awaitDistinct(seen, 1);
        assertThat(seen.payloads()).containsOnly("one");
    }

    @Test
    final void namesThatAreNotAllowedAreRefused() throws Exception {
        MessageBroker broker = broker();
        String pattern = fresh("names") + ".*";
        assertThatThrownBy(() -> broker.publish(Topic.text(pattern), "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(pattern);
        for (String name : List.of("", "a..b", ".a", "a.", "a b", "a/b", "\u00fc", "a\u0000b", "x".repeat(201))) {
            assertThatThrownBy(() -> broker.publish(Topic.text(name), "x"))
                    .as("topic \"%s\"", name)
                    .isInstanceOf(IllegalArgumentException.class);
        }
        Topic<String> topic = Topic.text(fresh("names"));
        for (String group : List.of("", "a b", "a/b", "a..b", "*", "#", "\u00fc", "x".repeat(101))) {
            assertThatThrownBy(() -> broker.subscribe(topic, group, (call, delivery) -> Disposition.ack(), options()))
                    .as("group \"%s\"", group)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    final void longNamesWithEverythingThatIsAllowedAreUsable() throws Exception {
        String start = fresh("A_long.Name-0") + '.';
        Topic<String> topic = Topic.text(start + "x".repeat(120 - start.length()));
        String group = "G_1-2.b." + "y".repeat(40);
        Seen<String> seen = Seen.acking();
        subscribe(topic, group, seen);
        publish(topic, "one");
        awaitDistinct(seen, 1);
        assertThat(seen.all().getFirst().topic()).isEqualTo(topic.name());
        assertThat(seen.all().getFirst().group()).isEqualTo(group);
    }

    @Test
    final void anUnknownOptionOfTheUriIsRefusedByItsName() {
        String uri = subject().uri() + (subject().uri().contains("?") ? "&" : "?") + "nonsense=1";
        assertThatThrownBy(() -> MessageBroker.connect(uri, brokerOptions()).close())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nonsense");
    }

    @Test
    final void allIsWellAndSaysSo() throws Exception {
        Topic<String> topic = Topic.text(fresh("well"));
        Seen<String> seen = Seen.acking();
        var subscription = subscribe(topic, "group", seen);
        publish(topic, "one");
        awaitDistinct(seen, 1);
        assertThat(broker().problem()).isEmpty();
        assertThat(subscription.problem()).isEmpty();
        assertThat(subscription.queue().topic()).isEqualTo(topic.name());
        assertThat(subscription.queue().group()).isEqualTo("group");
    }
}
