package dev.parley.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.Message;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.PublishOptions;
import dev.parley.messaging.Topic;
import dev.parley.store.Engine;
import dev.parley.store.Store;
import dev.parley.testing.servers.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OutboxTest {

    private static final Topic<String> WORDS = Topic.text("words");
    private static final RelayOptions QUICK = RelayOptions.defaults()
            .withPoll(Duration.ofMillis(50))
            .withBackoff(Duration.ofMillis(5), Duration.ofMillis(50));

    @ParameterizedTest
    @EnumSource
    void rowAndMessageCommitTogetherOrNotAtAll(Engine engine) throws Exception {
        try (Store store = Stores.open(engine);
                MessageBroker broker = MessageBroker.connect("memory:")) {
            Outbox outbox = Outbox.on(store);
            List<Message<String>> seen = seen(broker);
            store.run(tx -> {
                Stores.insert(tx, "one");
                outbox.publish(
                        tx,
                        WORDS,
                        Message.of("word", "one").withKey("k").withVersion("3").withHeader("h", "v"));
            });
            assertThatThrownBy(() -> store.run(tx -> {
                        Stores.insert(tx, "two");
                        outbox.publish(tx, WORDS, Message.of("word", "two"));
                        throw new IllegalStateException("no");
                    }))
                    .hasMessage("no");
            assertThat(outbox.stats().depth()).isEqualTo(1);
            assertThat(outbox.stats().oldestAge()).isPresent();
            try (OutboxRelay relay = outbox.relay(broker, QUICK)) {
                store.run(tx -> outbox.publish(tx, WORDS, Message.of("word", "three")));
                Stores.await("both are sent", () -> relay.snapshot().sent() == 2 && seen.size() == 2);
                assertThat(relay.snapshot().active()).isTrue();
            }
            assertThat(Stores.rows(store)).containsExactly("one");
            assertThat(seen).extracting(Message::payload).containsExactly("one", "three");
            Message<String> first = seen.getFirst();
            assertThat(first.type()).isEqualTo("word");
            assertThat(first.metadata().key()).contains("k");
            assertThat(first.metadata().version()).contains("3");
            assertThat(first.metadata().header("h")).contains("v");
            assertThat(first.metadata().source()).isEqualTo("parley");
            assertThat(first.metadata().contentType()).isEqualTo("text/plain; charset=utf-8");
            assertThat(outbox.stats()).isEqualTo(new OutboxStats(0, java.util.Optional.empty(), 0));
        }
    }

    @Test
    void onPostgresqlTheTransactionMayBeTheCallersOwn() throws Exception {
        PostgresServer server = PostgresServer.shared();
        String database = server.newDatabase();
        try (Store store = Stores.open(server.uri(database));
                MessageBroker broker = MessageBroker.connect("memory:");
                Connection own = DriverManager.getConnection(server.jdbcUrl(database))) {
            Outbox outbox = Outbox.on(store);
            own.setAutoCommit(false);
            List<Message<String>> seen = seen(broker);
            try (OutboxRelay relay = outbox.relay(broker, QUICK)) {
                publishWithin(store, own, outbox, "rolled back");
                own.rollback();
                publishWithin(store, own, outbox, "committed");
                own.commit();
                Stores.await(
                        "it is seen", () -> !seen.isEmpty() && relay.snapshot().sent() > 0);
            }
            assertThat(seen).extracting(Message::payload).containsExactly("committed");
            assertThat(Stores.rows(store)).containsExactly("committed");
        }
    }

    @Test
    void transactionsThatCommitInReverseOrderLoseNothing() throws Exception {
        PostgresServer server = PostgresServer.shared();
        String database = server.newDatabase();
        try (Store store = Stores.open(server.uri(database));
                MessageBroker broker = MessageBroker.connect("memory:");
                Connection early = DriverManager.getConnection(server.jdbcUrl(database));
                Connection late = DriverManager.getConnection(server.jdbcUrl(database))) {
            Outbox outbox = Outbox.on(store);
            early.setAutoCommit(false);
            late.setAutoCommit(false);
            List<Message<String>> seen = seen(broker);
            try (OutboxRelay relay = outbox.relay(broker, QUICK)) {
                for (int round = 0; round < 5; round++) {
                    int before = seen.size();
                    publishWithin(store, early, outbox, "early" + round);
                    publishWithin(store, late, outbox, "late" + round);
                    late.commit();
                    // Gives the relay something to see and to move its position by, if it were one that skips.
                    store.run(tx -> outbox.publish(tx, WORDS, Message.of("word", "between")));
                    Stores.await("the relay is active", () -> relay.snapshot().active());
                    Thread.sleep(100); // only gives a relay that skips the time to do so: nothing waits for it
                    early.commit();
                    Stores.await("all three are seen", () -> seen.size() == before + 3);
                }
            }
            assertThat(seen).hasSize(15);
            assertThat(outbox.stats().depth()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFullOutboxRefuses(Engine engine) throws Exception {
        try (Store store = Stores.open(engine);
                MessageBroker broker = MessageBroker.connect("memory:")) {
            Outbox outbox = Outbox.on(store, OutboxOptions.defaults().withMaxBacklog(10));
            for (int i = 0; i < 10; i++) {
                publish(store, outbox, "w" + i);
            }
            assertThatThrownBy(() -> publish(store, outbox, "too many"))
                    .isInstanceOfSatisfying(CallException.class, e -> {
                        assertThat(e.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
                        assertThat(e.message()).contains("10").contains("maxBacklog");
                    });
            assertThat(outbox.stats().depth()).isEqualTo(10);
            try (OutboxRelay relay = outbox.relay(broker, QUICK)) {
                Stores.await("it is empty", () -> relay.snapshot().sent() == 10);
                publish(store, outbox, "again");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatTheBrokerRefusesForGoodIsSetAsideAndRedriven(Engine engine) throws Exception {
        TroubledBackend backend = new TroubledBackend();
        try (Store store = Stores.open(engine);
                MessageBroker broker = backend.broker()) {
            Outbox outbox = Outbox.on(store);
            List<Message<String>> seen = seen(broker);
            backend.trouble((messages, stored) -> {
                if (messages.stream().anyMatch(each -> payload(each.message()).startsWith("poison"))) {
                    throw new CallException(Code.INVALID_ARGUMENT, "no poison here");
                }
            });
            store.run(tx -> {
                for (String word : List.of("a", "poison1", "b", "poison2", "c")) {
                    outbox.publish(tx, WORDS, Message.of("word", word).withKey("same"));
                }
            });
            try (OutboxRelay relay = outbox.relay(broker, QUICK)) {
                Stores.await(
                        "the others are seen",
                        () -> seen.size() == 3 && outbox.stats().depth() == 0);
                assertThat(seen).extracting(Message::payload).containsExactly("a", "b", "c");
                List<OutboxLetter> letters = outbox.setAside(10);
                assertThat(letters).extracting(each -> payload(each.message())).containsExactly("poison1", "poison2");
                assertThat(letters.getFirst().cause()).isEqualTo("INVALID_ARGUMENT: no poison here");
                assertThat(outbox.stats().setAside()).isEqualTo(2);

                assertThat(outbox.redriveAll()).isEqualTo(2); // refused again: comes back to be set aside, and ends
                Stores.await(
                        "both are refused again",
                        () -> outbox.setAside(10).size() == 2 && outbox.stats().depth() == 0);
                backend.trouble((messages, stored) -> {});
                long first = outbox.setAside(10).getFirst().id();
                assertThat(outbox.redrive(first)).isTrue();
                assertThat(outbox.redrive(first)).isFalse();
                assertThat(outbox.discard(outbox.setAside(10).getFirst().id())).isTrue();
                Stores.await("it is seen", () -> seen.size() == 4);
                assertThat(seen.getLast().payload()).isEqualTo("poison1");
                assertThat(outbox.setAside(10)).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBrokerThatIsDownDelaysAndKeepsTheOrder(Engine engine) throws Exception {
        TroubledBackend backend = new TroubledBackend();
        try (Store store = Stores.open(engine);
                MessageBroker broker = backend.broker()) {
            Outbox outbox = Outbox.on(store);
            List<Message<String>> seen = seen(broker);
            backend.trouble((messages, stored) -> {
                throw new CallException(Code.UNAVAILABLE, "down");
            });
            try (OutboxRelay relay = outbox.relay(broker, QUICK.withBatch(7))) {
                List<String> all = new ArrayList<>();
                for (int i = 0; i < 50; i++) {
                    all.add("w" + i);
                    publish(store, outbox, "w" + i);
                }
                Stores.await("it has failed", () -> relay.snapshot().failed() >= 2);
                assertThat(relay.snapshot().problem()).isPresent();
                assertThat(relay.snapshot().sent()).isZero();
                assertThat(outbox.stats().depth()).isEqualTo(50);
                backend.trouble((messages, stored) -> {});
                Stores.await("all are sent", () -> relay.snapshot().sent() == 50 && seen.size() == 50);
                assertThat(seen).extracting(Message::payload).containsExactlyElementsOf(all);
                Stores.await(
                        "no problem is left", () -> relay.snapshot().problem().isEmpty());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aKeyThatFailsHoldsBackItsLaterOnesAndNoOthers(Engine engine) throws Exception {
        TroubledBackend backend = new TroubledBackend();
        try (Store store = Stores.open(engine);
                MessageBroker broker = backend.broker()) {
            Outbox outbox = Outbox.on(store);
            List<Message<String>> seen = seen(broker);
            backend.trouble((messages, stored) -> {
                if (messages.stream().anyMatch(each -> payload(each.message()).equals("bad0"))) {
                    throw new CallException(Code.INTERNAL, "who knows");
                }
            });
            try (OutboxRelay relay = outbox.relay(broker, QUICK.withBatch(3))) {
                for (int i = 0; i < 10; i++) {
                    String number = "" + i;
                    store.run(tx -> {
                        outbox.publish(
                                tx, WORDS, Message.of("word", "bad" + number).withKey("bad"));
                        outbox.publish(
                                tx, WORDS, Message.of("word", "good" + number).withKey("good"));
                    });
                }
                Stores.await("the other key is seen", () -> seen.size() == 10);
                assertThat(seen).allMatch(each -> each.payload().startsWith("good"));
                Stores.await("the rest is left", () -> outbox.stats().depth() == 10);
                backend.trouble((messages, stored) -> {});
                Stores.await("all are seen", () -> seen.size() == 20);
                assertThat(seen.subList(10, 20))
                        .extracting(Message::payload)
                        .containsExactly(
                                "bad0", "bad1", "bad2", "bad3", "bad4", "bad5", "bad6", "bad7", "bad8", "bad9");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void onlyOneRelayIsActive(Engine engine) throws Exception {
        try (Store store = Stores.open(engine);
                MessageBroker broker = MessageBroker.connect("memory:")) {
            Outbox outbox = Outbox.on(store);
            OutboxRelay first = outbox.relay(broker, QUICK.withHolder("first").withLease(Duration.ofMinutes(2)));
            Stores.await("the first is active", () -> first.snapshot().active());
            try (OutboxRelay second = outbox.relay(broker, QUICK.withLease(Duration.ofSeconds(1)))) {
                for (int i = 0; i < 20; i++) {
                    publish(store, outbox, "w" + i);
                }
                Stores.await("all are sent", () -> first.snapshot().sent() == 20);
                assertThat(second.snapshot().active()).isFalse();
                first.close();
                publish(store, outbox, "last");
                Stores.await("the second takes over", () -> second.snapshot().sent() == 1);
                assertThat(second.snapshot().active()).isTrue();
                assertThat(first.snapshot().active()).isFalse();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aScheduledMessageIsScheduledAtTheBroker(Engine engine) throws Exception {
        try (Store store = Stores.open(engine);
                MessageBroker broker = MessageBroker.connect("memory:")) {
            Outbox outbox = Outbox.on(store);
            List<Instant> arrived = new CopyOnWriteArrayList<>();
            broker.subscribe(WORDS, "screen", (call, delivery) -> {
                arrived.add(Instant.now());
                return Disposition.ack();
            });
            Instant time = Instant.now().plusMillis(700);
            store.run(tx -> outbox.publish(tx, WORDS, Message.of("word", "later"), PublishOptions.at(time)));
            try (OutboxRelay relay = outbox.relay(broker, QUICK)) {
                Stores.await(
                        "it arrives",
                        () -> arrived.size() == 1 && relay.snapshot().sent() == 1);
                assertThat(arrived.getFirst()).isAfterOrEqualTo(time.minusMillis(5));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void badInputIsRefusedAndNamed(Engine engine) throws Exception {
        try (Store store = Stores.open(engine)) {
            Outbox outbox = Outbox.on(store, OutboxOptions.defaults().withMaxMessageBytes(1024));
            assertThatThrownBy(() ->
                            store.run(tx -> outbox.publish(tx, Topic.text("words.*"), Message.of("word", "pattern"))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("words.*");
            assertThatThrownBy(() -> publish(store, outbox, "x".repeat(1024)))
                    .isInstanceOfSatisfying(
                            CallException.class, e -> assertThat(e.code()).isEqualTo(Code.INVALID_ARGUMENT))
                    .hasMessageContaining("maxMessageBytes");
            assertThatThrownBy(() -> OutboxOptions.defaults().withMaxBacklog(0))
                    .hasMessage("maxBacklog must be 1 to 10000000, but is 0");
            assertThat(outbox.stats().depth()).isZero();
        }
    }

    private static void publish(Store store, Outbox outbox, String word) {
        store.run(tx -> outbox.publish(tx, WORDS, Message.of("word", word).withKey("key")));
    }

    private static void publishWithin(Store store, Connection own, Outbox outbox, String word) {
        store.<Boolean>within(own, tx -> {
            Stores.insert(tx, word);
            outbox.publish(tx, WORDS, Message.of("word", word));
            return true;
        });
    }

    static String payload(Message<byte[]> message) {
        return new String(message.payload(), java.nio.charset.StandardCharsets.UTF_8);
    }

    private static List<Message<String>> seen(MessageBroker broker) {
        List<Message<String>> seen = new CopyOnWriteArrayList<>();
        broker.subscribe(
                WORDS,
                "screen",
                (call, delivery) -> {
                    seen.add(delivery.message());
                    return Disposition.ack();
                },
                dev.parley.messaging.SubscribeOptions.defaults().withConcurrency(1));
        return seen;
    }
}
