package dev.parley.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LeaseTest {
    private static final Duration LONG = Duration.ofMinutes(10);

    @ParameterizedTest
    @EnumSource
    void oneHolderAtATime(Engine engine) throws Exception {
        try (Store store = Stores.open(engine)) {
            Lease first = store.lease("relay", "a", LONG).orElseThrow();
            assertThat(store.lease("relay", "b", LONG)).isEmpty();
            assertThat(store.lease("relay", "a", LONG)).isEmpty();
            assertThat(store.lease("other", "b", LONG)).isPresent();
            assertThat(first.renew()).isTrue();
            first.release();
            assertThat(first.renew()).isFalse();
            Lease second = store.lease("relay", "b", LONG).orElseThrow();
            assertThat(second.token()).isGreaterThan(first.token());
            assertThat(second.holder()).isEqualTo("b");
            first.release(); // too late: it is not its own any more
            assertThat(second.renew()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatAnOldHolderDoesLateIsRefused(Engine engine) throws Exception {
        try (Store store = Stores.open(engine)) {
            Lease old = store.lease("relay", "a", LONG).orElseThrow();
            store.run(tx -> {
                old.check(tx);
                Stores.insert(tx, "by the old one");
            });
            old.release();
            assertThat(Stores.failure(() -> store.run(old::check)).code()).isEqualTo(Code.ABORTED);
            Lease next = store.lease("relay", "b", LONG).orElseThrow();
            CallException stale = Stores.failure(() -> store.run(tx -> {
                Stores.insert(tx, "too late");
                old.check(tx);
            }));
            assertThat(stale.code()).isEqualTo(Code.ABORTED);
            assertThat(stale.message()).contains("relay", "token " + old.token(), "now " + next.token());
            assertThat(Stores.names(store)).containsExactly("by the old one");
        }
    }

    @ParameterizedTest
    @EnumSource
    void itRunsOutAndIsTaken(Engine engine) throws Exception {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
        try (Store store = Stores.open(engine, StoreOptions.defaults().withClock(now::get))) {
            Lease first = store.lease("relay", "a", Duration.ofMillis(100)).orElseThrow();
            if (engine == Engine.SQLITE) {
                now.set(now.get().plusMillis(99));
                assertThat(store.lease("relay", "b", LONG)).isEmpty();
                now.set(now.get().plusMillis(1));
            } else {
                now.set(Instant.MAX); // not looked at: the server's clock counts
            }
            AtomicReference<Optional<Lease>> second = new AtomicReference<>(Optional.empty());
            Stores.await("the lease runs out", () -> {
                second.set(store.lease("relay", "b", LONG));
                return second.get().isPresent();
            });
            assertThat(second.get().orElseThrow().token()).isEqualTo(first.token() + 1);
            assertThat(first.renew()).isFalse();
        }
    }

    @Test
    void nobodyTakesItOverWhileACheckedTransactionIsOpen() throws Exception {
        String uri = Stores.newUri(Engine.POSTGRESQL);
        try (Store store = Store.open(uri);
                Store other = Store.open(uri);
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            store.migrate(Stores.ITEMS);
            Lease lease = store.lease("relay", "a", Duration.ofMillis(1)).orElseThrow();
            CountDownLatch checked = new CountDownLatch(1);
            CountDownLatch go = new CountDownLatch(1);
            Future<?> holder = callers.submit(() -> store.run(tx -> {
                lease.check(tx);
                checked.countDown();
                go.await();
                Stores.insert(tx, "under the lease");
            }));
            checked.await();
            Future<List<String>> taker = callers.submit(() -> {
                assertThat(other.lease("relay", "b", LONG)).isPresent();
                return Stores.names(other);
            });
            Stores.await(
                    "the taker waits for the row",
                    () -> store.<Boolean>read(tx -> {
                        try (var rows = tx.prepare(
                                        "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
                                                + " and datname = current_database()")
                                .executeQuery()) {
                            rows.next();
                            return rows.getInt(1) == 1;
                        }
                    }));
            assertThat(taker.isDone()).isFalse();
            go.countDown();
            holder.get();
            assertThat(taker.get()).containsExactly("under the lease");
        }
    }

    @ParameterizedTest
    @EnumSource
    void ofManyWhoAskOneGetsIt(Engine engine) throws Exception {
        try (Store store = Stores.open(engine);
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Optional<Lease>>> all = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                String holder = "h" + i;
                all.add(callers.submit(() -> store.lease("relay", holder, LONG)));
            }
            int held = 0;
            for (Future<Optional<Lease>> one : all) {
                held += one.get().isPresent() ? 1 : 0;
            }
            assertThat(held).isEqualTo(1);
        }
    }

    @Test
    void onSqliteAReopenedStoreFreesThem() throws Exception {
        String uri = Stores.newUri(Engine.SQLITE);
        long token;
        try (Store store = Store.open(uri)) {
            token = store.lease("relay", "a", LONG).orElseThrow().token();
        }
        try (Store store = Store.open(uri)) {
            assertThat(store.lease("relay", "b", LONG).orElseThrow().token()).isEqualTo(token + 1);
        }
    }

    @Test
    void wrongArgumentsAreNamed() throws Exception {
        try (Store store = Stores.open(Engine.SQLITE)) {
            assertThatThrownBy(() -> store.lease("", "a", LONG)).hasMessageContaining("name");
            assertThatThrownBy(() -> store.lease("a", "x".repeat(201), LONG)).hasMessageContaining("holder", "201");
            assertThatThrownBy(() -> store.lease("a", "b", Duration.ZERO)).hasMessageContaining("ttl", "PT0S");
        }
    }
}
