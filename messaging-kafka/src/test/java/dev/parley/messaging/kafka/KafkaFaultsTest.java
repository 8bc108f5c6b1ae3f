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
import dev.parley.messaging.QueueName;
import dev.parley.messaging.StartFrom;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.Received;
import dev.parley.testing.Fixture;
import dev.parley.testing.ServerProcess;
import dev.parley.testing.servers.KafkaServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Consumers that freeze, die and lose partitions, and brokers that do. */
@Execution(ExecutionMode.SAME_THREAD) // looks at threads, or at time
class KafkaFaultsTest {

    private static final String QUICK = "?session.timeout.ms=6000";

    @RegisterExtension
    final Fixture fixture = new Fixture();

    private Backend shared(String options) throws Exception {
        return fixture.open(Backend.of(KafkaServer.shared(), options));
    }

    @Test
    void whatAConsumerHeldThatFrozeForLongerThanItsSessionGoesToAnotherAndItsOwnAcknowledgementIsStale()
            throws Exception {
        QueueName queue = new QueueName(name("frozen"), "g");
        Backend kafka = shared(QUICK + "&partitions=1");
        ServerProcess frozen =
                fixture.open(ConsumerProcess.start(KafkaServer.shared().uri() + QUICK + "&partitions=1", queue, true));
        kafka.publish(queue.topic(), "a", "b");
        await("the process has both", () -> frozen.output().contains("got b"));
        frozen.pause();
        BackendConsumer second = fixture.open(kafka.consume(queue));
        List<Received> messages = take(second, 2);
        assertThat(texts(messages)).containsExactly("a", "b");
        frozen.resume();
        ConsumerProcess.release(frozen);
        await(
                "it has settled",
                () -> frozen.output().contains("acked b") || frozen.output().contains("stale b"));
        assertThat(frozen.output()).contains("stale a", "stale b").doesNotContain("acked");
        assertThat(ack(second, messages)).isEmpty();
    }

    @Test
    void whatAConsumerHeldThatWasKilledComesAgain() throws Exception {
        QueueName queue = new QueueName(name("killed"), "g");
        Backend kafka = shared(QUICK);
        ServerProcess killed =
                fixture.open(ConsumerProcess.start(KafkaServer.shared().uri() + QUICK, queue, true));
        kafka.publish(queue.topic(), "a", "b", "c");
        await(
                "the process has all",
                () -> killed.output().contains("got a")
                        && killed.output().contains("got b")
                        && killed.output().contains("got c"));
        killed.kill();
        BackendConsumer second = fixture.open(kafka.consume(queue));
        assertThat(texts(take(second, 3))).containsExactlyInAnyOrder("a", "b", "c");
    }

    @Test
    void whatIsInFlightOfAPartitionThatGoesIsStaleAndTheRestIsNot() throws Exception {
        QueueName queue = new QueueName(name("revoked"), "g");
        Backend kafka = shared("?partitions=4");
        BackendConsumer first = fixture.open(kafka.consume(queue));
        String[] all = IntStream.range(0, 40).mapToObj(Integer::toString).toArray(String[]::new);
        kafka.publish(queue.topic(), all); // one partition after the other
        List<Received> messages = take(first, 40);
        BackendConsumer second = fixture.open(kafka.consume(queue));
        List<Received> others = new ArrayList<>();
        await("the second has partitions", () -> others.addAll(second.receive(100, Duration.ofMillis(200))));
        // What it got is not the first's any more.
        List<Received> stale = ack(first, messages);
        assertThat(texts(stale)).containsAll(texts(others)).hasSizeLessThan(40);
        others.addAll(take(second, stale.size() - others.size()));
        assertThat(texts(others)).containsExactlyInAnyOrderElementsOf(texts(stale));
        assertThat(ack(second, others)).isEmpty();
        first.close();
        second.close();
        BackendConsumer third = fixture.open(kafka.consume(queue));
        kafka.publish(queue.topic(), "end");
        assertThat(texts(take(third, 1))).containsExactly("end");
    }

