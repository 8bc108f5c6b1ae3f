package dev.parley.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.testing.servers.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PositionTest {

    /** Reads as consumers do: from where it is, and goes on from what it saw last. */
    private static final class Reader {
        private final Store store;
        private final List<String> seen = new ArrayList<>();
        private Position position = Position.START;

        Reader(Store store) {
            this.store = store;
        }

        void read() {
            Engine engine = store.engine();
            store.<Integer>read(tx -> {
                PreparedStatement select = tx.prepare("select " + (engine == Engine.SQLITE ? "0 as txid" : "txid")
                        + ", id, name from item where " + Position.after(engine) + " order by " + Position.order(engine)
                        + " limit ?");
                select.setInt(position.bind(engine, select, 1), 7);
                int count = 0;
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        seen.add(rows.getString("name"));
                        Position next = Position.of(engine, rows);
                        assertThat(next).isGreaterThan(position);
                        position = next;
                        count++;
                    }
                }
                return count;
            });
        }
    }

    private static void insert(Connection connection, String name) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("insert into item (name) values (?)")) {
            insert.setString(1, name);
            insert.executeUpdate();
        }
    }

    @Test
    void transactionsThatCommitInReverseOrderAreNotSkipped() throws Exception {
        PostgresServer server = PostgresServer.shared();
        String database = server.newDatabase();
        try (Store store = Store.open(server.uri(database));
                Connection first = DriverManager.getConnection(server.jdbcUrl(database));
                Connection second = DriverManager.getConnection(server.jdbcUrl(database))) {
            store.migrate(Stores.ITEMS);
            Reader reader = new Reader(store);
            first.setAutoCommit(false);
            second.setAutoCommit(false);
            insert(first, "first"); // the lower id, and the lower transaction
            insert(second, "second");
            second.commit();
            reader.read();
            assertThat(Stores.names(store)).containsExactly("second"); // visible to others,
            assertThat(reader.seen).isEmpty(); // but not yet in order
            first.commit();
            reader.read();
            assertThat(reader.seen).containsExactly("first", "second");
        }
    }

    @Test
    void anOlderTransactionWithALaterIdIsNotSkippedEither() throws Exception {
        PostgresServer server = PostgresServer.shared();
        String database = server.newDatabase();
        try (Store store = Store.open(server.uri(database));
                Connection older = DriverManager.getConnection(server.jdbcUrl(database));
                Connection younger = DriverManager.getConnection(server.jdbcUrl(database))) {
            store.migrate(Stores.ITEMS);
            Reader reader = new Reader(store);
            older.setAutoCommit(false);
            younger.setAutoCommit(false);
            try (Statement begin = older.createStatement()) {
                begin.execute("select pg_current_xact_id()");
            }
            insert(younger, "younger, id 1");
            insert(older, "older, id 2");
            older.commit();
            reader.read(); // a reader that goes by id alone would be at 2 now, and never see 1
            assertThat(reader.seen).containsExactly("older, id 2");
            younger.commit();
            reader.read();
            assertThat(reader.seen).containsExactly("older, id 2", "younger, id 1");
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsSkippedWhileManyWrite(Engine engine) throws Exception {
        try (Store store = Stores.open(engine);
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            Reader reader = new Reader(store);
            List<Future<?>> all = new ArrayList<>();
            for (int caller = 0; caller < 16; caller++) {
                String prefix = caller + "-";
                all.add(callers.submit(() -> {
                    for (int i = 0; i < 20; i++) {
                        String name = prefix + i;
                        boolean fails = i % 5 == 4;
                        try {
                            store.run(tx -> {
                                Stores.insert(tx, name + "a");
                                Stores.insert(tx, name + "b");
                                if (fails) {
                                    throw new IllegalStateException("rolled back on purpose");
                                }
                            });
                        } catch (IllegalStateException e) {
                            assertThat(fails).isTrue();
                        }
                    }
                }));
            }
            while (!all.stream().allMatch(Future::isDone)) {
                reader.read();
            }
            for (Future<?> one : all) {
                one.get();
            }
            Stores.await("the reader has caught up", () -> {
                reader.read();
                return reader.seen.size() >= 16 * 16 * 2;
            });
            assertThat(reader.seen).doesNotHaveDuplicates().hasSameElementsAs(Stores.names(store));
            assertThat(reader.seen).hasSize(16 * 16 * 2);
        }
    }

    @Test
    void idsAreNotUsedAgainInAnEmptiedTable() throws Exception {
        try (Store store = Stores.open(Engine.SQLITE)) {
            Reader reader = new Reader(store);
            store.run(tx -> Stores.insert(tx, "one"));
            reader.read();
            store.run(tx -> tx.prepare("delete from item").executeUpdate());
            store.run(tx -> Stores.insert(tx, "two"));
            reader.read();
            assertThat(reader.seen).containsExactly("one", "two");
        }
    }

    @Test
    void positionsAreText() {
        Position position = new Position(123, 45);
        assertThat(Position.parse(position.toString())).isEqualTo(position);
        assertThat(position).isGreaterThan(new Position(122, 99)).isLessThan(new Position(123, 46));
        for (String wrong : List.of("", ".", "1", "1.", ".1", "a.b", "-1.2", "1.2.3")) {
            assertThatThrownBy(() -> Position.parse(wrong)).as(wrong).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
