package dev.parley.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallException;
import dev.parley.Code;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class InterruptTest {

    private static int backend(Store store) {
        return store.<Integer>transaction(tx -> {
            try (ResultSet row = tx.prepare("select pg_backend_pid()").executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        });
    }

    @Test
    void anInterruptCancelsTheStatementAndKeepsTheConnection() throws Exception {
        try (Store store =
                Stores.open(Engine.POSTGRESQL, StoreOptions.defaults().withConnections(1))) {
            int before = backend(store);
            CountDownLatch inside = new CountDownLatch(1);
            AtomicReference<CallException> told = new AtomicReference<>();
            AtomicReference<Boolean> flag = new AtomicReference<>();
            Thread caller = Thread.ofVirtual().start(() -> {
                told.set(Stores.failure(() -> store.run(tx -> {
                    Stores.insert(tx, "cancelled");
                    inside.countDown();
                    tx.prepare("select pg_sleep(600)").execute();
                })));
                flag.set(Thread.currentThread().isInterrupted());
            });
            inside.await();
            caller.interrupt();
            caller.join();
            assertThat(told.get().code()).isEqualTo(Code.CANCELLED);
            assertThat(flag.get()).isTrue();
            assertThat(backend(store)).isEqualTo(before);
            assertThat(Stores.names(store)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void workThatWaitsForItsTurnNeverRuns(Engine engine) throws Exception {
        try (Store store = Stores.open(engine, StoreOptions.defaults().withConnections(1))) {
            CountDownLatch inside = new CountDownLatch(1);
            CountDownLatch go = new CountDownLatch(1);
            Thread first = Thread.ofVirtual()
                    .start(() -> store.run(tx -> {
                        inside.countDown();
                        go.await();
                        Stores.insert(tx, "first");
                    }));
            inside.await();
            AtomicReference<CallException> told = new AtomicReference<>();
            Thread second = Thread.ofVirtual()
                    .start(() -> told.set(Stores.failure(() -> store.run(tx -> Stores.insert(tx, "second")))));
            second.interrupt();
            second.join();
            go.countDown();
            first.join();
            assertThat(told.get().code()).isEqualTo(Code.CANCELLED);
            assertThat(Stores.names(store)).containsExactly("first");
        }
    }

    @ParameterizedTest
    @EnumSource
    void workThatTakesTooLongIsRolledBackAndTheNextRuns(Engine engine) throws Exception {
        StoreOptions options =
                StoreOptions.defaults().withTransactionTimeout(Duration.ofSeconds(3)); // opening takes some of it, too
        try (Store store = Stores.open(engine, options)) {
            CallException late = Stores.failure(() -> store.run(tx -> {
                Stores.insert(tx, "late");
                new CountDownLatch(1).await(); // is interrupted
            }));
            assertThat(late.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
            assertThat(late.message()).contains("transactionTimeout (3000 ms)");
            store.run(tx -> Stores.insert(tx, "next"));
            assertThat(Stores.names(store)).containsExactly("next");
        }
    }
}
