package dev.parley.messaging.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.Failure;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.Backends;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.Outgoing;
import dev.parley.messaging.spi.Received;
import dev.parley.messaging.spi.Settlement;
import dev.parley.testing.Fault;
import dev.parley.testing.FaultProxy;
import dev.parley.testing.Fixture;
import dev.parley.testing.servers.RabbitMqServer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the server does to us: dies, blocks publishers, falls silent. */
class RabbitMqFaultsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static RabbitMqServer server;

    @RegisterExtension
    final Fixture fixture = new Fixture();

    private String topic;
    private QueueName queue;

    @BeforeAll
    static void start() throws Exception {
        server = RabbitMqServer.start();
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @BeforeEach
    void names() {
        topic = Broker.fresh("faults");
        queue = new QueueName(topic, "group");
    }

    private BrokerBackend open(String uri) {
        return fixture.open(Backends.open(
                uri,
                BrokerOptions.defaults()
                        .withPublishTimeout(Duration.ofSeconds(3))
                        .withConnectTimeout(Duration.ofSeconds(3))));
    }

    private static void eventually(ThrowingCallable action) throws Exception {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                action.call();
                return;
            } catch (CallException e) {
                assertThat(e.code()).as(e.message()).isEqualTo(Code.UNAVAILABLE);
                if (System.nanoTime() > until) {
                    throw new AssertionError("not in " + PATIENCE, e);
                }
                Thread.sleep(50);
            } catch (Throwable e) {
                throw new AssertionError(e);
            }
        }
    }

    private static Failure failure() {
        return new Failure(Instant.now(), Instant.now(), Code.UNAVAILABLE, "the server goes");
    }

    @Test
    void whatWasConfirmedSurvivesAKillInTheQueueInFlightAndWhileItWaits() throws Exception {
        BrokerBackend backend = open(server.uri());
        BackendConsumer consumer = fixture.open(backend.consume(Broker.spec(queue)));
        Broker.publish(backend, topic, "in-flight", "retried", "dead");
        List<Received> held = Broker.take(consumer, 3);
        consumer.settle(List.of(
                new Settlement.Retry(held.get(1), Duration.ofSeconds(5), failure()),
                new Settlement.DeadLettered(held.get(2), failure())));
        Broker.publish(backend, topic, "waiting");
        backend.publish(List.of(new Outgoing(
                topic, Broker.message("scheduled"), Optional.of(Instant.now().plusSeconds(4)))));

        server.kill();
        assertThatThrownBy(() -> Broker.publish(backend, topic, "lost"))
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.UNAVAILABLE));
        assertThatThrownBy(() -> {
                    while (true) {
                        consumer.receive(10, Duration.ofMillis(100));
                    }
                })
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.UNAVAILABLE));
        assertThat(consumer.settle(List.of(new Settlement.Ack(held.getFirst()))))
                .containsExactly(held.getFirst());
        server.restart();

        // The same object, without having been told.
        eventually(() -> Broker.publish(backend, topic, "afterwards"));
        List<BackendConsumer> again = new ArrayList<>();
        eventually(() -> again.add(fixture.open(backend.consume(Broker.spec(queue)))));
        List<Received> all = Broker.take(again.getFirst(), 5);
        assertThat(Broker.ids(all))
                .containsExactlyInAnyOrder("in-flight", "waiting", "scheduled", "retried", "afterwards");
        List<String> letters = new ArrayList<>();
        backend.visitDeadLetters(queue, 10, letter -> {
            letters.add(letter.message().id());
            return dev.parley.messaging.spi.LetterAction.DISCARD;
        });
        assertThat(letters).containsExactly("dead");
        Broker.ack(again.getFirst(), all);
    }

    @Test
    void aServerThatBlocksPublishersIsNamedAndConsumersGoOn() throws Exception {
        BrokerBackend backend = open(server.uri());
        BackendConsumer consumer = fixture.open(backend.consume(Broker.spec(queue)));
        Broker.publish(backend, topic, "before");
        server.control("set_vm_memory_high_watermark", "0.000001");
        try {
            long until = System.nanoTime() + PATIENCE.toNanos();
            Throwable refused = null;
            while (refused == null && System.nanoTime() < until) {
                try {
                    Broker.publish(backend, topic, "perhaps");
                } catch (CallException e) {
                    refused = e;
                }
            }
            assertThat(refused).isInstanceOfSatisfying(CallException.class, e -> {
                assertThat(e.code()).isEqualTo(Code.UNAVAILABLE);
                assertThat(e.message()).contains("blocks publishers").contains("memory");
            });
            // The second is told at once; and what reads is not blocked.
            assertThatThrownBy(() -> Broker.publish(backend, topic, "no"))
                    .isInstanceOfSatisfying(
                            CallException.class, e -> assertThat(e.message()).contains("blocks publishers"));
            Received before = Broker.take(consumer, 1).getFirst();
            assertThat(before.message().id()).isEqualTo("before");
            Broker.ack(consumer, List.of(before));
            backend.ping();
            // A connection that is new meets the alarm with its first publication.
            BrokerBackend other = open(server.uri());
            assertThatThrownBy(() -> Broker.publish(other, topic, "no"))
                    .isInstanceOfSatisfying(
                            CallException.class, e -> assertThat(e.message()).contains("blocks publishers"));
            other.close();
        } finally {
            server.control("set_vm_memory_high_watermark", "0.4");
        }
        eventually(() -> Broker.publish(backend, topic, "afterwards"));
    }

    @Test
    void aSilentNetworkIsNoticedByItsHeartbeat() throws Exception {
        FaultProxy network = fixture.proxy(server.port());
        BrokerBackend backend = open("amqp://guest:guest@" + network.authority() + "/?heartbeat=1");
        BackendConsumer consumer = fixture.open(backend.consume(Broker.spec(queue)));
        Broker.publish(backend, topic, "before");
        List<Received> held = Broker.take(consumer, 1);

        network.inject(new Fault.Blackhole(true));
        assertThatThrownBy(() -> {
                    while (true) {
                        consumer.receive(10, Duration.ofMillis(100));
                    }
                })
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.UNAVAILABLE));
        network.heal();

        assertThat(consumer.settle(List.of(new Settlement.Ack(held.getFirst()))))
                .isEqualTo(held);
        List<BackendConsumer> again = new ArrayList<>();
        eventually(() -> again.add(fixture.open(backend.consume(Broker.spec(queue)))));
        assertThat(Broker.ids(Broker.take(again.getFirst(), 1))).containsExactly("before");
        eventually(() -> Broker.publish(backend, topic, "afterwards"));
    }

    @Test
    void anExchangeThatWasDeletedIsDeclaredAgain() throws Exception {
        BrokerBackend backend = open(server.uri());
        Broker.publish(backend, topic, "unheard");
        Broker.plainClient(fixture, server.uri()).exchangeDelete("parley");
        eventually(() -> Broker.publish(backend, topic, "unheard, too"));
    }
}
