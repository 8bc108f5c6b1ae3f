package dev.parley.messaging.store;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.store.Engine;
import dev.parley.store.Transaction;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Puts messages into the log and into the queues of their topics, in the transaction that it is given. Thread-safe. */
final class Publishing {

    static final String INSERT_MESSAGE =
            "insert into parley_message (id, topic, lane, published, attributes, data) values (?, ?, ?, ?, ?, ?)";
    static final String INSERT_DELIVERY =
            "insert into parley_delivery (message, queue, lane, state, attempt, until)" + " values (?, ?, ?, ?, 0, ?)";

    private final Routes routes;
    private final Capacity capacity;
    private final InstantSource clock;

    Publishing(Routes routes, Capacity capacity, InstantSource clock) {
        this.routes = routes;
        this.capacity = capacity;
        this.clock = clock;
    }

    /** What a transaction begins a publication with. */
    private record Start(long version, long now, List<Long> ids) {}

    void publish(Transaction transaction, List<Envelope> messages) throws SQLException {
        Routes.share(transaction);
        Instant local =
                clock.instant(); // before the database's time is read, so that a wait in between makes late and not
        // early
        Start start = start(transaction, messages.size());
        long more = 0;
        for (Envelope each : messages) {
            more += routes.of(transaction, start.version, each.topic()).size();
        }
        capacity.take(transaction, more);
        PreparedStatement message = transaction.prepare(INSERT_MESSAGE);
        PreparedStatement delivery = transaction.prepare(INSERT_DELIVERY);
        for (int i = 0; i < messages.size(); i++) {
            Envelope each = messages.get(i);
            message.setLong(1, start.ids.get(i));
            message.setString(2, each.topic());
            message.setLong(3, each.lane());
            message.setLong(4, start.now);
            message.setString(5, each.attributes());
            message.setBytes(6, each.data());
            message.addBatch();
            OptionalLong due = due(each, local, start.now);
            for (Route route : routes.of(transaction, start.version, each.topic())) {
                insert(
                        delivery,
                        start.ids.get(i),
                        route.queue(),
                        route.ordered() ? OptionalLong.of(each.lane()) : OptionalLong.empty(),
                        due);
                transaction.wake(Route.channel(route.queue()));
            }
        }
        message.executeBatch();
        if (more > 0) {
            delivery.executeBatch();
        }
    }

    /** By how much it is late counts, not when: whoever publishes may have another clock than the database. */
    private static OptionalLong due(Envelope message, Instant local, long now) {
        return message.deliverAt().filter(local::isBefore).isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(now
                        + Sql.micros(Duration.between(local, message.deliverAt().get())));
    }

    private static void insert(
            PreparedStatement delivery, long message, long queue, OptionalLong lane, OptionalLong due)
            throws SQLException {
        delivery.setLong(1, message);
        delivery.setLong(2, queue);
        set(delivery, 3, lane);
        delivery.setInt(4, due.isPresent() ? QueueSchema.DELAYED : QueueSchema.READY);
        set(delivery, 5, due);
        delivery.addBatch();
    }

    private static void set(PreparedStatement statement, int parameter, OptionalLong value) throws SQLException {
        if (value.isPresent()) {
            statement.setLong(parameter, value.getAsLong());
        } else {
            statement.setNull(parameter, Types.BIGINT);
        }
    }

    private static Start start(Transaction transaction, int count) throws SQLException {
        List<Long> ids = new ArrayList<>(count);
        // On SQLite nobody else writes until this transaction ends, so the ids to come are known.
        String sql = switch (transaction.engine()) {
            case SQLITE ->
                "select version, 0, (select coalesce(max(seq), 0) from sqlite_sequence where name ="
                        + " 'parley_message') from parley_routing";
            case POSTGRESQL ->
                "select version, " + Sql.now(Engine.POSTGRESQL)
                        + ", nextval('parley_message_id') from parley_routing, generate_series(1, ?)";
        };
        PreparedStatement select = transaction.prepare(sql);
        if (transaction.engine() == Engine.POSTGRESQL) {
            select.setInt(1, count);
        }
        try (ResultSet row = select.executeQuery()) {
            if (!row.next()) {
                throw new CallException(Code.DATA_LOSS, "parley_routing of the broker's database has no row");
            }
            long version = row.getLong(1);
            long now = Sql.now(transaction, row, 2);
            long first = row.getLong(3);
            for (int i = 0; i < count; i++) {
                switch (transaction.engine()) {
                    case SQLITE -> ids.add(first + 1 + i);
                    case POSTGRESQL -> {
                        ids.add(row.getLong(3));
                        row.next();
                    }
                }
            }
            return new Start(version, now, ids);
        }
    }
}
