package dev.parley.messaging.kafka;

import static dev.parley.messaging.kafka.Backend.ack;
import static dev.parley.messaging.kafka.Backend.await;
import static dev.parley.messaging.kafka.Backend.name;
import static dev.parley.messaging.kafka.Backend.retry;
import static dev.parley.messaging.kafka.Backend.take;
import static dev.parley.messaging.kafka.Backend.text;
import static dev.parley.messaging.kafka.Backend.texts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Code;
import dev.parley.messaging.DeadLetter;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.QueueStats;
import dev.parley.messaging.StartFrom;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.ConsumerSpec;
import dev.parley.messaging.spi.LetterAction;
import dev.parley.messaging.spi.Outgoing;
import dev.parley.messaging.spi.Received;
import dev.parley.messaging.spi.Settlement;
import dev.parley.testing.servers.KafkaServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the backend promises, on the real broker. */
class KafkaBackendTest {

    private static Backend kafka;

    @BeforeAll
    static void connect() throws Exception {
        kafka = Backend.of(KafkaServer.shared(), "");
    }

    @AfterAll
    static void close() {
        kafka.close();
    }

    @Test
    void whatIsPublishedAfterConsumeIsSeen() throws Exception {
        QueueName queue = new QueueName(name("seen"), "g");
        kafka.publish(queue.topic(), "before");
        try (BackendConsumer consumer = kafka.consume(queue)) {
            kafka.publish(queue.topic(), "one", "two");
            List<Received> messages = take(consumer, 2);
            assertThat(texts(messages)).containsExactlyInAnyOrder("one", "two");
            assertThat(messages).allSatisfy(message -> {
                assertThat(message.attempt()).isEqualTo(1);
                assertThat(message.topic()).isEqualTo(queue.topic());
                assertThat(message.position()).matches("[0-9]+:[0-9]+");
                assertThat(message.message().metadata().contentType()).isEqualTo("text/plain");
            });
            assertThat(ack(consumer, messages)).isEmpty();
        }
        kafka.publish(queue.topic(), "three");
        try (BackendConsumer consumer = kafka.consume(queue)) {
            assertThat(text(take(consumer).message())).isEqualTo("three");
        }
    }

    @Test
    void whatWasNotSettledComesAgainAndWhatWasDoneBehindItDoesNot() throws Exception {
        QueueName queue = new QueueName(name("frontier"), "g");
        try (Backend one = Backend.of(KafkaServer.shared(), "?partitions=1")) {
            try (BackendConsumer consumer = one.consume(queue)) {
                String[] all =
                        IntStream.range(0, 1000).mapToObj(Integer::toString).toArray(String[]::new);
                one.publish(queue.topic(), all);
                Received slow = take(consumer);
                assertThat(text(slow.message())).isEqualTo("0");
                List<Received> others = take(consumer, 999);
                assertThat(ack(consumer, others)).isEmpty();
            }
            one.publish(queue.topic(), "after");
            try (BackendConsumer consumer = one.consume(queue)) {
                assertThat(texts(take(consumer, 2))).containsExactly("0", "after");
            }
        }
    }

    @Test
    void aRetryComesAgainLaterWithItsCount() throws Exception {
        QueueName queue = new QueueName(name("retry"), "g");
        try (BackendConsumer consumer = kafka.consume(queue)) {
            kafka.publish(queue.topic(), "x");
            Received first = take(consumer);
            long began = System.nanoTime();
            retry(consumer, first, Duration.ofSeconds(2));
            Received second = take(consumer);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(Duration.ofMillis(1900));
            assertThat(second.attempt()).isEqualTo(2);
            assertThat(second.firstFailure()).isPresent();
            assertThat(second.topic()).isEqualTo(queue.topic());
            assertThat(second.position()).isEqualTo(first.position());
            assertThat(second.message().id()).isEqualTo(first.message().id());
            retry(consumer, second, Duration.ZERO);
            Received third = take(consumer);
            assertThat(third.attempt()).isEqualTo(3);
            assertThat(third.position()).isEqualTo(first.position());
            ack(consumer, third);
        }
    }

