package dev.parley.tck.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallException;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Leases: who is silent for too long loses its messages, and has no more say in them; who is slow does not. */
abstract class LeasePart extends StatsPart {

    private static final Duration LEASE = Duration.ofSeconds(1);
    /** One that is renewed: a machine that stands still for most of it does not end it. */
    private static final Duration LONG_LEASE = Duration.ofSeconds(8);

    private static final List<String> KINDS = List.of("ack", "retry", "dead", "release");

    /**
     * By the backend's own interface, since whoever uses the public one renews its leases: a consumer that does not is what a frozen process
     * looks like.
     */
    @Test
    final void whoWasSilentForItsLeaseHasNoMoreSay() throws Exception {
        needs(Capability.LEASE_EXTEND);
        disconnect();
        QueueName queue = new QueueName(fresh("stale"), "group");
        try (BrokerBackend backend = openBackend(brokerOptions())) {
            // The other's is so long that no pause of this machine ends it.
            try (BackendConsumer silent = consume(backend, spec(queue, LEASE));
                    BackendConsumer next = consume(backend, spec(queue, Duration.ofMinutes(5)))) {
                publish(backend, queue);
                Map<String, Received> lost = receive(silent);
                Map<String, Received> taken = receiveBeside(silent, next);
                for (String kind : KINDS) {
                    Received stale = Objects.requireNonNull(lost.get(kind));
                    Received current = Objects.requireNonNull(taken.get(kind));
                    // More than one, if it came to the silent one again meanwhile.
                    assertThat(current.attempt()).as("the lost delivery counts").isGreaterThan(stale.attempt());
                    assertThat(silent.settle(List.of(settlement(kind, stale))))
                            .as("what is refused of %s by a stale consumer", kind)
                            .containsExactly(stale);
                    Failure failure = new Failure(Instant.now(), Instant.now(), Code.UNAVAILABLE, "again");
                    assertThat(next.settle(List.of(new Settlement.Retry(current, Duration.ZERO, failure))))
                            .as("what is refused of the one that has it")
                            .isEmpty();
                }
                // They may come to the silent one, too, which is no longer asked.
                silent.close();
                for (Received again : receive(next).values()) {
                    Received before =
                            Objects.requireNonNull(taken.get(again.message().id()));
                    assertThat(again.attempt()).isEqualTo(before.attempt() + 1);
                    assertThat(next.settle(List.of(new Settlement.Ack(again)))).isEmpty();
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

    private static Settlement settlement(String kind, Received stale) {
        Failure failure = new Failure(Instant.now(), Instant.now(), Code.UNAVAILABLE, "stale");
        return switch (kind) {
            case "ack" -> new Settlement.Ack(stale);
            case "retry" -> new Settlement.Retry(stale, Duration.ofHours(1), failure);
            case "dead" -> new Settlement.DeadLettered(stale, failure);
            default -> new Settlement.Release(stale);
        };
    }

    /** Again as long as the broker is not ready, which is the engine's way, too. */
    private BackendConsumer consume(BrokerBackend backend, ConsumerSpec spec) throws Exception {
        long until = System.nanoTime() + patience().toNanos();
        while (true) {
            try {
                return backend.consume(spec);
            } catch (CallException e) {
                if (e.code() != Code.UNAVAILABLE || System.nanoTime() > until) {
                    throw e;
                }
                Thread.sleep(100);
            }
        }
    }

    private static ConsumerSpec spec(QueueName queue, Duration lease) {
        return new ConsumerSpec(
                queue, Optional.empty(), ConsumerSpec.Kind.DURABLE, KINDS.size(), false, StartFrom.latest(), lease);
    }

    private static void publish(BrokerBackend backend, QueueName queue) throws Exception {
        List<Outgoing> all = new ArrayList<>();
        for (String kind : KINDS) {
            Message<byte[]> message =
                    Message.of("lease", kind.getBytes(StandardCharsets.UTF_8)).withId(kind);
            message = message.withMetadata(message.metadata().withSource("tck").withContentType("text/plain"));
            all.add(Outgoing.now(queue.topic(), message));
        }
        backend.publish(all);
    }

    private Map<String, Received> receive(BackendConsumer consumer) throws Exception {
        return receiveBeside(null, consumer);
    }

    /**
     * Receives one of each kind, the last of several.
     *
     * @param other it may have been given some again, ahead of being asked: after a while it is, and is silent again
     */
    private Map<String, Received> receiveBeside(@Nullable BackendConsumer other, BackendConsumer consumer)
            throws Exception {
        Map<String, Received> all = new HashMap<>();
        long asking = System.nanoTime() + patience().toNanos() / 6;
        long until = System.nanoTime() + patience().toNanos();
        while (all.size() < KINDS.size()) {
            for (Received each : consumer.receive(KINDS.size() - all.size(), Duration.ofMillis(200))) {
                all.put(each.message().id(), each);
            }
            if (other != null && System.nanoTime() > asking) {
                var _ = other.receive(KINDS.size(), Duration.ZERO);
                asking += LEASE.multipliedBy(3).toNanos();
            }
            assertThat(System.nanoTime())
                    .as("only %s came within %s", all, patience())
                    .isLessThan(until);
        }
        assertThat(all.keySet()).containsExactlyInAnyOrderElementsOf(KINDS);
        return all;
    }

    @Test
    final void whoIsSlowKeepsItsMessage() throws Exception {
        Topic<String> topic = Topic.text(fresh("slow"));
        CountDownLatch never = new CountDownLatch(1);
        Seen<String> slow = Seen.of((call, delivery) -> {
            if (delivery.payload().equals("slow") && delivery.attempt() == 1) {
                // Longer than its lease: it stays only because that is renewed.
                if (never.await(LONG_LEASE.toMillis() + 600, java.util.concurrent.TimeUnit.MILLISECONDS)) {
                    throw new AssertionError("nobody counts this down");
                }
            }
            return Disposition.ack();
        });
        Subscription subscription =
                subscribe(broker(), topic, "group", slow, options().withLease(LONG_LEASE));
        publish(topic, "slow");
        slow.await("it", patience(), all -> !all.isEmpty());
        Seen<String> other = Seen.acking();
        subscribe(another(), topic, "group", other, options().withLease(LONG_LEASE));
        publish(topic, numbered("m", 5));
        // Where it cannot be kept it may be the other's by now, whose joining has moved it.
        await(
                "it is acknowledged, here or by the other",
                () -> subscription.snapshot().running() == 0
                        && (acknowledgedHere(subscription, slow)
                                || (!has(Capability.LEASE_EXTEND)
                                        && !other.of("slow").isEmpty())));
        if (has(Capability.LEASE_EXTEND)) {
            assertThat(slow.of("slow")).extracting(each -> each.attempt()).containsExactly(1);
            assertThat(other.of("slow")).isEmpty();
            assertThat(subscription.snapshot().stale()).isZero();
        }
    }

    private static boolean acknowledgedHere(Subscription subscription, Seen<String> slow) {
        long others =
                slow.payloads().stream().filter(each -> each.startsWith("m")).count();
        return !slow.of("slow").isEmpty() && subscription.snapshot().acked() >= 1 + others;
    }
}
