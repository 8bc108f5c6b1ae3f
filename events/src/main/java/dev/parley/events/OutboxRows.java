package dev.parley.events;

import dev.parley.messaging.Message;
import dev.parley.store.Engine;
import dev.parley.store.Position;
import dev.parley.store.Transaction;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The statements of the outbox. */
final class OutboxRows {

    private static final String COLUMNS = "topic, message_key, attributes, deliver_at, payload";

    // Rows that the driver of PostgreSQL has in memory at once while a batch is read; SQLite has one.
    private static final int FETCH = 32;

    private OutboxRows() {}

    static void insert(Transaction tx, String topic, Message<byte[]> message, Optional<Instant> deliverAt)
            throws SQLException {
        insert(tx, topic, message.metadata().key(), StoredMessage.attributes(message), deliverAt, message.payload());
    }

    private static void insert(
            Transaction tx,
            String topic,
            Optional<String> key,
            String attributes,
            Optional<Instant> deliverAt,
            byte[] payload)
            throws SQLException {
        PreparedStatement insert = tx.prepare("insert into parley_outbox (" + COLUMNS
                + ", created) values (?, ?, ?, ?, ?, " + Sql.now(tx.engine()) + ")");
        insert.setString(1, topic);
        insert.setString(2, key.orElse(null));
        insert.setString(3, attributes);
        if (deliverAt.isPresent()) {
            insert.setLong(4, Sql.micros(deliverAt.get()));
        } else {
            insert.setNull(4, Types.BIGINT);
        }
        insert.setBytes(5, payload);
        Sql.bindNow(tx, insert, 6);
        insert.executeUpdate();
    }