    @Test
    void aShortRetryDoesNotWaitForALongOne() throws Exception {
        QueueName queue = new QueueName(name("tiers"), "g");
        try (BackendConsumer consumer = kafka.consume(queue)) {
            kafka.publish(queue.topic(), "week", "hour", "minute", "9s", "now");
            for (Received message : take(consumer, 5)) {
                retry(
                        consumer,
                        message,
                        switch (text(message.message())) {
                            case "week" -> Duration.ofDays(7);
                            case "hour" -> Duration.ofHours(1);
                            case "minute" -> Duration.ofMinutes(1);
                            case "9s" -> Duration.ofSeconds(9);
                            default -> Duration.ofMillis(100);
                        });
            }
            assertThat(texts(take(consumer, 2))).containsExactly("now", "9s");
        }
    }

    @Test
    void aReleaseComesAgainUncounted() throws Exception {
        QueueName queue = new QueueName(name("release"), "g");
        try (BackendConsumer consumer = kafka.consume(queue)) {
            kafka.publish(queue.topic(), "x");
            Received first = take(consumer);
            assertThat(consumer.settle(List.of(new Settlement.Release(first)))).isEmpty();
            Received second = take(consumer);
            assertThat(second.attempt()).isEqualTo(1);
            assertThat(second.message().id()).isEqualTo(first.message().id());
            ack(consumer, second);
        }
    }

    @Test
    void deadLettersAreListedRedrivenAndRemoved() throws Exception {
        QueueName queue = new QueueName(name("dead"), "g");
        try (BackendConsumer consumer = kafka.consume(queue)) {
            kafka.backend.publish(List.of(
                    Outgoing.now(queue.topic(), Backend.message("a").withKey("k")),
                    Outgoing.now(queue.topic(), Backend.message("b").withKey("k"))));
            List<Received> messages = take(consumer, 2);
            for (Received message : messages) {
                consumer.settle(List.of(new Settlement.DeadLettered(message, Backend.failure("because ü"))));
            }
            List<DeadLetter> letters = kafka.letters(queue, LetterAction.KEEP);
            assertThat(letters).extracting(letter -> text(letter.message())).containsExactly("a", "b");
            assertThat(letters.getFirst().failure().cause()).isEqualTo("because ü");
            assertThat(letters.getFirst().failure().code()).isEqualTo(Code.UNAVAILABLE);
            assertThat(letters.getFirst().topic()).isEqualTo(queue.topic());
            assertThat(letters.getFirst().message().metadata().key()).contains("k");
            assertThat(letters.getFirst().position())
                    .isEqualTo(messages.getFirst().position());
            assertThat(stats(queue).deadLetters()).hasValue(2);

            assertThat(kafka.letters(queue, LetterAction.REDRIVE)).hasSize(2);
            assertThat(kafka.letters(queue, LetterAction.KEEP)).isEmpty();
            List<Received> again = take(consumer, 2);
            assertThat(texts(again)).containsExactly("a", "b");
            assertThat(again).allSatisfy(message -> {
                assertThat(message.attempt()).isEqualTo(1);
                assertThat(message.firstFailure()).isEmpty();
                assertThat(message.message().metadata().key()).contains("k");
            });
            // A letter of a redriven message is another one, which its tombstone does not hit.
            consumer.settle(List.of(
                    new Settlement.DeadLettered(again.getFirst(), Backend.failure("again")),
                    new Settlement.Ack(again.getLast())));
            assertThat(kafka.letters(queue, LetterAction.DISCARD)).hasSize(1);
            assertThat(kafka.letters(queue, LetterAction.KEEP)).isEmpty();
            assertThat(stats(queue).deadLetters()).hasValue(0);
        }
    }

    @Test
    void aPatternSeesTopicsThatAppearLaterFromTheirBeginning() throws Exception {
        String prefix = name("pattern");
        QueueName queue = new QueueName(prefix + ".*", "g");
        kafka.publish(prefix + ".old", "before");
        try (BackendConsumer consumer = kafka.consume(queue)) {
            kafka.publish(prefix + ".old", "one");
            kafka.publish(prefix + ".new", "two");
            kafka.publish(prefix + ".not.this", "three");
            List<Received> messages = take(consumer, 2);
            assertThat(texts(messages)).containsExactlyInAnyOrder("one", "two");
            retry(consumer, messages.getFirst(), Duration.ZERO);
            ack(consumer, messages.getLast());
            Received again = take(consumer);
            assertThat(again.topic()).isEqualTo(messages.getFirst().topic());
            ack(consumer, again);
        }
    }

