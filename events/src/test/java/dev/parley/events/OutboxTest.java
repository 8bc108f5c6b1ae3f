package dev.parley.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.Capability;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.Message;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.MessageMetadata;
import dev.parley.messaging.PublishOptions;
import dev.parley.messaging.SubscribeOptions;
import dev.parley.messaging.Topic;
import dev.parley.store.Engine;
import dev.parley.store.Store;
import dev.parley.testing.servers.PostgresServer;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Scope;
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

    /** A store with an outbox, a broker to relay to, and what has come from there. */
    private record Setting(Store store, Outbox outbox, MessageBroker broker, List<Message<String>> seen)
            implements AutoCloseable {

        static Setting of(Engine engine) throws Exception {
            return at(Stores.newUri(engine));
        }

        static Setting of(Engine engine, OutboxOptions options) throws Exception {
            return at(Stores.newUri(engine), options, MessageBroker.connect("memory:"));
        }

        static Setting of(Engine engine, TroubledBackend backend) throws Exception {
            return at(Stores.newUri(engine), OutboxOptions.defaults(), backend.broker());
        }

        static Setting at(String uri) {
            return at(uri, OutboxOptions.defaults(), MessageBroker.connect("memory:"));
        }

        private static Setting at(String uri, OutboxOptions options, MessageBroker broker) {
            Store store = Stores.open(uri);
            List<Message<String>> seen = new CopyOnWriteArrayList<>();
            broker.subscribe(
                    WORDS,
                    "screen",
                    (call, delivery) -> {
                        seen.add(delivery.message());
                        return Disposition.ack();
                    },
                    SubscribeOptions.defaults().withConcurrency(1));
            return new Setting(store, Outbox.on(store, options), broker, seen);
        }

        OutboxRelay relay(RelayOptions options) {
            return outbox.relay(broker, options);
        }

        void publish(String word) {
            store.run(tx -> outbox.publish(tx, WORDS, Message.of("word", word).withKey("key")));
        }

        void publishWithin(Connection own, String word) {
            store.<Boolean>within(own, tx -> {
                Stores.insert(tx, word);
                outbox.publish(tx, WORDS, Message.of("word", word));
                return true;
            });
        }

        @Override
        public void close() {
            broker.close();
            store.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void rowAndMessageCommitTogetherOrNotAtAll(Engine engine) throws Exception {
        try (Setting it = Setting.of(engine)) {
            it.store().run(tx -> {
                Stores.insert(tx, "one");
                it.outbox()
                        .publish(
                                tx,
                                WORDS,
                                Message.of("word", "one")
                                        .withKey("k")
                                        .withVersion("3")
                                        .withHeader("h", "v"));
            });
            assertThatThrownBy(() -> it.store().run(tx -> {
                        Stores.insert(tx, "two");
                        it.outbox().publish(tx, WORDS, Message.of("word", "two"));
                        throw new IllegalStateException("no");
                    }))
                    .hasMessage("no");
            assertThat(it.outbox().stats().depth()).isEqualTo(1);
            assertThat(it.outbox().stats().oldestAge()).isPresent();
            try (OutboxRelay relay = it.relay(QUICK)) {
                it.store().run(tx -> it.outbox().publish(tx, WORDS, Message.of("word", "three")));
                Stores.await(
                        "both are sent",
                        () -> relay.snapshot().sent() == 2 && it.seen().size() == 2);
                assertThat(relay.snapshot().active()).isTrue();
            }
            assertThat(Stores.rows(it.store())).containsExactly("one");
            assertThat(it.seen()).extracting(Message::payload).containsExactly("one", "three");
            Message<String> first = it.seen().getFirst();
            assertThat(first.type()).isEqualTo("word");
            assertThat(first.metadata().key()).contains("k");
            assertThat(first.metadata().version()).contains("3");
            assertThat(first.metadata().header("h")).contains("v");
            assertThat(first.metadata().source()).isEqualTo("parley");
            assertThat(first.metadata().contentType()).isEqualTo("text/plain; charset=utf-8");
            assertThat(it.outbox().stats()).isEqualTo(new OutboxStats(0, java.util.Optional.empty(), 0));
        }
    }

    @Test
    void onPostgresqlTheTransactionMayBeTheCallersOwn() throws Exception {
        PostgresServer server = PostgresServer.shared();
        String database = server.newDatabase();
        try (Setting it = Setting.at(server.uri(database));
                Connection own = DriverManager.getConnection(server.jdbcUrl(database))) {
            own.setAutoCommit(false);
            try (OutboxRelay relay = it.relay(QUICK)) {
                it.publishWithin(own, "rolled back");
                own.rollback();
                it.publishWithin(own, "committed");
                own.commit();
                Stores.await(
                        "it is seen",
                        () -> !it.seen().isEmpty() && relay.snapshot().sent() > 0);
            }
            assertThat(it.seen()).extracting(Message::payload).containsExactly("committed");
            assertThat(Stores.rows(it.store())).containsExactly("committed");
        }
    }

    @Test
    void transactionsThatCommitInReverseOrderLoseNothing() throws Exception {
        PostgresServer server = PostgresServer.shared();
        String database = server.newDatabase();
        try (Setting it = Setting.at(server.uri(database));
                Connection early = DriverManager.getConnection(server.jdbcUrl(database));
                Connection late = DriverManager.getConnection(server.jdbcUrl(database))) {
            early.setAutoCommit(false);
            late.setAutoCommit(false);
            try (OutboxRelay relay = it.relay(QUICK)) {
                for (int round = 0; round < 5; round++) {
                    int before = it.seen().size();
                    it.publishWithin(early, "early" + round);
                    it.publishWithin(late, "late" + round);
                    late.commit();
                    // Gives the relay something to see and to move its position by, if it were one that skips.
                    it.store().run(tx -> it.outbox().publish(tx, WORDS, Message.of("word", "between")));
                    Stores.await("the relay is active", () -> relay.snapshot().active());
                    Thread.sleep(100); // only gives a relay that skips the time to do so: nothing waits for it
                    early.commit();
                    Stores.await("all three are seen", () -> it.seen().size() == before + 3);
                }
            }
            assertThat(it.seen()).hasSize(15);
            assertThat(it.outbox().stats().depth()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFullOutboxRefuses(Engine engine) throws Exception {
        try (Setting it = Setting.of(engine, OutboxOptions.defaults().withMaxBacklog(10))) {
            for (int i = 0; i < 10; i++) {
                it.publish("w" + i);
            }
            assertThatThrownBy(() -> it.publish("too many")).isInstanceOfSatisfying(CallException.class, e -> {
                assertThat(e.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
                assertThat(e.message()).contains("10").contains("maxBacklog");
            });
            assertThat(it.outbox().stats().depth()).isEqualTo(10);
            try (OutboxRelay relay = it.relay(QUICK)) {
                Stores.await("it is empty", () -> relay.snapshot().sent() == 10);
                it.publish("again");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatTheBrokerRefusesForGoodIsSetAsideAndRedriven(Engine engine) throws Exception {
        TroubledBackend backend = new TroubledBackend();
        try (Setting it = Setting.of(engine, backend)) {
            backend.trouble((messages, stored) -> {
                if (messages.stream().anyMatch(each -> payload(each.message()).startsWith("poison"))) {
                    throw new CallException(Code.INVALID_ARGUMENT, "no poison here");
                }
            });
            it.store().run(tx -> {
                for (String word : List.of("a", "poison1", "b", "poison2", "c")) {
                    it.outbox().publish(tx, WORDS, Message.of("word", word).withKey("same"));
                }
            });
            try (OutboxRelay relay = it.relay(QUICK)) {
                Stores.await(
                        "the others are seen",
                        () -> it.seen().size() == 3 && it.outbox().stats().depth() == 0);
                assertThat(it.seen()).extracting(Message::payload).containsExactly("a", "b", "c");
                List<OutboxLetter> letters = it.outbox().setAside(10);
                assertThat(letters).extracting(each -> payload(each.message())).containsExactly("poison1", "poison2");
                assertThat(letters.getFirst().cause()).isEqualTo("INVALID_ARGUMENT: no poison here");
                assertThat(it.outbox().stats().setAside()).isEqualTo(2);

                assertThat(it.outbox().redriveAll())
                        .isEqualTo(2); // refused again: comes back to be set aside, and ends
                Stores.await(
                        "both are refused again",
                        () -> it.outbox().setAside(10).size() == 2
                                && it.outbox().stats().depth() == 0);
                backend.trouble((messages, stored) -> {});
                long first = it.outbox().setAside(10).getFirst().id();
                assertThat(it.outbox().redrive(first)).isTrue();
                assertThat(it.outbox().redrive(first)).isFalse();
                assertThat(it.outbox()
                                .discard(it.outbox().setAside(10).getFirst().id()))
                        .isTrue();
                Stores.await("it is seen", () -> it.seen().size() == 4);
                assertThat(it.seen().getLast().payload()).isEqualTo("poison1");
                assertThat(it.outbox().setAside(10)).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBrokerThatIsDownDelaysAndKeepsTheOrder(Engine engine) throws Exception {
        TroubledBackend backend = new TroubledBackend();
        try (Setting it = Setting.of(engine, backend)) {
            backend.trouble((messages, stored) -> {
                throw new CallException(Code.UNAVAILABLE, "down");
            });
            try (OutboxRelay relay = it.relay(QUICK.withBatch(7))) {
                List<String> all = new ArrayList<>();
                for (int i = 0; i < 50; i++) {
                    all.add("w" + i);
                    it.publish("w" + i);
                }
                Stores.await("it has failed", () -> relay.snapshot().failed() >= 2);
                assertThat(relay.snapshot().problem()).isPresent();
                assertThat(relay.snapshot().sent()).isZero();
                assertThat(it.outbox().stats().depth()).isEqualTo(50);
                backend.trouble((messages, stored) -> {});
                Stores.await(
                        "all are sent",
                        () -> relay.snapshot().sent() == 50 && it.seen().size() == 50);
                assertThat(it.seen()).extracting(Message::payload).containsExactlyElementsOf(all);
                Stores.await(
                        "no problem is left", () -> relay.snapshot().problem().isEmpty());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aKeyThatFailsHoldsBackItsLaterOnesAndNoOthers(Engine engine) throws Exception {
        TroubledBackend backend = new TroubledBackend();
        try (Setting it = Setting.of(engine, backend)) {
            backend.trouble((messages, stored) -> {
                if (messages.stream().anyMatch(each -> payload(each.message()).equals("bad0"))) {
                    throw new CallException(Code.INTERNAL, "who knows");
                }
            });
            try (OutboxRelay relay = it.relay(QUICK.withBatch(3))) {
                for (int i = 0; i < 10; i++) {
                    String number = "" + i;
                    it.store().run(tx -> {
                        it.outbox()
                                .publish(
                                        tx,
                                        WORDS,
                                        Message.of("word", "bad" + number).withKey("bad"));
                        it.outbox()
                                .publish(
                                        tx,
                                        WORDS,
                                        Message.of("word", "good" + number).withKey("good"));
                    });
                }
                Stores.await("the other key is seen", () -> it.seen().size() == 10);
                assertThat(it.seen()).allMatch(each -> each.payload().startsWith("good"));
                Stores.await("the rest is left", () -> it.outbox().stats().depth() == 10);
                backend.trouble((messages, stored) -> {});
                Stores.await("all are seen", () -> it.seen().size() == 20);
                assertThat(it.seen().subList(10, 20))
                        .extracting(Message::payload)
                        .containsExactly(
                                "bad0", "bad1", "bad2", "bad3", "bad4", "bad5", "bad6", "bad7", "bad8", "bad9");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void onlyOneRelayIsActive(Engine engine) throws Exception {
        try (Setting it = Setting.of(engine)) {
            OutboxRelay first = it.relay(QUICK.withHolder("first").withLease(Duration.ofMinutes(2)));
            Stores.await("the first is active", () -> first.snapshot().active());
            try (OutboxRelay second = it.relay(QUICK.withLease(Duration.ofSeconds(1)))) {
                for (int i = 0; i < 20; i++) {
                    it.publish("w" + i);
                }
                Stores.await("all are sent", () -> first.snapshot().sent() == 20);
                assertThat(second.snapshot().active()).isFalse();
                first.close();
                it.publish("last");
                Stores.await("the second takes over", () -> second.snapshot().sent() == 1);
                assertThat(second.snapshot().active()).isTrue();
                assertThat(first.snapshot().active()).isFalse();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aScheduledMessageIsScheduledAtTheBroker(Engine engine) throws Exception {
        try (Setting it = Setting.of(engine)) {
            List<Instant> arrived = new CopyOnWriteArrayList<>();
            it.broker().subscribe(WORDS, "clock", (call, delivery) -> {
                arrived.add(Instant.now());
                return Disposition.ack();
            });
            Instant time = Instant.now().plusMillis(700);
            it.store().run(tx -> it.outbox().publish(tx, WORDS, Message.of("word", "later"), PublishOptions.at(time)));
            try (OutboxRelay relay = it.relay(QUICK)) {
                Stores.await(
                        "it arrives",
                        () -> arrived.size() == 1 && relay.snapshot().sent() == 1);
                assertThat(arrived.getFirst()).isAfterOrEqualTo(time.minusMillis(5));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatTheBrokerCannotDoIsSetAsideByItsName(Engine engine) throws Exception {
        try (Setting it = Setting.of(engine, new TroubledBackend(Capability.DELAY))) {
            Instant time = Instant.now().plusSeconds(60);
            it.store().run(tx -> {
                it.outbox().publish(tx, WORDS, Message.of("word", "later").withKey("key"), PublishOptions.at(time));
                it.outbox().publish(tx, WORDS, Message.of("word", "now").withKey("key"));
            });
            try (OutboxRelay _ = it.relay(QUICK)) {
                Stores.await(
                        "the other is seen, and this one set aside",
                        () -> it.seen().size() == 1 && it.outbox().stats().setAside() == 1);
                assertThat(it.seen().getFirst().payload()).isEqualTo("now");
                assertThat(it.outbox().setAside(10))
                        .singleElement()
                        .satisfies(letter -> assertThat(letter.cause()).contains("UNIMPLEMENTED", "DELAY"));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void badInputIsRefusedAndNamed(Engine engine) throws Exception {
        try (Setting it = Setting.of(engine, OutboxOptions.defaults().withMaxMessageBytes(1024))) {
            assertThatThrownBy(() -> it.store()
                            .run(tx -> it.outbox().publish(tx, Topic.text("words.*"), Message.of("word", "pattern"))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("words.*");
            assertThatThrownBy(() -> it.publish("x".repeat(1024)))
                    .isInstanceOfSatisfying(
                            CallException.class, e -> assertThat(e.code()).isEqualTo(Code.INVALID_ARGUMENT))
                    .hasMessageContaining("maxMessageBytes");
            assertThatThrownBy(() -> OutboxOptions.defaults().withMaxBacklog(0))
                    .hasMessage("maxBacklog must be 1 to 10000000, but is 0");
            assertThat(it.outbox().stats().depth()).isZero();
        }
    }

    /** A trace is no reason to refuse a message that has as many headers as it may. */
    @ParameterizedTest
    @EnumSource
    void aMessageThatIsFullOfHeadersGoesWithoutItsTrace(Engine engine) throws Exception {
        SpanContext trace = SpanContext.create(
                "0af7651916cd43dd8448eb211c80319c",
                "b7ad6b7169203331",
                TraceFlags.getSampled(),
                TraceState.getDefault());
        try (Setting it = Setting.of(engine);
                Scope scope = Span.wrap(trace).makeCurrent()) {
            Message<String> full = Message.of("word", "full");
            for (int i = 0; i < MessageMetadata.MAX_HEADERS; i++) {
                full = full.withHeader("h" + i, "v");
            }
            Message<String> message = full;
            it.store().run(tx -> it.outbox().publish(tx, WORDS, message));
            it.publish("traced");
            try (OutboxRelay relay = it.relay(QUICK)) {
                Stores.await("both are seen", () -> it.seen().size() == 2);
            }
            assertThat(it.seen().getFirst().metadata().headers())
                    .hasSize(MessageMetadata.MAX_HEADERS)
                    .doesNotContainKey("traceparent");
            assertThat(it.seen().getLast().metadata().header("traceparent"))
                    .contains("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        }
    }

    static String payload(Message<byte[]> message) {
        return new String(message.payload(), java.nio.charset.StandardCharsets.UTF_8);
    }
}