    /** How many wait, counted no further than {@code most}. */
    static long count(Transaction tx, long most) throws SQLException {
        PreparedStatement count = tx.prepare("select count(*) from (select 1 from parley_outbox limit ?) as waiting");
        count.setLong(1, most);
        try (ResultSet row = count.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    /** The next in the order of commits. The first is taken however large it is. */
    static List<OutboxEntry> after(Transaction tx, Position position, int most, int bytes) throws SQLException {
        Engine engine = tx.engine();
        PreparedStatement select = tx.prepare("select " + (engine == Engine.SQLITE ? "0 as " : "") + "txid, id, "
                + COLUMNS
                + ", created from parley_outbox where " + Position.after(engine) + " order by " + Position.order(engine)
                + " limit ?");
        select.setFetchSize(FETCH);
        select.setInt(position.bind(engine, select, 1), most);
        List<OutboxEntry> entries = new ArrayList<>();
        long left = bytes;
        try (ResultSet row = select.executeQuery()) {
            while (left > 0 && row.next()) {
                byte[] payload = Sql.bytes(row, "payload");
                left -= payload.length;
                entries.add(new OutboxEntry(
                        Position.of(engine, row),
                        Sql.text(row, "topic"),
                        StoredMessage.read(Sql.text(row, "attributes"), payload),
                        Sql.optionalInstant(row, "deliver_at"),
                        Sql.instant(row.getLong("created"))));
            }
        }
        return entries;
    }

    static void delete(Transaction tx, List<Position> positions) throws SQLException {
        if (positions.isEmpty()) {
            return;
        }
        PreparedStatement delete = tx.prepare(deleteSql(tx.engine()));
        for (Position position : positions) {
            bindRow(tx.engine(), delete, position, 1);
            delete.addBatch();
        }
        delete.executeBatch();
    }

    /** Moves rows to the letters. One that is not there any more was moved before: a commit of unknown outcome had succeeded. */
    static void setAside(Transaction tx, Map<Position, String> refused) throws SQLException {
        if (refused.isEmpty()) {
            return;
        }
        PreparedStatement copy = tx.prepare(
                "insert into parley_outbox_letter (" + COLUMNS + ", created, failed, cause) select " + COLUMNS
                        + ", created, " + Sql.now(tx.engine()) + ", ? from parley_outbox where " + row(tx.engine()));
        for (Map.Entry<Position, String> each : refused.entrySet()) {
            int next = Sql.bindNow(tx, copy, 1);
            copy.setString(next, each.getValue());
            bindRow(tx.engine(), copy, each.getKey(), next + 1);
            copy.executeUpdate();
        }
        delete(tx, List.copyOf(refused.keySet()));
    }

    static List<OutboxLetter> letters(Transaction tx, long afterId, int most) throws SQLException {
        PreparedStatement select = tx.prepare("select id, " + COLUMNS
                + ", created, failed, cause from parley_outbox_letter where id > ? order by id limit ?");
        select.setLong(1, afterId);
        select.setInt(2, most);
        List<OutboxLetter> letters = new ArrayList<>();
        try (ResultSet row = select.executeQuery()) {
            while (row.next()) {
                letters.add(new OutboxLetter(
                        row.getLong("id"),
                        Sql.text(row, "topic"),
                        StoredMessage.read(Sql.text(row, "attributes"), Sql.bytes(row, "payload")),
                        Sql.instant(row.getLong("created")),
                        Sql.instant(row.getLong("failed")),
                        Sql.text(row, "cause")));
            }
        }
        return letters;
    }

    /** Back to the end of the outbox; false if there is no such letter. */
    static boolean redrive(Transaction tx, long letter) throws SQLException {
        PreparedStatement found = tx.prepare("select 1 from parley_outbox_letter where id = ?"
                + (tx.engine() == Engine.POSTGRESQL ? " for update" : ""));
        found.setLong(1, letter);
        try (ResultSet row = found.executeQuery()) {
            if (!row.next()) {
                return false;
            }
        }
        PreparedStatement copy = tx.prepare("insert into parley_outbox (" + COLUMNS + ", created) select " + COLUMNS
                + ", created from parley_outbox_letter where id = ?");
        copy.setLong(1, letter);
        copy.executeUpdate();
        return discard(tx, letter);
    }

    /** The newest letter, 0 if there is none. */
    static long lastLetter(Transaction tx) throws SQLException {
        try (ResultSet row = tx.prepare("select coalesce(max(id), 0) from parley_outbox_letter")
                .executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    static boolean discard(Transaction tx, long letter) throws SQLException {
        PreparedStatement delete = tx.prepare("delete from parley_outbox_letter where id = ?");
        delete.setLong(1, letter);
        return delete.executeUpdate() == 1;
    }

    static OutboxStats stats(Transaction tx) throws SQLException {
        long depth;
        long oldest;
        PreparedStatement waiting = tx.prepare(
                "select count(*), " + Sql.now(tx.engine()) + " - coalesce(min(created), 0) from parley_outbox");
        Sql.bindNow(tx, waiting, 1);
        try (ResultSet row = waiting.executeQuery()) {
            row.next();
            depth = row.getLong(1);
            oldest = row.getLong(2);
        }
        try (ResultSet row =
                tx.prepare("select count(*) from parley_outbox_letter").executeQuery()) {
            row.next();
            Optional<Duration> age =
                    depth == 0 ? Optional.empty() : Optional.of(Duration.ofNanos(Math.max(0, oldest) * 1000));
            return new OutboxStats(depth, age, row.getLong(1));
        }
    }

    private static String row(Engine engine) {
        return switch (engine) {
            case SQLITE -> "id = ?";
            case POSTGRESQL -> "txid = cast(? as text)::xid8 and id = ?";
        };
    }

    private static String deleteSql(Engine engine) {
        return "delete from parley_outbox where " + row(engine);
    }

    private static void bindRow(Engine engine, PreparedStatement statement, Position position, int first)
            throws SQLException {
        if (engine == Engine.SQLITE) {
            statement.setLong(first, position.id());
        } else {
            statement.setString(first, Long.toString(position.txid()));
            statement.setLong(first + 1, position.id());
        }
    }
}
