package dev.parley.messaging.kafka;

import static dev.parley.messaging.kafka.Backend.ack;
import static dev.parley.messaging.kafka.Backend.await;
import static dev.parley.messaging.kafka.Backend.name;
import static dev.parley.messaging.kafka.Backend.retry;
import static dev.parley.messaging.kafka.Backend.take;
import static dev.parley.messaging.kafka.Backend.text;
import static dev.parley.messaging.kafka.Backend.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.StartFrom;
import dev.parley.messaging.SubscribeOptions;
import dev.parley.messaging.Topic;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.ConsumerSpec;
import dev.parley.messaging.spi.LetterAction;
import dev.parley.messaging.spi.Received;
import dev.parley.messaging.spi.Settlement;
import dev.parley.testing.Fixture;
import dev.parley.testing.ServerProcess;
import dev.parley.testing.servers.KafkaServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Share groups on a broker as it comes: what {@link KafkaShareBrokerTest}'s kit says of all brokers is tested there. */
class KafkaShareTest {

    private static final String SHARE = "?share=true";

    @RegisterExtension
    final Fixture fixture = new Fixture();

    private Backend kafka() throws Exception {
        return fixture.open(Backend.of(KafkaServer.shared(), SHARE));
    }

    private BackendConsumer consume(Backend kafka, QueueName queue, int prefetch, Duration lease) throws Exception {
        return fixture.open(kafka.backend.consume(new ConsumerSpec(
                queue, Optional.empty(), ConsumerSpec.Kind.DURABLE, prefetch, false, StartFrom.latest(), lease)));
    }

    private static final Duration LONG_LEASE = Duration.ofMinutes(5);

    @Test
    void moreConsumersThanPartitionsShareMessageByMessage() throws Exception {
        Backend kafka = kafka();
        QueueName queue = new QueueName(name("many"), "g");
        List<BackendConsumer> consumers = new ArrayList<>();
        for (int n = 0; n < 3; n++) {
            consumers.add(consume(kafka, queue, 1, LONG_LEASE));
        }
        kafka.publish(queue.topic(), "a", "b", "c"); // of one partition
        List<String> got = new ArrayList<>();
        for (BackendConsumer consumer : consumers) {
            got.add(text(take(consumer).message())); // while those before hold theirs
        }
        assertThat(got).containsExactlyInAnyOrder("a", "b", "c");
    }

    @Test
    void slowMessagesDoNotHoldUpThoseBehindThem() throws Exception {
        Backend kafka = kafka();
        QueueName queue = new QueueName(name("slow"), "g");
        BackendConsumer consumer = consume(kafka, queue, 10, LONG_LEASE);
        List<Received> slow = new ArrayList<>();
        for (int n = 0; n < 4; n++) { // one by one, so that each is a batch of its own
            kafka.publish(queue.topic(), "slow" + n);
            slow.add(take(consumer));
        }
        kafka.publish(
                queue.topic(), IntStream.range(0, 20).mapToObj(n -> "m" + n).toArray(String[]::new));
        List<String> got = new ArrayList<>();
        while (got.size() < 20) {
            List<Received> some = take(consumer, 1);
            assertThat(ack(consumer, some)).isEmpty();
            got.addAll(texts(some));
        }
        assertThat(got).doesNotHaveDuplicates().allMatch(each -> each.startsWith("m"));
        assertThat(ack(consumer, slow)).isEmpty();
    }

    @Test
    void retriesAndDeadLettersAreThoseOfTheGroup() throws Exception {
        Backend kafka = kafka();
        QueueName queue = new QueueName(name("retry"), "g");
        BackendConsumer consumer = consume(kafka, queue, 10, LONG_LEASE);
        kafka.publish(queue.topic(), "x");
        Received first = take(consumer);
        retry(consumer, first, Duration.ofMillis(500));
        Received second = take(consumer);
        assertThat(second.attempt()).isEqualTo(2);
        assertThat(second.firstFailure()).isPresent();
        assertThat(second.position()).isEqualTo(first.position());
        assertThat(consumer.settle(List.of(new Settlement.DeadLettered(second, Backend.failure("never")))))
                .isEmpty();
        assertThat(kafka.letters(queue, LetterAction.REDRIVE))
                .singleElement()
                .satisfies(letter -> assertThat(letter.attempts()).isEqualTo(2));
        Received third = take(consumer);
        assertThat(third.attempt()).isEqualTo(1);
        assertThat(ack(consumer, third)).isEmpty();
        await(
                "nothing waits",
                () -> kafka.backend.queues().stream()
                        .filter(stats -> stats.queue().equals(queue))
                        .allMatch(
                                stats -> stats.depth() == 0 && stats.inFlight().orElse(-1) == 0));
    }