    @Test
    void aSlowHandlerKeepsItsMembership() throws Exception {
        QueueName queue = new QueueName(name("slow"), "g");
        Backend kafka = shared(QUICK + "&partitions=1");
        BackendConsumer first = fixture.open(kafka.consume(queue, StartFrom.latest(), 1));
        String[] all = IntStream.range(0, 2000).mapToObj(Integer::toString).toArray(String[]::new);
        kafka.publish(queue.topic(), all); // far more than is held at a time
        Received slow = take(first);
        BackendConsumer second = fixture.open(kafka.consume(queue));
        long until = System.nanoTime() + Duration.ofSeconds(12).toNanos(); // twice the session
        while (System.nanoTime() < until) {
            assertThat(second.receive(1, Duration.ofMillis(500))).isEmpty();
        }
        assertThat(ack(first, slow)).isEmpty();
        assertThat(text(take(first).message())).isEqualTo("1");
    }

    @Test
    void aSlowRecordHoldsUpItsPartitionOnlyAfterThousandsBehindIt() throws Exception {
        QueueName queue = new QueueName(name("far"), "g");
        Backend kafka = shared("?partitions=1");
        int more = InFlight.SPAN + 2000;
        Set<String> done = new HashSet<>();
        try (BackendConsumer consumer = kafka.consume(queue)) {
            String[] all = IntStream.range(0, more).mapToObj(Integer::toString).toArray(String[]::new);
            kafka.publish(queue.topic(), all);
            Received slow = take(consumer);
            while (done.size() < InFlight.SPAN - 600) {
                List<Received> some = consumer.receive(100, Duration.ofSeconds(1));
                ack(consumer, some);
                done.addAll(texts(some));
            }
            await("it is paused", () -> {
                List<Received> some = consumer.receive(100, Duration.ofSeconds(2));
                ack(consumer, some);
                done.addAll(texts(some));
                return some.isEmpty();
            });
            assertThat(done).hasSizeLessThan(more - 1);
            ack(consumer, slow);
            while (done.size() < more - 1) {
                List<Received> some = take(consumer, 1);
                ack(consumer, some);
                done.addAll(texts(some));
            }
        }
        BackendConsumer again = fixture.open(kafka.consume(queue));
        kafka.publish(queue.topic(), "end");
        assertThat(texts(take(again, 1))).containsExactly("end");
    }

    @Test
    @Tag("long")
    void aBrokerThatGoesIsToldAndOneThatComesBackIsUsed() throws Exception {
        KafkaServer server = fixture.open(KafkaServer.start());
        QueueName queue = new QueueName(name("down"), "g");
        Backend kafka = fixture.open(Backend.of(server, ""));
        BackendConsumer consumer = fixture.open(kafka.consume(queue));
        kafka.publish(queue.topic(), "a", "b");
        List<Received> messages = take(consumer, 2);
        ack(consumer, messages.getFirst());
        retry(consumer, messages.getLast(), Duration.ofSeconds(1));
        await("all is committed", () -> kafka.backend.queues().getFirst().depth() <= 1);
        server.kill();
        await("the consumer says so", () -> {
            try {
                consumer.receive(1, Duration.ofMillis(100));
                return false;
            } catch (CallException e) {
                assertThat(e.code()).isEqualTo(Code.UNAVAILABLE);
                return true;
            }
        });
        assertThatThrownBy(() -> kafka.publish(queue.topic(), "lost"))
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.UNAVAILABLE));
        assertThatThrownBy(() -> kafka.backend.ping()).isInstanceOf(CallException.class);
        consumer.close();
        server.restart();
        kafka.publish(queue.topic(), "c");
        BackendConsumer again = fixture.open(kafka.consume(queue));
        assertThat(texts(take(again, 2))).containsExactlyInAnyOrder("b", "c");
    }
}
