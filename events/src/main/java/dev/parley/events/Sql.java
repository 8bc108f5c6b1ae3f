package dev.parley.events;

import dev.parley.store.Engine;
import dev.parley.store.Transaction;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Times in columns: microseconds since 1970, by the clock of {@link Transaction#now}. */
final class Sql {

    private static final String POSTGRES_NOW = "(extract(epoch from clock_timestamp()) * 1000000)::bigint";

    private Sql() {}

    /** An expression for the time now; {@link #bindNow} sets its parameter, if it has one. No round trip of its own. */
    static String now(Engine engine) {
        return switch (engine) {
            case SQLITE -> "cast(? as integer)";
            case POSTGRESQL -> POSTGRES_NOW;
        };
    }

    /** Sets the parameter of {@link #now}; returns the number of the next one. */
    static int bindNow(Transaction tx, PreparedStatement statement, int first) throws SQLException {
        if (tx.engine() == Engine.POSTGRESQL) {
            return first;
        }
        statement.setLong(first, micros(tx.now()));
        return first + 1;
    }

    static long micros(Instant time) {
        return Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000L), time.getNano() / 1000);
    }

    static Instant instant(long micros) {
        return Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1000);
    }

    static Optional<Instant> optionalInstant(ResultSet row, String column) throws SQLException {
        long micros = row.getLong(column);
        return row.wasNull() ? Optional.empty() : Optional.of(instant(micros));
    }

    static String text(ResultSet row, String column) throws SQLException {
        return required(row.getString(column), column);
    }

    static byte[] bytes(ResultSet row, String column) throws SQLException {
        byte[] value = row.getBytes(column);
        // SQLite gives null for an empty blob.
        return value == null ? new byte[0] : value;
    }

    private static String required(@Nullable String value, String column) throws SQLException {
        if (value == null) {
            throw new SQLException("column " + column + " is null");
        }
        return value;
    }
}
