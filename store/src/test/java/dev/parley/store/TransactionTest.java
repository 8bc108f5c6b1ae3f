package dev.parley.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TransactionTest {

    @ParameterizedTest
    @EnumSource
    void whatIsReturnedIsCommitted(Engine engine) throws Exception {
        try (Store store = Stores.open(engine)) {
            String answer = store.<String>transaction(tx -> {
                Stores.insert(tx, "apple");
                return "done";
            });
            assertThat(answer).isEqualTo("done");
            assertThat(Stores.names(store)).containsExactly("apple");
            assertThat(store.engine()).isEqualTo(engine);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsThrownRollsBackAndComesOut(Engine engine) throws Exception {
        try (Store store = Stores.open(engine)) {
            IllegalStateException own = new IllegalStateException("own");
            assertThatThrownBy(() -> store.run(tx -> {
                        Stores.insert(tx, "apple");
                        throw own;
                    }))
                    .isSameAs(own);
            CallException checked = Stores.failure(() -> store.run(tx -> {
                throw new IOException("disk");
            }));
            assertThat(checked.code()).isEqualTo(Code.INTERNAL);
            assertThat(checked.message()).doesNotContain("disk");
            assertThat(checked.getCause()).hasMessage("disk");
            assertThat(Stores.names(store)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void constraintsAreToldWithoutValues(Engine engine) throws Exception {
        try (Store store = Stores.open(engine)) {
            store.run(tx -> Stores.insert(tx, "secret-apple"));
            CallException twice = Stores.failure(() -> store.run(tx -> Stores.insert(tx, "secret-apple")));
            assertThat(twice.code()).isEqualTo(Code.ALREADY_EXISTS);
            assertThat(twice.message()).doesNotContain("secret-apple");
            CallException missing = Stores.failure(() -> store.run(
                    tx -> tx.prepare("insert into item (name) values (null)").executeUpdate()));
            assertThat(missing.code()).isEqualTo(Code.FAILED_PRECONDITION);
            CallException wrong =
                    Stores.failure(() -> store.run(tx -> tx.prepare("selec 1").execute()));
            assertThat(wrong.code()).isEqualTo(Code.INTERNAL);
            store.run(tx -> Stores.insert(tx, "pear"));
            assertThat(Stores.names(store)).containsExactly("secret-apple", "pear");
        }
    }

    @ParameterizedTest
    @EnumSource
    void transactionsDoNotNest(Engine engine) throws Exception {
        try (Store store = Stores.open(engine)) {
            CallException nested =
                    Stores.failure(() -> store.run(outer -> store.run(inner -> Stores.insert(inner, "x"))));
            assertThat(nested.code()).isEqualTo(Code.FAILED_PRECONDITION);
            assertThat(nested.message()).contains("do not nest");
            CallException read = Stores.failure(() -> store.read(outer -> Stores.names(store)));
            assertThat(read.message()).contains("do not nest");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTransactionEndsWithItsWorkAndStaysOnItsThread(Engine engine) throws Exception {
        try (Store store = Stores.open(engine)) {
            AtomicReference<Transaction> kept = new AtomicReference<>();
            AtomicReference<Connection> connection = new AtomicReference<>();
            store.run(tx -> {
                kept.set(tx);
                connection.set(tx.connection());
                Throwable[] elsewhere = new Throwable[1];
                Thread.ofVirtual()
                        .start(() -> elsewhere[0] = Stores.failure(() -> tx.prepare("select 1")))
                        .join();
                assertThat(elsewhere[0]).hasMessageContaining("belongs to the thread");
            });
            assertThat(Stores.failure(() -> kept.get().prepare("select 1")).message())
                    .contains("has ended");
            assertThat(Stores.failure(() -> connection.get().createStatement()).message())
                    .contains("has ended");
        }
    }

    @ParameterizedTest
    @EnumSource
    void theConnectionCannotEndTheTransaction(Engine engine) throws Exception {
        try (Store store = Stores.open(engine)) {
            store.run(tx -> {
                Connection connection = tx.connection();
                assertThatThrownBy(connection::commit).isInstanceOf(SQLException.class);
                assertThatThrownBy(connection::rollback).isInstanceOf(SQLException.class);
                assertThatThrownBy(() -> connection.setAutoCommit(true)).isInstanceOf(SQLException.class);
                connection.close();
                // Left open on purpose: the store closes it.
                PreparedStatement insert = connection.prepareStatement("insert into item (name) values ('apple')");
                insert.executeUpdate();
                assertThat(connection.getAutoCommit()).isFalse();
            });
            assertThat(Stores.names(store)).containsExactly("apple");
        }
    }

    /** As other libraries ask for them on what is lent to them. */
    @ParameterizedTest
    @EnumSource
    void theConnectionTellsGeneratedKeys(Engine engine) throws Exception {
        try (Store store = Stores.open(engine)) {
            for (String name : List.of("apple", "pear")) {
                store.run(tx -> {
                    Stores.insert(tx, "before " + name);
                    try (PreparedStatement insert = tx.connection()
                            .prepareStatement("insert into item (name) values (?)", Statement.RETURN_GENERATED_KEYS)) {
                        insert.setString(1, name);
                        insert.executeUpdate();
                        try (ResultSet keys = insert.getGeneratedKeys()) {
                            assertThat(keys.next()).isTrue();
                            PreparedStatement select = tx.prepare("select name from item where id = ?");
                            select.setLong(1, keys.getLong(1));
                            try (ResultSet row = select.executeQuery()) {
                                assertThat(row.next()).isTrue();
                                assertThat(row.getString(1)).isEqualTo(name);
                            }
                        }
                    }
                });
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void readsCannotWrite(Engine engine) throws Exception {
        try (Store store = Stores.open(engine)) {
            CallException refused = Stores.failure(() -> store.<Integer>read(
                    tx -> tx.prepare("insert into item (name) values ('x')").executeUpdate()));
            assertThat(refused.code()).as("%s", refused.getCause()).isEqualTo(Code.FAILED_PRECONDITION);
            store.run(tx -> Stores.insert(tx, "still works"));
            assertThat(Stores.names(store)).containsExactly("still works");
        }
    }

    @ParameterizedTest
    @EnumSource
    void statementsAreCachedWithoutTheirParameters(Engine engine) throws Exception {
        try (Store store = Stores.open(engine)) {
            store.run(tx -> {
                PreparedStatement first = tx.prepare("insert into item (name) values (?)");
                for (int i = 0; i < 100; i++) {
                    first.setString(1, "n" + i);
                    first.addBatch();
                }
                assertThat(first.executeBatch()).hasSize(100).containsOnly(1);
                assertThat(tx.prepare("insert into item (name) values (?)")).isSameAs(first);
                first.setString(1, "left in the batch");
                first.addBatch();
            });
            store.run(tx -> {
                PreparedStatement again = tx.prepare("insert into item (name) values (?)");
                assertThat(again.executeBatch()).isEmpty();
            });
            assertThat(Stores.names(store)).hasSize(100);
        }
    }

    @ParameterizedTest
    @EnumSource
    void manyCallersAllCommitted(Engine engine) throws Exception {
        Set<String> expected = ConcurrentHashMap.newKeySet();
        try (Store store = Stores.open(engine);
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<? extends java.util.concurrent.Future<?>> all = java.util.stream.IntStream.range(0, 64)
                    .mapToObj(caller -> callers.submit(() -> {
                        for (int i = 0; i < 10; i++) {
                            String name = caller + "-" + i;
                            store.run(tx -> Stores.insert(tx, name));
                            expected.add(name);
                        }
                        return null;
                    }))
                    .toList();
            for (var one : all) {
                one.get();
            }
            assertThat(expected).hasSize(640);
            assertThat(Stores.names(store)).containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aClosedStoreRefuses(Engine engine) throws Exception {
        Store store = Stores.open(engine);
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            var running = callers.submit(() -> store.<String>transaction(tx -> {
                inside.countDown();
                go.await();
                Stores.insert(tx, "last");
                return "committed";
            }));
            inside.await();
            var closing = callers.submit(store::close);
            Stores.await("the store refuses", () -> {
                // Whoever gets in before it closes would wait behind the one that runs, so ask by what fails fast.
                CallException refused = Stores.failure(() -> store.<Integer>read(tx -> 1));
                return refused != null && refused.code() == Code.UNAVAILABLE;
            });
            go.countDown();
            assertThat(running.get()).isEqualTo("committed");
            closing.get();
        }
        CallException refused = Stores.failure(() -> store.run(tx -> {}));
        assertThat(refused.code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(refused.message()).contains("is closed").doesNotContain("parley:parley");
        store.close();
    }

    @ParameterizedTest
    @EnumSource
    void fullQueueNamesItsLimit(Engine engine) throws Exception {
        StoreOptions options = StoreOptions.defaults().withConnections(1).withMaxWaiting(2);
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (Store store = Stores.open(engine, options);
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = callers.submit(() -> store.run(tx -> {
                inside.countDown();
                go.await();
            }));
            inside.await();
            // Two of these three wait, whichever; the third is refused at once.
            List<java.util.concurrent.Future<?>> more = new java.util.ArrayList<>();
            for (int i = 0; i < 3; i++) {
                String name = "n" + i;
                more.add(callers.submit(() -> store.run(tx -> Stores.insert(tx, name))));
            }
            Stores.await("one is refused", () -> more.stream().anyMatch(java.util.concurrent.Future::isDone));
            go.countDown();
            first.get();
            int refused = 0;
            for (var one : more) {
                try {
                    one.get();
                } catch (java.util.concurrent.ExecutionException e) {
                    refused++;
                    assertThat(e.getCause())
                            .hasMessageContaining("maxWaiting (2)")
                            .isInstanceOfSatisfying(
                                    CallException.class,
                                    refusal -> assertThat(refusal.code()).isEqualTo(Code.RESOURCE_EXHAUSTED));
                }
            }
            assertThat(refused).isEqualTo(1);
            assertThat(Stores.names(store)).hasSize(2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void waitingForATurnIsBounded(Engine engine) throws Exception {
        StoreOptions options =
                StoreOptions.defaults().withConnections(1).withWaitTimeout(Duration.ofSeconds(3)); // opening waits, too
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (Store store = Stores.open(engine, options);
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = callers.submit(() -> store.run(tx -> {
                inside.countDown();
                go.await();
                Stores.insert(tx, "first");
            }));
            inside.await();
            CallException late = Stores.failure(() -> store.run(tx -> Stores.insert(tx, "late")));
            assertThat(late.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
            assertThat(late.message()).contains("waitTimeout (3000 ms)");
            go.countDown();
            first.get();
            Stores.await("nothing runs any more", () -> store.<Boolean>transaction(tx -> true));
            assertThat(Stores.names(store)).containsExactly("first");
        }
    }
}
