package dev.parley.tck.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.messaging.DeadLetter;
import dev.parley.messaging.DeadLetters;
import dev.parley.messaging.Delivery;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.Message;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What is kept of a message that was given up, and how it comes back. */
abstract class DeadLetterPart extends DelayPart {

    private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    /** A group that rejects all until it is repaired. */
    private final class Broken {
        final Topic<String> topic = Topic.text(fresh("letters"));
        final QueueName queue = removed(topic.name(), "group");
        final AtomicBoolean repaired = new AtomicBoolean();
        final Seen<String> seen = Seen.of((call, delivery) ->
                repaired.get() ? Disposition.ack() : Disposition.reject("broken by " + delivery.payload()));

        Broken(String... texts) throws Exception {
            subscribe(topic, "group", seen);
            publish(topic, texts);
            awaitLetters(queue, texts.length);
        }

        DeadLetters letters() throws Exception {
            return broker().deadLetters(queue);
        }

        List<String> ids() throws Exception {
            return letters().list(1000).stream()
                    .map(each -> each.message().id())
                    .toList();
        }

        /** How often a message came. */
        int deliveries(String id) {
            return seen.of(id).size();
        }
    }

    @Test
    final void aLetterKeepsAllThatIsKnown() throws Exception {
        Topic<String> topic = Topic.text(fresh("kept"));
        QueueName queue = removed(topic.name(), "group");
        Seen<String> seen = Seen.of((call, delivery) ->
                delivery.attempt() < 2 ? Disposition.retry("first cause") : Disposition.reject("last c\u00e4use"));
        subscribe(topic, "group", seen);
        Message<String> message = Message.of(topic.name(), "gr\u00f6\u00dfe \ud83d\ude80")
                .withKey("k")
                .withCorrelationId("c")
                .withVersion("2")
                .withHeader("traceparent", TRACE)
                .withHeader("other", "h\u00fc");
        Instant before = Instant.now().minusSeconds(5);
        broker().publish(topic, message);
        DeadLetter letter = awaitLetters(queue, 1).getFirst();
        Instant after = Instant.now().plusSeconds(5);
        Delivery<String> delivered = seen.all().getFirst();
        assertThat(letter.queue()).isEqualTo(queue);
        assertThat(letter.topic()).isEqualTo(topic.name());
        assertThat(letter.message().id()).isEqualTo(message.id());
        assertThat(letter.message().type()).isEqualTo(message.type());
        assertThat(letter.message().payload())
                .asString(java.nio.charset.StandardCharsets.UTF_8)
                .isEqualTo(message.payload());
        assertThat(letter.message().metadata()).isEqualTo(delivered.message().metadata());
        assertThat(letter.message().metadata().header("traceparent")).hasValue(TRACE);
        assertThat(letter.position()).isEqualTo(delivered.position());
        assertThat(letter.attempts()).isEqualTo(2);
        assertThat(letter.failure().cause()).contains("last c\u00e4use");
        assertThat(letter.failure().first())
                .isEqualTo(seen.all().get(1).firstFailure().orElseThrow())
                .isBetween(before, letter.failure().last());
        assertThat(letter.failure().last()).isBefore(after);
        // The same however often it is looked at.
        assertThat(letters(queue)).extracting(DeadLetter::id).containsExactly(letter.id());
    }

    @Test
    final void allAreRedriven() throws Exception {
        Broken broken = new Broken(numbered("m", 10));
        broken.repaired.set(true);
        assertThat(broken.letters().redriveAll()).isEqualTo(10);
        broken.seen.await("each once more", patience(), all -> all.size() >= 20);
        assertThat(broken.ids()).isEmpty();
        assertThat(broken.letters().redriveAll()).as("the second time").isZero();
        assertThat(broken.seen.all())
                .extracting(Delivery::attempt)
                .as("counted from 1 again")
                .containsOnly(1);
        for (String id : numbered("m", 10)) {
            assertThat(broken.deliveries(id)).isEqualTo(2);
        }
    }

    @Test
    final void whatFailsAgainIsALetterAgain() throws Exception {
        Broken broken = new Broken("one");
        assertThat(broken.letters().redriveAll()).isEqualTo(1);
        broken.seen.await("once more", patience(), all -> all.size() >= 2);
        assertThat(awaitLetters(broken.queue, 1)).hasSize(1);
        broken.repaired.set(true);
        assertThat(broken.letters().redriveAll()).isEqualTo(1);
        broken.seen.await("once more", patience(), all -> all.size() >= 3);
        assertThat(broken.ids()).isEmpty();
    }

    @Test
    final void oneIsRedrivenByItsIdAndOnce() throws Exception {
        Broken broken = new Broken("a", "b", "c");
        broken.repaired.set(true);
        String idOfB = letters(broken.queue).stream()
                .filter(each -> each.message().id().equals("b"))
                .findFirst()
                .orElseThrow()
                .id();
        assertThat(broken.letters().redrive(idOfB)).as("by the letter's id").isTrue();
        assertThat(broken.letters().redrive(idOfB)).as("the second time").isFalse();
        assertThat(broken.letters().redrive("c")).as("by the message's id").isTrue();
        assertThat(broken.letters().redrive("c")).as("the second time").isFalse();
        assertThat(broken.letters().redrive("never-was")).isFalse();
        broken.seen.await("two more", patience(), all -> all.size() >= 5);
        assertThat(broken.ids()).containsExactly("a");
        assertThat(broken.deliveries("a")).isEqualTo(1);
        assertThat(broken.deliveries("b")).isEqualTo(2);
        assertThat(broken.deliveries("c")).isEqualTo(2);
    }

