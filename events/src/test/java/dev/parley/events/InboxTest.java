package dev.parley.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.Method;
import dev.parley.messaging.Delivery;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.Message;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.Topic;
import dev.parley.store.Engine;
import dev.parley.store.Store;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class InboxTest {

    private static final Call CALL =
            CallScope.builder(Method.unary("words", "group")).build();

    @ParameterizedTest
    @EnumSource
    void aSecondDeliveryHasNoEffect(Engine engine) throws Exception {
        try (Store store = Stores.open(engine)) {
            Inbox inbox = Inbox.on(store);
            Handler<Delivery<String>, Disposition> handler =
                    inbox.action((tx, delivery) -> Stores.insert(tx, delivery.payload()));
            Message<String> message = message("a");
            assertThat(handler.handle(CALL, delivery(message, "g1"))).isEqualTo(Disposition.ack());
            assertThat(handler.handle(CALL, delivery(message, "g1"))).isEqualTo(Disposition.ack());
            assertThat(Stores.rows(store)).containsExactly("a");

            handler.handle(CALL, delivery(message, "g2")); // groups are isolated
            Message<String> elsewhere =
                    message.withMetadata(message.metadata().withSource("other")).withPayload("b");
            handler.handle(CALL, delivery(elsewhere, "g1")); // the same id of another source
            assertThat(Stores.rows(store)).containsExactly("a", "a", "b");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNotAcknowledgedIsRolledBackWithItsNote(Engine engine) throws Exception {
        try (Store store = Stores.open(engine)) {
            Inbox inbox = Inbox.on(store);
            List<Disposition> answers = List.of(
                    Disposition.retry("not yet"),
                    Disposition.reject("never"),
                    Disposition.release(),
                    Disposition.ack());
            AtomicInteger next = new AtomicInteger();
            Handler<Delivery<String>, Disposition> handler = inbox.handler((tx, delivery) -> {
                Stores.insert(tx, delivery.payload());
                return answers.get(next.getAndIncrement());
            });
            Handler<Delivery<String>, Disposition> failing = inbox.action((tx, delivery) -> {
                Stores.insert(tx, delivery.payload());
                throw new CallException(Code.UNAVAILABLE, "down");
            });
            Delivery<String> delivery = delivery(message("a"), "g");
            assertThatThrownBy(() -> failing.handle(CALL, delivery)).hasMessage("down");
            for (int i = 0; i < 3; i++) {
                assertThat(handler.handle(CALL, delivery)).isEqualTo(answers.get(i));
                assertThat(Stores.rows(store)).isEmpty();
            }
            assertThat(handler.handle(CALL, delivery)).isEqualTo(Disposition.ack());
            assertThat(Stores.rows(store)).containsExactly("a");
        }
    }

    @ParameterizedTest
    @EnumSource
    void concurrentDuplicatesHaveOneEffect(Engine engine) throws Exception {
        try (Store store = Stores.open(engine);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Inbox inbox = Inbox.on(store);
            AtomicInteger calls = new AtomicInteger();
            Handler<Delivery<String>, Disposition> handler = inbox.handler((tx, delivery) -> {
                Stores.insert(tx, delivery.payload());
                Thread.sleep(5); // so that the others come meanwhile
                // Every other first try fails, so that one that has waited must have the effect itself.
                return calls.incrementAndGet() % 2 == 1 ? Disposition.retry("again") : Disposition.ack();
            });
            List<String> all = new ArrayList<>();
            List<Future<Disposition>> results = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                Message<String> message = message("m%02d".formatted(i));
                all.add(message.payload());
                for (int copy = 0; copy < 5; copy++) {
                    results.add(threads.submit(() -> {
                        Disposition said;
                        do {
                            said = handler.handle(CALL, delivery(message, "g"));
                        } while (said instanceof Disposition.Retry);
                        return said;
                    }));
                }
            }
            for (Future<Disposition> each : results) {
                assertThat(each.get()).isEqualTo(Disposition.ack());
            }
            assertThat(Stores.rows(store)).isEqualTo(all);
            assertThat(calls.get()).isGreaterThan(20);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsOldIsSweptInBatches(Engine engine) throws Exception {
        try (Store store = Stores.open(engine)) {
            Inbox inbox = Inbox.on(
                    store,
                    InboxOptions.defaults()
                            .withRetention(Duration.ofSeconds(1))
                            .withSweepBatch(7)
                            .withSweepInterval(Duration.ofDays(1)));
            Handler<Delivery<String>, Disposition> handler =
                    inbox.action((tx, delivery) -> Stores.insert(tx, delivery.payload()));
            Message<String> first = message("first");
            handler.handle(CALL, delivery(first, "g"));
            for (int i = 0; i < 20; i++) {
                handler.handle(CALL, delivery(message("x"), "g"));
            }
            AtomicInteger swept = new AtomicInteger();
            Stores.await("all are swept", () -> swept.addAndGet((int) inbox.sweep()) == 21);
            assertThat(handler.handle(CALL, delivery(first, "g"))).isEqualTo(Disposition.ack());
            assertThat(Stores.rows(store)).filteredOn("first"::equals).hasSize(2); // forgotten, as documented
            Inbox keeping = Inbox.on(store);
            assertThat(keeping.sweep()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void handlingSweepsByItself(Engine engine) throws Exception {
        try (Store store = Stores.open(engine)) {
            Inbox inbox = Inbox.on(
                    store,
                    InboxOptions.defaults()
                            .withRetention(Duration.ofSeconds(1))
                            .withSweepInterval(Duration.ofMillis(10)));
            Handler<Delivery<String>, Disposition> handler = inbox.action((tx, delivery) -> {});
            Message<String> first = message("x");
            handler.handle(CALL, delivery(first, "g"));
            Stores.await("the first is forgotten", () -> {
                handler.handle(CALL, delivery(message("y"), "g"));
                return store.<Boolean>read(tx -> {
                    PreparedStatement select = tx.prepare("select count(*) from parley_inbox where id = ?");
                    select.setString(1, first.id());
                    try (ResultSet row = select.executeQuery()) {
                        row.next();
                        return row.getLong(1) == 0;
                    }
                });
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void behindABrokerThatDeliversTwice(Engine engine) throws Exception {
        try (Store store = Stores.open(engine);
                MessageBroker broker = MessageBroker.connect("memory:")) {
            Topic<String> words = Topic.text("words");
            AtomicInteger deliveries = new AtomicInteger();
            Handler<Delivery<String>, Disposition> once =
                    Inbox.on(store).action((tx, delivery) -> Stores.insert(tx, delivery.payload()));
            broker.subscribe(words, "g", (call, delivery) -> {
                Disposition said = once.handle(call, delivery);
                deliveries.incrementAndGet();
                return said;
            });
            List<String> all = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                Message<String> message = message("m%02d".formatted(i));
                all.add(message.payload());
                broker.publish(words, message);
                broker.publish(words, message);
            }
            Stores.await("all are handled", () -> deliveries.get() == 40);
            assertThat(Stores.rows(store)).isEqualTo(all);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMessageWithoutASourceIsRefused(Engine engine) throws Exception {
        try (Store store = Stores.open(engine)) {
            Handler<Delivery<String>, Disposition> handler = Inbox.on(store).action((tx, delivery) -> {});
            assertThatThrownBy(() -> handler.handle(CALL, delivery(Message.of("word", "x"), "g")))
                    .isInstanceOfSatisfying(
                            CallException.class, e -> assertThat(e.code()).isEqualTo(Code.INVALID_ARGUMENT));
        }
    }

    private static Message<String> message(String word) {
        Message<String> message = Message.of("word", word);
        return message.withMetadata(message.metadata().withSource("here"));
    }

    private static Delivery<String> delivery(Message<String> message, String group) {
        return new Delivery<>(message, "words", group, 1, "", Optional.empty());
    }
}
