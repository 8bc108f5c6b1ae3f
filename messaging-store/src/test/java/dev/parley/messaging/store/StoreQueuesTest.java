package dev.parley.messaging.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.Failure;
import dev.parley.messaging.Message;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.QueueStats;
import dev.parley.messaging.StartFrom;
import dev.parley.messaging.Topic;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.LetterAction;
import dev.parley.messaging.spi.Outgoing;
import dev.parley.messaging.spi.Received;
import dev.parley.messaging.spi.Settlement;
import dev.parley.store.Engine;
import dev.parley.store.Store;
import dev.parley.testing.servers.PostgresServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the kit does not ask of every broker. */
class StoreQueuesTest {

    private static final QueueName QUEUE = new QueueName("topic", "group");

    @TempDir
    Path folder;

    private static QueueStats stats(BrokerBackend backend) throws Exception {
        return backend.queues().stream()
                .filter(each -> each.queue().equals(QUEUE))
                .findFirst()
                .orElseThrow();
    }

    /** What must be there, by what was done. */
    private static final class Model {
        private int ready;
        private int delayed;
        private int letters;
        private int redelivered;
        private final List<Received> held = new ArrayList<>();
        private final Set<String> failed = new HashSet<>();
    }

    @ParameterizedTest
    @EnumSource
    void statisticsAreExactWhateverHappens(Engine engine) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Model model = new Model();
        try (BrokerBackend backend = Databases.open(Databases.newUri(engine, folder));
                BackendConsumer consumer = backend.consume(Databases.spec(QUEUE))) {
            for (int step = 0; step < 200; step++) {
                step(backend, consumer, random, model, step);
                QueueStats stats = stats(backend);
                assertThat(stats.depth())
                        .as("depth at step %d of seed %d", step, seed)
                        .isEqualTo(model.ready + model.delayed);
                assertThat(stats.delayed())
                        .as("delayed at %d of %d", step, seed)
                        .hasValue(model.delayed);
                assertThat(stats.inFlight())
                        .as("in flight at %d of %d", step, seed)
                        .hasValue(model.held.size());
                assertThat(stats.deadLetters())
                        .as("letters at %d of %d", step, seed)
                        .hasValue(model.letters);
                assertThat(stats.redelivered())
                        .as("redelivered at %d of %d", step, seed)
                        .hasValue(model.redelivered);
                assertThat(stats.consumers()).hasValue(1);
                assertThat(stats.oldestAge().isPresent())
                        .isEqualTo(model.ready + model.delayed + model.held.size() > 0);
            }
        }
    }

    private static void step(BrokerBackend backend, BackendConsumer consumer, Random random, Model model, int step)
            throws Exception {
        Instant now = Instant.now();
        Failure failure = new Failure(now, now, Code.INTERNAL, "of the test");
        switch (random.nextInt(4)) {
            case 0 -> {
                List<Outgoing> all = new ArrayList<>();
                for (int n = random.nextInt(5); n >= 0; n--) {
                    Outgoing plain = Databases.outgoing("topic", step + "-" + n);
                    boolean later = random.nextInt(4) == 0;
                    all.add(
                            later
                                    ? new Outgoing(
                                            "topic", plain.message(), java.util.Optional.of(now.plusSeconds(3600)))
                                    : plain);
                    model.ready += later ? 0 : 1;
                    model.delayed += later ? 1 : 0;
                }
                backend.publish(all);
            }
            case 1 -> {
                int count = Math.min(model.ready, 1 + random.nextInt(4));
                List<Received> taken = count == 0 ? List.of() : consumer.receive(count, Duration.ZERO);
                assertThat(taken).hasSize(count);
                model.ready -= count;
                model.held.addAll(taken);
                model.redelivered +=
                        (int) taken.stream().filter(each -> each.attempt() > 1).count();
            }
            case 2 -> {
                List<Settlement> all = new ArrayList<>();
                while (!model.held.isEmpty() && random.nextInt(4) > 0) {
                    Received one = model.held.remove(random.nextInt(model.held.size()));
                    switch (random.nextInt(5)) {
                        case 0 -> {
                            all.add(new Settlement.Release(one));
                            model.ready++;
                        }
                        case 1 -> {
                            all.add(new Settlement.Retry(one, Duration.ZERO, failure));
                            model.failed.add(one.message().id());
                            model.ready++;
                        }
                        case 2 -> {
                            all.add(new Settlement.Retry(one, Duration.ofHours(1), failure));
                            model.delayed++;
                        }
                        case 3 -> {
                            all.add(new Settlement.DeadLettered(one, failure));
                            model.letters++;
                        }
                        default -> all.add(new Settlement.Ack(one));
                    }
                }
                assertThat(consumer.settle(all)).isEmpty();
                // Nothing of it is there any more for a second time.
                assertThat(consumer.settle(all)).hasSize(all.size());
            }
            default -> {
                int most = random.nextInt(3);
                int[] visited = {0};
                backend.visitDeadLetters(QUEUE, most, letter -> {
                    visited[0]++;
                    boolean redrive = random.nextBoolean();
                    model.letters--;
                    model.ready += redrive ? 1 : 0;
                    return redrive ? LetterAction.REDRIVE : LetterAction.DISCARD;
                });
                assertThat(visited[0]).isLessThanOrEqualTo(most);
            }
        }
    }

    /** An id that is given out early may become visible late: a group that begins in between must not miss it. */
    @Test
    void publicationsThatCommitInReverseOrderAreMissedByNoGroup() throws Exception {
        PostgresServer server = PostgresServer.shared();
        String database = server.newDatabase();
        String uri = server.uri(database);
        try (BrokerBackend backend = Databases.open(uri);
                Store store = Store.shared(uri);
                Connection first = DriverManager.getConnection(server.jdbcUrl(database));
                Connection second = DriverManager.getConnection(server.jdbcUrl(database))) {
            backend.ping();
            StorePublisher publisher = StorePublisher.of(store, BrokerOptions.defaults());
            first.setAutoCommit(false);
            second.setAutoCommit(false);
            publish(store, publisher, first, "first");
            publish(store, publisher, second, "second");
            second.commit();
            CountDownLatch made = new CountDownLatch(2);
            List<BackendConsumer> consumers = java.util.Collections.synchronizedList(new ArrayList<>());
            for (StartFrom start : List.of(StartFrom.earliest(), StartFrom.latest())) {
                Thread.ofVirtual().start(() -> {
                    try {
                        QueueName queue =
                                new QueueName("topic", start.getClass().getSimpleName());
                        consumers.add(backend.consume(Databases.spec(queue, false, start)));
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    } finally {
                        made.countDown();
                    }
                });
            }
            // Either they wait for the first one, or what it publishes must reach them by itself.
            made.await(500, TimeUnit.MILLISECONDS);
            first.commit();
            assertThat(made.await(Databases.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            backend.publish(List.of(Databases.outgoing("topic", "third")));
            for (BackendConsumer each : consumers) {
                List<String> seen = new ArrayList<>();
                while (!seen.contains("third")) {
                    seen.addAll(Databases.ids(Databases.take(each, 1)));
                }
                if (seen.size() > 1) {
                    assertThat(seen).containsExactly("first", "second", "third");
                } else {
                    assertThat(seen).as("of the latest").containsExactly("third");
                }
                each.close();
            }
            assertThat(consumers).hasSize(2);
        }
    }

    private static void publish(Store store, StorePublisher publisher, Connection connection, String text) {
        store.<String>within(connection, transaction -> {
            publisher.publish(
                    transaction, Topic.text("topic"), Message.of("test", text).withId(text));
            return text;
        });
    }

    @ParameterizedTest
    @EnumSource
    void aPublicationInsideOfATransactionIsThereIfThatCommits(Engine engine) throws Exception {
        String uri = Databases.newUri(engine, folder);
        try (BrokerBackend backend = Databases.open(uri);
                Store store = Store.shared(uri);
                BackendConsumer consumer = backend.consume(Databases.spec(QUEUE))) {
            StorePublisher publisher = StorePublisher.of(store, BrokerOptions.defaults());
            Topic<String> topic = Topic.text("topic");
            assertThatThrownBy(() -> store.run(transaction -> {
                        publisher.publish(
                                transaction, topic, Message.of("test", "lost").withId("lost"));
                        throw new IllegalStateException("rolled back");
                    }))
                    .hasMessage("rolled back");
            store.run(transaction -> publisher.publish(
                    transaction, topic, Message.of("test", "kept").withId("kept")));
            List<Received> taken = Databases.take(consumer, 1);
            assertThat(Databases.ids(taken)).containsExactly("kept");
            assertThat(taken.getFirst().message().metadata().source()).isEqualTo("parley");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFullBrokerRefusesAndTakesAgainWhenThereIsRoom(Engine engine) throws Exception {
        String uri = Databases.newUri(engine, folder);
        String limited = uri + "?maxMessages=10";
        try (BrokerBackend backend = Databases.open(limited);
                BackendConsumer consumer = backend.consume(Databases.spec(QUEUE))) {
            for (int n = 0; n < 10; n++) {
                backend.publish(List.of(Databases.outgoing("topic", "m" + n)));
            }
            assertThatThrownBy(() -> backend.publish(List.of(Databases.outgoing("topic", "too much"))))
                    .isInstanceOfSatisfying(CallException.class, e -> {
                        assertThat(e.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
                        assertThat(e.message()).contains("maxMessages of 10");
                    });
            assertThat(stats(backend).depth()).isEqualTo(10);
            assertThat(consumer.settle(Databases.acks(Databases.take(consumer, 3))))
                    .isEmpty();
            for (int n = 0; n < 3; n++) {
                backend.publish(List.of(Databases.outgoing("topic", "again" + n)));
            }
            assertThatThrownBy(() -> backend.publish(List.of(Databases.outgoing("topic", "too much"))))
                    .isInstanceOf(CallException.class);
        }
    }

    /** A key whose messages are with another consumer holds up nothing but itself, however many there are. */
    @ParameterizedTest
    @EnumSource
    void aLongLaneOfAnotherIsPassedBy(Engine engine) throws Exception {
        try (BrokerBackend backend = Databases.open(Databases.newUri(engine, folder));
                BackendConsumer one = backend.consume(Databases.spec(QUEUE, true, StartFrom.latest()));
                BackendConsumer two = backend.consume(Databases.spec(QUEUE, true, StartFrom.latest()))) {
            int backlog = 3000;
            List<Outgoing> hot = new ArrayList<>();
            for (int n = 0; n < backlog; n++) {
                hot.add(Databases.keyed("topic", "hot" + n, "hot"));
            }
            for (int from = 0; from < backlog; from += 1000) {
                backend.publish(hot.subList(from, from + 1000));
            }
            List<Outgoing> others = new ArrayList<>();
            for (int n = 0; n < 20; n++) {
                others.add(
                        n % 2 == 0
                                ? Databases.keyed("topic", "other" + n, "key" + n)
                                : Databases.outgoing("topic", "other" + n));
            }
            backend.publish(others);
            List<Received> held = Databases.take(one, 5);
            assertThat(Databases.ids(held)).containsExactly("hot0", "hot1", "hot2", "hot3", "hot4");
            List<Received> passed = Databases.take(two, 20);
            assertThat(Databases.ids(passed))
                    .allMatch(id -> id.startsWith("other"))
                    .doesNotHaveDuplicates();
            assertThat(two.receive(10, Duration.ofMillis(50))).isEmpty();
            assertThat(one.settle(Databases.acks(held))).isEmpty();
            assertThat(Databases.ids(Databases.take(two, 3))).containsExactly("hot5", "hot6", "hot7");
            assertThat(one.receive(10, Duration.ofMillis(50))).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatNobodyWaitsForIsRemovedBitByBit(Engine engine) throws Exception {
        String uri = Databases.newUri(engine, folder);
        try (BrokerBackend backend = Databases.open(uri + "?retentionMessages=5");
                Store store = Store.shared(uri)) {
            QueueName other = new QueueName("topic", "slow");
            try (BackendConsumer consumer = backend.consume(Databases.spec(QUEUE));
                    BackendConsumer slow = backend.consume(Databases.spec(other))) {
                List<Outgoing> all = new ArrayList<>();
                for (int n = 0; n < 700; n++) {
                    all.add(Databases.outgoing("topic", "m" + n));
                }
                backend.publish(all);
                assertThat(consumer.settle(Databases.acks(Databases.take(consumer, 700))))
                        .isEmpty();
                List<Received> most = Databases.take(slow, 699);
                assertThat(slow.settle(Databases.acks(most.subList(1, 699)))).isEmpty();
                // m0 is with the slow one, m699 waits for it and is among the last five.
                awaitMessages(store, 6);
                assertThat(slow.settle(Databases.acks(most.subList(0, 1)))).isEmpty();
            }
            try (BackendConsumer late =
                    backend.consume(Databases.spec(new QueueName("topic", "late"), false, StartFrom.earliest()))) {
                List<String> seen = new ArrayList<>();
                while (!seen.contains("m699")) {
                    seen.addAll(Databases.ids(Databases.take(late, 1)));
                }
                seen.remove("m0"); // the sweeper may have been there again, or not
                assertThat(seen).containsExactly("m695", "m696", "m697", "m698", "m699");
            }
            backend.deleteGroup(other);
            assertThat(backend.queues()).extracting(QueueStats::queue).doesNotContain(other);
        }
    }

    private static void awaitMessages(Store store, long wanted) throws Exception {
        long until = System.nanoTime() + Databases.PATIENCE.toNanos();
        long left = -1;
        while (left != wanted) {
            assertThat(System.nanoTime())
                    .as("%d messages in the log, not %d", left, wanted)
                    .isLessThan(until);
            Thread.sleep(20);
            left = store.<Long>read(transaction -> {
                try (var row = transaction
                        .prepare("select count(*) from parley_message")
                        .executeQuery()) {
                    row.next();
                    return row.getLong(1);
                }
            });
        }
    }

    @Test
    void aProcessOfItsOwnGetsTheFilesOfSqliteAndNobodyElse() throws Exception {
        String uri = Databases.newUri(Engine.SQLITE, folder);
        try (BrokerBackend backend = Databases.open(uri)) {
            backend.ping();
            // Spelled in another way it is another store, which must not get the folder either.
            assertThatThrownBy(() -> Databases.open(uri + "/").ping())
                    .isInstanceOfSatisfying(
                            CallException.class, e -> assertThat(e.code()).isEqualTo(Code.FAILED_PRECONDITION));
        }
    }

    @Test
    void optionsThatAreMalformedAreNamed() {
        String uri = "sqlite:" + folder.resolve("broker");
        assertThatThrownBy(() -> Databases.open(uri + "?retention=soon"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("retention")
                .hasMessageContaining("\"soon\"");
        assertThatThrownBy(() -> Databases.open("postgresql://127.0.0.1/x?maxMessages=0"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("USER:PASSWORD");
        assertThatThrownBy(() -> Databases.open("postgresql://a:secret@127.0.0.1/x?maxMessages=0"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxMessages")
                .hasMessageNotContaining("secret");
    }

    /** With a wait it would end with the limit for transactions, and the test with that error. */
    @Test
    void aClaimPassesByWhatAnotherSessionHasLocked() throws Exception {
        PostgresServer server = PostgresServer.shared();
        String database = server.newDatabase();
        try (BrokerBackend backend = Databases.open(server.uri(database));
                BackendConsumer consumer = backend.consume(Databases.spec(QUEUE));
                Connection other = DriverManager.getConnection(server.jdbcUrl(database))) {
            backend.publish(List.of(
                    Databases.outgoing("topic", "m0"),
                    Databases.outgoing("topic", "m1"),
                    Databases.outgoing("topic", "m2")));
            other.setAutoCommit(false);
            try (var statement = other.createStatement();
                    var row = statement.executeQuery(
                            "select message from parley_delivery order by message limit 1 for update")) {
                assertThat(row.next()).isTrue();
            }
            assertThat(Databases.ids(Databases.take(consumer, 2))).containsExactly("m1", "m2");
            assertThat(consumer.receive(10, Duration.ZERO)).isEmpty();
            other.rollback();
            assertThat(Databases.ids(Databases.take(consumer, 1))).containsExactly("m0");
        }
    }

    @Test
    void aWrongPasswordIsSaidAndNotShown() throws Exception {
        PostgresServer server = PostgresServer.shared();
        String uri = server.uri().replace(":parley@", ":hunter2@");
        assertThat(uri).contains("hunter2");
        try (MessageBroker broker = MessageBroker.connect(uri)) {
            assertThatThrownBy(() -> broker.publish(Topic.text("topic"), "text"))
                    .isInstanceOfSatisfying(CallException.class, e -> {
                        assertThat(e.code()).isEqualTo(Code.UNAUTHENTICATED);
                        assertThat(e.message())
                                .contains(
                                        "cannot be opened",
                                        "password authentication failed",
                                        server.port() + "/postgres");
                    })
                    .satisfies(e -> {
                        for (Throwable each = e; each != null; each = each.getCause()) {
                            assertThat(each.toString()).doesNotContain("hunter2");
                        }
                    });
        }
    }
}
