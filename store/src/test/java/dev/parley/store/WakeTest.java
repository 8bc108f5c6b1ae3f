package dev.parley.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.testing.servers.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WakeTest {

    @ParameterizedTest
    @EnumSource
    void aCommitWakesItsChannelOnly(Engine engine) throws Exception {
        try (Store store = Stores.open(engine)) {
            AtomicInteger orders = new AtomicInteger();
            AtomicInteger others = new AtomicInteger();
            Listening listening = store.listen("orders", orders::incrementAndGet);
            store.listen("failing", () -> {
                others.incrementAndGet();
                throw new IllegalStateException("on purpose");
            });
            Stores.await("woken", () -> {
                store.run(tx -> tx.wake("orders"));
                return orders.get() > 0;
            });
            store.run(tx -> tx.wake("failing"));
            Stores.await("woken", () -> others.get() > 0);
            int before = orders.get();
            Stores.await("woken after another's failure", () -> {
                store.run(tx -> tx.wake("orders"));
                return orders.get() > before;
            });
            listening.close();
            listening.close();
            assertThatThrownBy(() -> store.listen("no spaces", () -> {})).hasMessageContaining("channel", "no spaces");
        }
    }

    @Test
    void otherProcessesAreWokenAlsoAfterTheServerWasAway() throws Exception {
        try (PostgresServer server = PostgresServer.start();
                Store one = Store.open(server.uri());
                Store other = Store.open(server.uri())) {
            AtomicInteger woken = new AtomicInteger();
            other.listen("orders", woken::incrementAndGet);
            for (int round = 0; round < 2; round++) {
                // The first is for what was missed until it listened.
                int before = woken.get();
                Stores.await("woken twice", () -> {
                    try {
                        one.run(tx -> tx.wake("orders"));
                    } catch (CallException e) {
                        assertThat(e.code()).isIn(Code.UNAVAILABLE, Code.UNKNOWN);
                    }
                    return woken.get() >= before + 2;
                });
                if (round == 0) {
                    server.kill();
                    server.restart();
                }
            }
        }
    }

    @Test
    void theCallersOwnTransactionCommitsBothOrNeither() throws Exception {
        PostgresServer server = PostgresServer.shared();
        String database = server.newDatabase();
        try (Store store = Store.open(server.uri(database));
                Connection own = DriverManager.getConnection(server.jdbcUrl(database))) {
            store.migrate(Stores.ITEMS);
            AtomicInteger woken = new AtomicInteger();
            store.listen("items", woken::incrementAndGet);
            Stores.await("it listens", () -> woken.get() > 0);
            assertThat(Stores.failure(() -> store.within(own, tx -> 1)).message())
                    .contains("setAutoCommit(false)");
            own.setAutoCommit(false);
            store.<Boolean>within(own, tx -> {
                Stores.insert(tx, "rolled back");
                return true;
            });
            own.rollback();
            assertThat(Stores.names(store)).isEmpty();
            int before = woken.get();
            store.<Boolean>within(own, tx -> {
                assertThatThrownBy(() -> tx.connection().commit()).isInstanceOf(java.sql.SQLException.class);
                Stores.insert(tx, "with the caller's row");
                tx.wake("items");
                return true;
            });
            assertThat(Stores.names(store)).isEmpty();
            own.commit();
            assertThat(Stores.names(store)).containsExactly("with the caller's row");
            Stores.await("woken by the caller's commit", () -> woken.get() > before);
        }
        try (Store store = Stores.open(Engine.SQLITE);
                Connection own = DriverManager.getConnection("jdbc:sqlite::memory:")) {
            assertThat(Stores.failure(() -> store.within(own, tx -> 1)).code()).isEqualTo(Code.UNIMPLEMENTED);
        }
    }
}
