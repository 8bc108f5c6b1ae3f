package dev.parley.events;

import dev.parley.store.Engine;
import dev.parley.store.Migration;
import dev.parley.store.Position;
import dev.parley.store.Schema;
import dev.parley.store.Transaction;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The statements of windowed counts. */
final class WindowRows {

    private static final String COUNTS =
            "create table parley_window (name varchar(100) not null, started bigint not null,"
                    + " counted varchar(255) not null, amount bigint not null, primary key (name, started, counted))";
    private static final String CURSORS = "create table parley_window_cursor (name varchar(100) not null primary key,"
            + " position varchar(50) not null, newest bigint not null, late bigint not null)";

    static final Schema SCHEMA = new Schema(
            "events.windows",
            List.of(new Migration(
                    1, List.of(COUNTS + " without rowid", CURSORS + " without rowid"), List.of(COUNTS, CURSORS))));

    private WindowRows() {}

    /** How far a count has come; {@code newest} is the greatest event time. */
    record Cursor(Position position, long newest, long late) {
        static final Cursor START = new Cursor(Position.START, Long.MIN_VALUE, 0);
    }

    /** A window and what is counted in it. */
    record Cell(long started, String counted) {}

    /** The cursor, held so that nobody else counts before the transaction ends. */
    static Cursor lock(Transaction tx, String name) throws SQLException {
        PreparedStatement insert =
                tx.prepare("insert into parley_window_cursor (name, position, newest, late) values (?, ?, ?, 0)"
                        + " on conflict (name) do nothing");
        insert.setString(1, name);
        insert.setString(2, Cursor.START.position().toString());
        insert.setLong(3, Cursor.START.newest());
        insert.executeUpdate();
        return read(tx, name, tx.engine() == Engine.POSTGRESQL ? " for update" : "");
    }

    static Cursor read(Transaction tx, String name) throws SQLException {
        return read(tx, name, "");
    }

    private static Cursor read(Transaction tx, String name, String suffix) throws SQLException {
        PreparedStatement select =
                tx.prepare("select position, newest, late from parley_window_cursor where name = ?" + suffix);
        select.setString(1, name);
        try (ResultSet row = select.executeQuery()) {
            return row.next()
                    ? new Cursor(Position.parse(Sql.text(row, "position")), row.getLong("newest"), row.getLong("late"))
                    : Cursor.START;
        }
    }

    static void save(Transaction tx, String name, Cursor cursor, Map<Cell, Long> counted) throws SQLException {
        PreparedStatement upsert = tx.prepare(
                "insert into parley_window (name, started, counted, amount) values (?, ?, ?, ?)"
                        + " on conflict (name, started, counted) do update set amount = parley_window.amount + excluded.amount");
        for (Map.Entry<Cell, Long> each : counted.entrySet()) {
            upsert.setString(1, name);
            upsert.setLong(2, each.getKey().started());
            upsert.setString(3, each.getKey().counted());
            upsert.setLong(4, each.getValue());
            upsert.executeUpdate();
        }
        PreparedStatement update =
                tx.prepare("update parley_window_cursor set position = ?, newest = ?, late = ? where name = ?");
        update.setString(1, cursor.position().toString());
        update.setLong(2, cursor.newest());
        update.setLong(3, cursor.late());
        update.setString(4, name);
        update.executeUpdate();
    }

    static void delete(Transaction tx, String name) throws SQLException {
        lock(tx, name);
        for (String table : List.of("parley_window", "parley_window_cursor")) {
            PreparedStatement delete = tx.prepare("delete from " + table + " where name = ?");
            delete.setString(1, name);
            delete.executeUpdate();
        }
    }

    static List<WindowCount> counts(Transaction tx, String name, long from, long to, int most) throws SQLException {
        PreparedStatement select = tx.prepare("select started, counted, amount from parley_window where name = ? and"
                + " started >= ? and started < ? order by started, counted limit ?");
        select.setString(1, name);
        select.setLong(2, from);
        select.setLong(3, to);
        select.setInt(4, most);
        List<WindowCount> counts = new ArrayList<>();
        try (ResultSet row = select.executeQuery()) {
            while (row.next()) {
                counts.add(new WindowCount(
                        Sql.instant(row.getLong("started")), Sql.text(row, "counted"), row.getLong("amount")));
            }
        }
        return counts;
    }
}
