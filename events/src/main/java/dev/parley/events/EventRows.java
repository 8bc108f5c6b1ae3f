package dev.parley.events;

import dev.parley.store.Engine;
import dev.parley.store.Migration;
import dev.parley.store.Position;
import dev.parley.store.Schema;
import dev.parley.store.Transaction;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The statements of the event store. */
final class EventRows {

    private static final String COLUMNS = "stream varchar(200) not null, version bigint not null, event_id varchar(255)"
            + " not null, type varchar(255) not null, type_version integer not null, created bigint not null";
    private static final String UNIQUE = ", unique (stream, version)";
    private static final String SNAPSHOTS = "create table parley_event_snapshot (stream varchar(200) not null,"
            + " fold varchar(100) not null, fold_version integer not null, version bigint not null, ";

    static final Schema SCHEMA = new Schema(
            "events.store",
            List.of(new Migration(
                    1,
                    List.of(
                            "create table parley_event (id integer primary key autoincrement, " + COLUMNS
                                    + ", payload blob not null" + UNIQUE + ")",
                            SNAPSHOTS + "state blob not null, primary key (stream, fold)) without rowid"),
                    List.of(
                            "create table parley_event (id bigint generated always as identity, " + Position.TXID_COLUMN
                                    + ", " + COLUMNS + ", payload bytea not null, primary key (txid, id)" + UNIQUE
                                    + ")",
                            SNAPSHOTS + "state bytea not null, primary key (stream, fold))"))));

    private static final int FETCH = 32;

    private EventRows() {}

    /** A row, its event not decoded. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Row(
            Position position,
            String stream,
            long version,
            String id,
            String type,
            int typeVersion,
            Instant created,
            byte[] payload) {}

    static long version(Transaction tx, String stream) throws SQLException {
        PreparedStatement select = tx.prepare("select coalesce(max(version), 0) from parley_event where stream = ?");
        select.setString(1, stream);
        try (ResultSet row = select.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    /** False if the stream has this version already; waits for a transaction that is about to append it. */
    static boolean insert(Transaction tx, String stream, long version, String id, EventType<?> type, byte[] payload)
            throws SQLException {
        PreparedStatement insert = tx.prepare("insert into parley_event (stream, version, event_id, type, type_version,"
                + " payload, created) values (?, ?, ?, ?, ?, ?, " + Sql.now(tx.engine())
                + ") on conflict (stream, version) do nothing");
        insert.setString(1, stream);
        insert.setLong(2, version);
        insert.setString(3, id);
        insert.setString(4, type.name());
        insert.setInt(5, type.version());
        insert.setBytes(6, payload);
        Sql.bindNow(tx, insert, 7);
        return insert.executeUpdate() == 1;
    }

    static List<Row> ofStream(Transaction tx, String stream, long after, int most) throws SQLException {
        PreparedStatement select =
                tx.prepare(select(tx.engine()) + "stream = ? and version > ? order by version limit ?");
        select.setString(1, stream);
        select.setLong(2, after);
        select.setInt(3, most);
        return rows(tx.engine(), select);
    }

    static List<Row> after(Transaction tx, Position position, int most) throws SQLException {
        Engine engine = tx.engine();
        PreparedStatement select = tx.prepare(
                select(engine) + Position.after(engine) + " order by " + Position.order(engine) + " limit ?");
        select.setInt(position.bind(engine, select, 1), most);
        return rows(engine, select);
    }

    private static String select(Engine engine) {
        return "select " + (engine == Engine.SQLITE ? "0 as " : "")
                + "txid, id, stream, version, event_id, type, type_version, created, payload from parley_event where ";
    }

    private static List<Row> rows(Engine engine, PreparedStatement select) throws SQLException {
        select.setFetchSize(FETCH);
        List<Row> rows = new ArrayList<>();
        try (ResultSet row = select.executeQuery()) {
            while (row.next()) {
                rows.add(new Row(
                        Position.of(engine, row),
                        Sql.text(row, "stream"),
                        row.getLong("version"),
                        Sql.text(row, "event_id"),
                        Sql.text(row, "type"),
                        row.getInt("type_version"),
                        Sql.instant(row.getLong("created")),
                        Sql.bytes(row, "payload")));
            }
        }
        return rows;
    }

    /** Keeps a snapshot, unless there is one of the same fold that is as new. */
    static void saveSnapshot(Transaction tx, String stream, Fold<?, ?> fold, long version, byte[] state)
            throws SQLException {
        PreparedStatement upsert =
                tx.prepare("insert into parley_event_snapshot (stream, fold, fold_version, version, state)"
                        + " values (?, ?, ?, ?, ?) on conflict (stream, fold) do update set fold_version = excluded.fold_version,"
                        + " version = excluded.version, state = excluded.state where parley_event_snapshot.fold_version <>"
                        + " excluded.fold_version or parley_event_snapshot.version < excluded.version");
        upsert.setString(1, stream);
        upsert.setString(2, fold.name());
        upsert.setInt(3, fold.version());
        upsert.setLong(4, version);
        upsert.setBytes(5, state);
        upsert.executeUpdate();
    }

    static Optional<Snapshot<byte[]>> snapshot(Transaction tx, String stream, Fold<?, ?> fold) throws SQLException {
        PreparedStatement select = tx.prepare(
                "select version, state from parley_event_snapshot where stream = ? and fold = ? and fold_version = ?");
        select.setString(1, stream);
        select.setString(2, fold.name());
        select.setInt(3, fold.version());
        try (ResultSet row = select.executeQuery()) {
            return row.next()
                    ? Optional.of(new Snapshot<>(row.getLong("version"), Sql.bytes(row, "state")))
                    : Optional.empty();
        }
    }
}
