package dev.parley.tck.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Code;
import dev.parley.messaging.Capability;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.Failure;
import dev.parley.messaging.Message;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.StartFrom;
import dev.parley.messaging.Subscription;
import dev.parley.messaging.Topic;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.ConsumerSpec;
import dev.parley.messaging.spi.Outgoing;
import dev.parley.messaging.spi.Received;
import dev.parley.messaging.spi.Settlement;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Leases: who is silent for too long loses its messages, and has no more say in them; who is slow does not. */
abstract class LeasePart extends StatsPart {

    private static final Duration LEASE = Duration.ofSeconds(1);

    /**
     * By the backend's own interface, since whoever uses the public one renews its leases: a consumer that does not is what a frozen process
     * looks like.
     */
    @Test
    final void whoWasSilentForItsLeaseHasNoMoreSay() throws Exception {
        if (!has(Capability.LEASE_EXTEND)) {
            return;
        }
        disconnect();
        QueueName queue = new QueueName(fresh("stale"), "group");
        try (BrokerBackend backend = openBackend(brokerOptions())) {
            for (int kind = 0; kind < 4; kind++) {
                try (BackendConsumer silent = backend.consume(spec(queue))) {
                    publish(backend, queue, "m" + kind);
                    Received stale = receive(silent, "m" + kind);
                    try (BackendConsumer next = backend.consume(spec(queue))) {
                        Received taken = receive(next, "m" + kind);
                        assertThat(taken.attempt())
                                .as("the lost delivery counts")
                                .isEqualTo(2);
                        Settlement late = settlement(kind, stale);
                        assertThat(silent.settle(List.of(late)))
                                .as("what is refused of %s by a stale consumer", late)
                                .containsExactly(stale);
                        Failure failure = new Failure(Instant.now(), Instant.now(), Code.UNAVAILABLE, "again");
                        assertThat(next.settle(List.of(new Settlement.Retry(taken, Duration.ZERO, failure))))
                                .as("what is refused of the one that has it")
                                .isEmpty();
                        Received again = receive(next, "m" + kind);
                        assertThat(again.attempt()).isEqualTo(3);
                        assertThat(next.settle(List.of(new Settlement.Ack(again))))
                                .isEmpty();
                    }
                }
            }
            int[] letters = {0};
            backend.visitDeadLetters(queue, 10, each -> {
                letters[0]++;
                return dev.parley.messaging.spi.LetterAction.KEEP;
            });
            assertThat(letters[0]).as("dead letters by a stale consumer").isZero();
            backend.deleteGroup(queue);
        }
    }

    private static Settlement settlement(int kind, Received stale) {
        Failure failure = new Failure(Instant.now(), Instant.now(), Code.UNAVAILABLE, "stale");
        return switch (kind) {
            case 0 -> new Settlement.Ack(stale);
            case 1 -> new Settlement.Retry(stale, Duration.ofHours(1), failure);
            case 2 -> new Settlement.DeadLettered(stale, failure);
            default -> new Settlement.Release(stale);
        };
    }

    private static ConsumerSpec spec(QueueName queue) {
        return new ConsumerSpec(
                queue, Optional.empty(), ConsumerSpec.Kind.DURABLE, 1, false, StartFrom.latest(), LEASE);
    }

    private static void publish(BrokerBackend backend, QueueName queue, String text) throws Exception {
        Message<byte[]> message =
                Message.of("lease", text.getBytes(StandardCharsets.UTF_8)).withId(text);
        message = message.withMetadata(message.metadata().withSource("tck").withContentType("text/plain"));
        backend.publish(List.of(Outgoing.now(queue.topic(), message)));
    }

    private Received receive(BackendConsumer consumer, String id) throws Exception {
        long until = System.nanoTime() + patience().toNanos();
        while (System.nanoTime() < until) {
            List<Received> some = consumer.receive(1, Duration.ofMillis(200));
            if (!some.isEmpty()) {
                assertThat(some.getFirst().message().id()).isEqualTo(id);
                return some.getFirst();
            }
        }
        throw new AssertionError(id + " did not come within " + patience());
    }

    @Test
    final void whoIsSlowKeepsItsMessage() throws Exception {
        Topic<String> topic = Topic.text(fresh("slow"));
        CountDownLatch never = new CountDownLatch(1);
        Seen<String> slow = Seen.of((call, delivery) -> {
            if (delivery.payload().equals("slow")) {
                // More than two leases: it stays only because it is renewed.
                if (never.await(2500, java.util.concurrent.TimeUnit.MILLISECONDS)) {
                    throw new AssertionError("nobody counts this down");
                }
            }
            return Disposition.ack();
        });
        Subscription subscription =
                subscribe(broker(), topic, "group", slow, options().withLease(LEASE));
        publish(topic, "slow");
        slow.await("it", patience(), all -> !all.isEmpty());
        Seen<String> other = Seen.acking();
        subscribe(another(), topic, "group", other, options().withLease(LEASE));
        publish(topic, numbered("m", 5));
        await(
                "it is acknowledged",
                () -> subscription.snapshot().acked()
                                >= 1
                                        + slow.payloads().stream()
                                                .filter(each -> each.startsWith("m"))
                                                .count()
                        && !slow.of("slow").isEmpty()
                        && subscription.snapshot().running() == 0);
        if (has(Capability.LEASE_EXTEND)) {
            assertThat(slow.of("slow")).extracting(each -> each.attempt()).containsExactly(1);
            assertThat(other.of("slow")).isEmpty();
            assertThat(subscription.snapshot().stale()).isZero();
        }
    }
}
