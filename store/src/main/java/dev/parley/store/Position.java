package dev.parley.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.Objects;

/**
 * Where a reader is in a table that only grows, and how it reads on without ever skipping a row. Immutable.
 *
 * <p>On PostgreSQL ids are not the order of commits: an id given out early may become visible late. So such a table has a column
 * {@value #TXID_COLUMN} beside its {@code id}, the order is (txid, id), and a reader sees rows only once no transaction that could
 * still add one before them is open anywhere on the server. A transaction left open therefore holds readers up, but hides nothing. On
 * SQLite one thread writes, the order is {@code id}, and txid is 0.
 *
 * <pre>{@code
 * PreparedStatement select = tx.prepare("select txid, id, payload from event where " + Position.after(tx.engine())
 *         + " order by " + Position.order(tx.engine()) + " limit ?");
 * int next = position.bind(tx.engine(), select, 1);
 * select.setInt(next, 100);
 * // of each row: Position.of(tx.engine(), row)
 * }</pre>
 *
 * <p>On SQLite the same statement selects {@code 0 as txid}; ids must be {@code integer primary key autoincrement}, or an emptied table uses
 * them again and readers stall.
 *
 * @param txid the transaction's number, 0 on SQLite
 * @param id the row's
 */
public record Position(long txid, long id) implements Comparable<Position> {

    /** Before all rows. */
    public static final Position START = new Position(0, 0);

    /** The column for a table on PostgreSQL that is read by position; index (txid, id). */
    public static final String TXID_COLUMN = "txid xid8 not null default pg_current_xact_id()";

    private static final Comparator<Position> ORDER =
            Comparator.comparingLong(Position::txid).thenComparingLong(Position::id);

    /** Checks that neither is negative. */
    public Position {
        if (txid < 0 || id < 0) {
            throw new IllegalArgumentException("txid and id must not be negative, but are " + txid + " and " + id);
        }
    }

    /** The condition for rows behind a position that may be read now; {@link #bind} sets its parameters. */
    public static String after(Engine engine) {
        return switch (engine) {
            case SQLITE -> "id > ?";
            case POSTGRESQL ->
                "(txid, id) > (cast(? as text)::xid8, ?) and txid < pg_snapshot_xmin(pg_current_snapshot())";
        };
    }

    /** What to order by. */
    public static String order(Engine engine) {
        return switch (engine) {
            case SQLITE -> "id";
            case POSTGRESQL -> "txid, id";
        };
    }

    /**
     * Sets the parameters of {@link #after}, the first of which is number {@code first}.
     *
     * @return the number of the next parameter
     */
    public int bind(Engine engine, PreparedStatement statement, int first) throws SQLException {
        if (engine == Engine.SQLITE) {
            statement.setLong(first, id);
            return first + 1;
        }
        statement.setString(first, Long.toString(txid));
        statement.setLong(first + 1, id);
        return first + 2;
    }

    /** The position of a row, from its columns {@code txid} (PostgreSQL only) and {@code id}. */
    public static Position of(Engine engine, ResultSet row) throws SQLException {
        long txid = engine == Engine.SQLITE ? 0 : Long.parseLong(Objects.requireNonNull(row.getString("txid")));
        return new Position(txid, row.getLong("id"));
    }

    /** Reads what {@link #toString} wrote. */
    public static Position parse(String text) {
        int dot = text.indexOf('.');
        try {
            return new Position(
                    Long.parseLong(text.substring(0, Math.max(0, dot))), Long.parseLong(text.substring(dot + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "a position is two numbers with a dot between, but not \"" + text + "\"", e);
        }
    }

    @Override
    public int compareTo(Position other) {
        return ORDER.compare(this, other);
    }

    /** {@code TXID.ID}. */
    @Override
    public String toString() {
        return txid + "." + id;
    }
}
