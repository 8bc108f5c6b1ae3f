package dev.parley.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallException;
import dev.parley.Code;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class GroupCommitTest {

    enum Fate {
        SUCCEEDS,
        THROWS,
        VIOLATES_UNIQUE,
        VIOLATES_UNIQUE_AND_GOES_ON,
        FAILS_IN_SQL
    }

    /** Transactions that are all waiting when the writer comes to them, so that they share a commit. */
    @Property(tries = 40)
    void oneThatFailsTakesNothingElseWithIt(@ForAll @Size(min = 1, max = 40) List<Fate> fates) throws Exception {
        try (Store store = Stores.open(Engine.SQLITE);
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            store.run(tx -> Stores.insert(tx, "taken"));
            CountDownLatch inside = new CountDownLatch(1);
            CountDownLatch go = new CountDownLatch(1);
            Future<?> gate = callers.submit(() -> store.run(tx -> {
                inside.countDown();
                go.await();
            }));
            inside.await();
            List<Future<Boolean>> all = new ArrayList<>();
            for (int i = 0; i < fates.size(); i++) {
                Fate fate = fates.get(i);
                String name = "n" + i;
                all.add(callers.submit(() -> commits(store, fate, name)));
            }
            go.countDown();
            gate.get();
            List<String> expected = new ArrayList<>(List.of("taken"));
            for (int i = 0; i < fates.size(); i++) {
                boolean should = fates.get(i) == Fate.SUCCEEDS || fates.get(i) == Fate.VIOLATES_UNIQUE_AND_GOES_ON;
                assertThat(all.get(i).get()).as("%s", fates.get(i)).isEqualTo(should);
                if (should) {
                    expected.add("n" + i + "a");
                    expected.add("n" + i + "b");
                }
            }
            assertThat(Stores.names(store)).containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    private static boolean commits(Store store, Fate fate, String name) {
        try {
            store.run(tx -> {
                Stores.insert(tx, name + "a");
                switch (fate) {
                    case SUCCEEDS -> {}
                    case THROWS -> throw new IllegalStateException("on purpose");
                    case VIOLATES_UNIQUE -> Stores.insert(tx, "taken");
                    case VIOLATES_UNIQUE_AND_GOES_ON -> {
                        try {
                            Stores.insert(tx, "taken");
                        } catch (java.sql.SQLException e) {
                            assertThat(e.getMessage()).contains("UNIQUE");
                        }
                    }
                    case FAILS_IN_SQL ->
                        tx.prepare("select * from no_such_table").execute();
                }
                Stores.insert(tx, name + "b");
            });
            return true;
        } catch (IllegalStateException | CallException e) {
            return false;
        }
    }

    @Test
    void oneThatEndsTheTransactionBySqlFailsItsCommitAndNothingIsAcknowledgedThatIsNotThere() throws Exception {
        try (Store store = Stores.open(Engine.SQLITE)) {
            CallException ended = Stores.failure(() -> store.run(tx -> {
                Stores.insert(tx, "rolled back");
                tx.prepare("rollback").execute();
            }));
            assertThat(ended.code()).isEqualTo(Code.ABORTED);
            store.run(tx -> Stores.insert(tx, "next"));
            assertThat(Stores.names(store)).containsExactly("next");
        }
    }

    @Test
    void thoseThatWaitShareCommits() throws Exception {
        int count = 400;
        String uri = Stores.newUri(Engine.SQLITE);
        try (Store store = Store.open(uri);
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            store.migrate(Stores.ITEMS);
            CountDownLatch inside = new CountDownLatch(1);
            CountDownLatch go = new CountDownLatch(1);
            Future<?> gate = callers.submit(() -> store.run(tx -> {
                inside.countDown();
                go.await();
            }));
            inside.await();
            Path log = Stores.folder(uri).resolve("store.db-wal");
            int before = WriteAheadLog.commits(log);
            List<Thread> waiting = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                String name = "n" + i;
                waiting.add(Thread.ofVirtual().start(() -> store.run(tx -> Stores.insert(tx, name))));
            }
            Stores.await(
                    "all wait for the writer",
                    () -> waiting.stream()
                            .allMatch(each -> each.getState() == Thread.State.WAITING
                                    || each.getState() == Thread.State.TIMED_WAITING));
            go.countDown();
            gate.get();
            for (Thread each : waiting) {
                each.join();
            }
            assertThat(Stores.names(store)).hasSize(count);
            // Usually one or two: a commit ends after 20 ms, which is few transactions on a machine that is very busy.
            assertThat(WriteAheadLog.commits(log) - before).isBetween(1, count / 4);
            // The count is of commits indeed: each of those that wait for nobody has its own.
            int shared = WriteAheadLog.commits(log);
            for (int i = 0; i < 10; i++) {
                String name = "alone" + i;
                store.run(tx -> Stores.insert(tx, name));
            }
            assertThat(WriteAheadLog.commits(log) - shared).isEqualTo(10);
        }
    }

    @Test
    void theWriterSyncsEachCommitOfItsLog() throws Exception {
        try (Store store = Stores.open(Engine.SQLITE)) {
            assertThat(store.<String>transaction(tx -> pragma(tx, "synchronous")))
                    .as("FULL")
                    .isEqualTo("2");
            assertThat(store.<String>transaction(tx -> pragma(tx, "journal_mode")))
                    .isEqualTo("wal");
        }
    }

    private static String pragma(Transaction transaction, String name) throws Exception {
        try (ResultSet row = transaction.prepare("pragma " + name).executeQuery()) {
            row.next();
            return row.getString(1);
        }
    }

    @Test
    void aCursorLeftOpenDoesNotHoldTheLog() throws Exception {
        String uri = Stores.newUri(Engine.SQLITE);
        try (Store store = Store.open(uri)) {
            store.migrate(Stores.ITEMS);
            store.run(tx -> {
                for (int i = 0; i < 10; i++) {
                    Stores.insert(tx, "n" + i);
                }
            });
            store.<Boolean>read(
                    tx -> tx.prepare("select name from item").executeQuery().next());
            store.<Boolean>transaction(
                    tx -> tx.prepare("select name from item").executeQuery().next());
            for (int i = 0; i < 60; i++) {
                String name = i + "-" + "x".repeat(1_000_000);
                store.run(tx -> {
                    Stores.insert(tx, name);
                    tx.prepare("delete from item where length(name) > 1000").executeUpdate();
                });
            }
            // 60 MB were written: with a snapshot held the log could not begin anew at its usual 16 MB.
            assertThat(java.nio.file.Files.size(Stores.folder(uri).resolve("store.db-wal")))
                    .isLessThan(30_000_000);
        }
    }
}