    @Test
    final void thoseOfAFilterAreRedrivenAtARate() throws Exception {
        Broken broken = new Broken("a1", "a2", "a3", "a4", "a5", "b1", "b2");
        broken.repaired.set(true);
        long began = System.nanoTime();
        int redriven = broken.letters().redrive(each -> each.message().id().startsWith("a"), 3);
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        assertThat(redriven).isEqualTo(5);
        assertThat(took).as("five at three a second").isGreaterThan(Duration.ofMillis(600));
        broken.seen.await("five more", patience(), all -> all.size() >= 12);
        assertThat(broken.ids()).containsExactlyInAnyOrder("b1", "b2");
        assertThat(broken.letters().discard(each -> each.message().id().equals("b1")))
                .isEqualTo(1);
        assertThat(broken.ids()).containsExactly("b2");
        assertThat(broken.letters().redriveAll()).isEqualTo(1);
        broken.seen.await("one more", patience(), all -> all.size() >= 13);
        assertThat(broken.deliveries("b1")).as("what was discarded").isEqualTo(1);
    }

    @Test
    final void aRedrivenMessageGoesToItsOwnGroupAlone() throws Exception {
        Broken broken = new Broken("a", "b");
        Seen<String> other = Seen.acking();
        subscribe(broken.topic, "other", other, oneByOne());
        Topic<String> sibling = Topic.text(broken.topic.name() + ".more");
        Seen<String> elsewhere = Seen.acking();
        subscribe(sibling, "group", elsewhere, oneByOne());
        broken.repaired.set(true);
        broken.letters().redriveAll();
        broken.seen.await("each once more", patience(), all -> all.size() >= 4);
        publish(broken.topic, "marker");
        publish(sibling, "marker");
        other.await("the marker", patience(), all -> other.payloads().contains("marker"));
        elsewhere.await("the marker", patience(), all -> elsewhere.payloads().contains("marker"));
        assertThat(other.payloads()).containsExactly("marker");
        assertThat(elsewhere.payloads()).containsExactly("marker");
    }

    @Test
    final void eachGroupHasItsOwnLetters() throws Exception {
        Topic<String> topic = Topic.text(fresh("own"));
        QueueName first = removed(topic.name(), "first");
        QueueName second = removed(topic.name(), "second");
        subscribe(
                topic,
                "first",
                Seen.of((call, delivery) -> delivery.payload().equals("a")
                        ? Disposition.reject("first does not like a")
                        : Disposition.ack()));
        subscribe(
                topic,
                "second",
                Seen.of((call, delivery) -> delivery.payload().equals("b")
                        ? Disposition.reject("second does not like b")
                        : Disposition.ack()));
        publish(topic, "a", "b");
        assertThat(awaitLetters(first, 1))
                .extracting(each -> each.message().id())
                .containsExactly("a");
        assertThat(awaitLetters(second, 1))
                .extracting(each -> each.message().id())
                .containsExactly("b");
        assertThat(broker().deadLetters(first).discard(each -> true)).isEqualTo(1);
        assertThat(letters(first)).isEmpty();
        assertThat(letters(second)).hasSize(1);
    }

    @Test
    final void thePoisonAtTheHeadOfAQueueIsPutAside() throws Exception {
        Topic<String> topic = Topic.text(fresh("poison"));
        QueueName queue = removed(topic.name(), "group");
        known(topic, "group");
        publish(topic, "poison", "m1", "m2", "m3");
        Seen<String> seen = Seen.of((call, delivery) -> {
            if (delivery.payload().equals("poison")) {
                throw new IllegalStateException("cannot be handled");
            }
            return Disposition.ack();
        });
        subscribe(
                broker(),
                topic,
                "group",
                seen,
                options().withPrefetch(1).withRedelivery(options().redelivery().withMaxAttempts(3)));
        awaitDistinct(seen, 4);
        DeadLetter letter = awaitLetters(queue, 1).getFirst();
        assertThat(letter.message().id()).isEqualTo("poison");
        assertThat(letter.failure().cause()).contains("cannot be handled");
        assertThat(seen.of("poison")).hasSize(3);
    }

    @Test
    final void aPayloadThatCannotBeReadIsADeadLetter() throws Exception {
        String name = fresh("undecodable");
        byte[] noText = {(byte) 0xff, 0, (byte) 0xc3};
        Topic<String> text = Topic.text(name);
        Topic<Order> json = Topic.json(name, Order.class);
        Seen<String> asText = Seen.acking();
        Seen<Order> asJson = Seen.acking();
        subscribe(text, "text", asText);
        subscribe(json, "json", asJson);
        Message<byte[]> message = Message.of(name, noText).withHeader("h", "v");
        broker().publish(Topic.bytes(name), message);
        broker().publish(json, new Order("o-1", 5));
        for (String group : Set.of("text", "json")) {
            DeadLetter letter = awaitLetters(removed(name, group), 1).getFirst();
            assertThat(letter.message().id()).isEqualTo(message.id());
            assertThat(letter.message().payload()).isEqualTo(noText);
            assertThat(letter.message().metadata().header("h")).hasValue("v");
            assertThat(letter.failure().cause()).isNotBlank();
            assertThat(letters(removed(name, group))).hasSize(1);
        }
        awaitDistinct(asText, 1);
        awaitDistinct(asJson, 1);
        assertThat(asJson.payloads()).containsExactly(new Order("o-1", 5));
    }

    /** A payload in JSON. */
    record Order(String id, int cents) {}
}