    @Test
    void aDeliveryThatKilledItsConsumerCounts() throws Exception {
        Backend kafka = kafka();
        QueueName queue = new QueueName(name("killed"), "g");
        ServerProcess killed =
                fixture.open(ConsumerProcess.start(KafkaServer.shared().uri() + SHARE, queue, true));
        kafka.publish(queue.topic(), "a");
        await("the process has it", () -> killed.output().contains("got a"));
        killed.kill();
        BackendConsumer second = consume(kafka, queue, 10, LONG_LEASE);
        Received again = take(second);
        assertThat(again.attempt()).isGreaterThan(1);
        assertThat(ack(second, again)).isEmpty();
    }

    @Test
    void whatIsDeliveredOftenerThanTheBrokerAllowsIsNotDropped() throws Exception {
        Backend kafka = kafka();
        QueueName queue = new QueueName(name("often"), "g");
        BackendConsumer consumer = consume(kafka, queue, 1, Duration.ofMillis(100));
        kafka.publish(queue.topic(), "x");
        List<Integer> attempts = new ArrayList<>();
        Received last = take(consumer);
        // Its lease ends, each time; the ninth of the broker's ten deliveries is not waited for.
        while (last.position().isEmpty() || attempts.size() < 8) {
            attempts.add(last.attempt());
            last = take(consumer);
        }
        assertThat(attempts).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
        assertThat(last.attempt()).isEqualTo(9);
        assertThat(last.receipt()).as("from the topic of retries").isInstanceOf(Held.class);
        assertThat(ack(consumer, last)).isEmpty();
    }

    @Test
    void whatAConsumerHadThatClosesComesAgainUncounted() throws Exception {
        Backend kafka = kafka();
        QueueName queue = new QueueName(name("close"), "g");
        BackendConsumer first = consume(kafka, queue, 10, LONG_LEASE);
        kafka.publish(queue.topic(), "a", "b", "c");
        List<Received> got = take(first, 3);
        assertThat(ack(first, got.getFirst())).isEmpty();
        first.close();
        BackendConsumer second = consume(kafka, queue, 10, LONG_LEASE);
        List<Received> again = take(second, 2);
        assertThat(texts(again)).containsExactlyInAnyOrderElementsOf(texts(got.subList(1, 3)));
        assertThat(again).extracting(Received::attempt).containsOnly(1);
    }

    @Test
    void orderByKeyIsRefused() throws Exception {
        try (MessageBroker broker = MessageBroker.connect(KafkaServer.shared().uri() + SHARE)) {
            assertThatThrownBy(() -> broker.subscribe(
                            Topic.text(name("ordered")),
                            "g",
                            (call, delivery) -> Disposition.ack(),
                            SubscribeOptions.defaults().orderedByKey()))
                    .isInstanceOfSatisfying(CallException.class, e -> {
                        assertThat(e.code()).isEqualTo(Code.UNIMPLEMENTED);
                        assertThat(e.message()).contains("ORDERED_BY_KEY");
                    });
        }
    }

    @Test
    void aGroupIsOfOneKind() throws Exception {
        Backend shared = kafka();
        Backend plain = fixture.open(Backend.of(KafkaServer.shared(), ""));
        QueueName queue = new QueueName(name("kind"), "plain");
        fixture.open(plain.consume(queue));
        assertThatThrownBy(() -> shared.consume(queue)).isInstanceOfSatisfying(CallException.class, e -> {
            assertThat(e.code()).isEqualTo(Code.FAILED_PRECONDITION);
            assertThat(e.message()).contains("share=true");
        });
        QueueName other = new QueueName(queue.topic(), "shared");
        consume(shared, other, 10, LONG_LEASE);
        assertThatThrownBy(() -> plain.consume(other))
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.FAILED_PRECONDITION));
    }
}
