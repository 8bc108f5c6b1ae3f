package dev.parley.benchmarks.brokers;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.parley.events.Outbox;
import dev.parley.events.OutboxOptions;
import dev.parley.events.OutboxRelay;
import dev.parley.messaging.Message;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.Topic;
import dev.parley.store.Store;
import dev.parley.testing.servers.PostgresServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The outbox on PostgreSQL beside the same by hand: JDBC, a pool of as many connections, and a loop that sends. */
final class OutboxBench {

    private static final int CONNECTIONS = 8;
    private static final int WRITERS = 64;
    private static final int BATCH = 200;
    private static final int BACKLOG = 20_000;
    private static final Topic<byte[]> TOPIC = Topic.bytes("order.placed");
    private static final String ORDER = "insert into bench_order (id, detail) values (?, ?)";

    private OutboxBench() {}

    static void run(int rounds, Duration length) throws Exception {
        Table rates = new Table();
        try (PostgresServer server = PostgresServer.start();
                Store store = Store.open(server.uri() + "?connections=" + CONNECTIONS);
                HikariDataSource pool = pool(server);
                MessageBroker broker = MessageBroker.connect("memory:")) {
            execute(
                    pool,
                    "create table bench_order (id varchar(40) primary key, detail text not null)",
                    "create table bench_outbox (id bigint generated always as identity primary key, topic text not null,"
                            + " message_id text not null, message_key text not null, payload bytea not null)");
            Outbox outbox = Outbox.on(store, OutboxOptions.defaults().withMaxBacklog(10_000_000));
            Target ours = new Writer(() -> ours(store, outbox));
            Target theirs = new Writer(() -> byHand(pool));
            for (int round = 0; round <= rounds; round++) {
                Table table = round == 0 ? new Table() : rates;
                boolean turn = round % 2 == 0;
                commits(table, turn ? "Parley" : "by hand", turn ? ours : theirs, length);
                commits(table, turn ? "by hand" : "Parley", turn ? theirs : ours, length);
                execute(pool, "truncate bench_order, bench_outbox, parley_outbox");
                Run.fill(ours, BACKLOG);
                Run.fill(theirs, BACKLOG);
                if (turn) {
                    table.add("Parley, relay", relayed(outbox, broker));
                    table.add("by hand, relay", relayedByHand(pool, broker));
                } else {
                    table.add("by hand, relay", relayedByHand(pool, broker));
                    table.add("Parley, relay", relayed(outbox, broker));
                }
            }
        }
        rates.print(System.out, "a second");
        Table.ratios(System.out);
        for (String what : new String[] {", 1 writer", ", " + WRITERS + " writers", ", relay"}) {
            rates.ratio(System.out, "Parley" + what, "by hand" + what, "-", "-");
        }
        System.out.println();
    }

    private interface Write {
        void once() throws Exception;
    }

    private record Writer(Write write) implements Target {
        @Override
        public void publish(byte[] payload) throws Exception {
            write.once();
        }

        @Override
        public AutoCloseable consume(java.util.function.Consumer<byte[]> seen) {
            throw new UnsupportedOperationException("nothing is consumed from an outbox");
        }

        @Override
        public void close() {}
    }

    private static void commits(Table table, String name, Target writer, Duration length) throws Exception {
        table.add(name + ", 1 writer", Run.publish(writer, 1, length));
        table.add(name + ", " + WRITERS + " writers", Run.publish(writer, WRITERS, length));
    }

    private static void ours(Store store, Outbox outbox) {
        String id = UUID.randomUUID().toString();
        Message<byte[]> event = Message.of(TOPIC.name(), new byte[Run.BYTES]).withKey(id);
        store.run(transaction -> {
            insertOrder(transaction.prepare(ORDER), id);
            outbox.publish(transaction, TOPIC, event);
        });
    }

    private static void byHand(HikariDataSource pool) throws Exception {
        String id = UUID.randomUUID().toString();
        try (Connection connection = pool.getConnection()) {
            try (PreparedStatement order = connection.prepareStatement(ORDER);
                    PreparedStatement event = connection.prepareStatement(
                            "insert into bench_outbox (topic, message_id, message_key, payload) values (?, ?, ?, ?)")) {
                insertOrder(order, id);
                event.setString(1, TOPIC.name());
                event.setString(2, UUID.randomUUID().toString());
                event.setString(3, id);
                event.setBytes(4, new byte[Run.BYTES]);
                event.executeUpdate();
            }
            connection.commit();
        }
    }

    private static void insertOrder(PreparedStatement insert, String id) throws Exception {
        insert.setString(1, id);
        insert.setString(2, "three apples and a pear");
        insert.executeUpdate();
    }

    private static double relayed(Outbox outbox, MessageBroker broker) throws Exception {
        long begin = System.nanoTime();
        try (OutboxRelay relay = outbox.relay(broker)) {
            while (relay.snapshot().sent() < BACKLOG) {
                if (System.nanoTime() - begin > 120_000_000_000L) {
                    throw new IllegalStateException("the relay does not come to its end: " + relay.snapshot());
                }
                Thread.sleep(1);
            }
            return BACKLOG * 1e9 / (System.nanoTime() - begin);
        }
    }

    private static double relayedByHand(HikariDataSource pool, MessageBroker broker) throws Exception {
        long begin = System.nanoTime();
        int sent = 0;
        try (Connection connection = pool.getConnection()) {
            while (sent < BACKLOG) {
                sent += sendBatch(connection, broker);
                connection.commit();
            }
        }
        return BACKLOG * 1e9 / (System.nanoTime() - begin);
    }

    private static int sendBatch(Connection connection, MessageBroker broker) throws Exception {
        List<Message<byte[]>> batch = new ArrayList<>();
        List<Long> ids = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(
                        "select id, topic, message_id, message_key, payload from bench_outbox order by id limit ? for update skip locked");
                PreparedStatement delete = connection.prepareStatement("delete from bench_outbox where id = any (?)")) {
            select.setInt(1, BATCH);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    ids.add(row.getLong(1));
                    batch.add(Message.of(row.getString(2), row.getBytes(5))
                            .withId(row.getString(3))
                            .withKey(row.getString(4)));
                }
            }
            broker.publishAll(TOPIC, batch);
            delete.setArray(1, connection.createArrayOf("bigint", ids.toArray()));
            delete.executeUpdate();
        }
        return batch.size();
    }

    private static HikariDataSource pool(PostgresServer server) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(server.jdbcUrl());
        config.setMaximumPoolSize(CONNECTIONS);
        config.setAutoCommit(false);
        config.addDataSourceProperty("prepareThreshold", "1");
        return new HikariDataSource(config);
    }

    private static void execute(HikariDataSource pool, String... statements) throws Exception {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            for (String each : statements) {
                statement.execute(each);
            }
            connection.commit();
        }
    }
}