    @Test
    void aGroupBeginsWhereItIsTold() throws Exception {
        String topic = name("start");
        kafka.publish(topic, "0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
        List<Received> all;
        try (BackendConsumer consumer = kafka.consume(new QueueName(topic, "all"), StartFrom.earliest(), 100)) {
            all = take(consumer, 10);
            ack(consumer, all);
        }
        Received last = all.getLast();
        try (BackendConsumer consumer =
                kafka.consume(new QueueName(topic, "position"), new StartFrom.Position(last.position()), 100)) {
            List<String> texts = new ArrayList<>();
            await("the one at the position", () -> {
                texts.addAll(texts(consumer.receive(100, Duration.ofMillis(100))));
                return texts.contains(text(last.message()));
            });
        }
        try (BackendConsumer consumer = kafka.consume(
                new QueueName(topic, "time"),
                new StartFrom.Time(last.message().metadata().timestamp().plusSeconds(3600)),
                100)) {
            kafka.publish(topic, "new");
            assertThat(text(take(consumer).message())).isEqualTo("new");
        }
    }

    @Test
    void depthsAreTold() throws Exception {
        QueueName queue = new QueueName(name("depth"), "g");
        try (BackendConsumer consumer = kafka.consume(queue)) {
            kafka.publish(queue.topic(), "a", "b", "c");
            List<Received> messages = take(consumer, 3);
            QueueStats stats = stats(queue);
            assertThat(stats.depth()).isZero();
            assertThat(stats.inFlight()).hasValue(3);
            assertThat(stats.oldestAge()).isPresent();
            assertThat(stats.consumers()).hasValue(1);
            ack(consumer, messages);
            await("a depth of 0", () -> stats(queue).depth() == 0);
            assertThat(stats(queue).oldestAge()).isEmpty();
        }
        kafka.backend.deleteGroup(queue);
        assertThat(kafka.backend.queues()).noneMatch(stats -> stats.queue().equals(queue));
        kafka.backend.deleteGroup(queue);
    }

    @Test
    void anEphemeralConsumerHearsWhatComesAndLeavesNothing() throws Exception {
        QueueName queue = new QueueName(name("ephemeral"), "g");
        kafka.publish(queue.topic(), "before");
        for (ConsumerSpec.Kind kind : List.of(ConsumerSpec.Kind.EPHEMERAL, ConsumerSpec.Kind.AT_MOST_ONCE)) {
            try (BackendConsumer first = kafka.consume(queue, StartFrom.latest(), 10, kind);
                    BackendConsumer second = kafka.consume(queue, StartFrom.latest(), 10, kind)) {
                kafka.publish(queue.topic(), "heard");
                assertThat(text(take(first).message())).isEqualTo("heard");
                Received other = take(second);
                assertThat(text(other.message())).isEqualTo("heard");
                if (kind == ConsumerSpec.Kind.EPHEMERAL) {
                    retry(second, other, Duration.ofMillis(200));
                    assertThat(take(second).attempt()).isEqualTo(2);
                }
            }
        }
        assertThat(kafka.backend.queues()).noneMatch(stats -> stats.queue().equals(queue));
    }

    @Test
    void aTopicThatWasMadeForAnEphemeralConsumerGoesWithItsConnection() throws Exception {
        String made = name("answers");
        String there = name("there");
        kafka.publish(there, "x");
        try (Backend other = Backend.of(KafkaServer.shared(), "")) {
            for (String topic : List.of(made, there)) {
                other.consume(new QueueName(topic, "g"), StartFrom.latest(), 10, ConsumerSpec.Kind.EPHEMERAL);
            }
        }
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", KafkaServer.shared().authority()))) {
            await("it is gone", () -> !admin.listTopics().names().get().contains(made));
            assertThat(admin.listTopics().names().get()).contains(there);
        }
    }

    private static QueueStats stats(QueueName queue) throws Exception {
        return kafka.backend.queues().stream()
                .filter(stats -> stats.queue().equals(queue))
                .findFirst()
                .orElseThrow();
    }
}
