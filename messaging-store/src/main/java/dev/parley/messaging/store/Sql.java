package dev.parley.messaging.store;

import dev.parley.store.Engine;
import dev.parley.store.Transaction;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** What the statements of both engines have in common, and how they differ. */
final class Sql {

    private Sql() {}

    /** The condition's right side for a column that is one of many numbers, a single parameter; see {@link #numbers}. */
    static String among(Engine engine) {
        return switch (engine) {
            case SQLITE -> "in (select value from json_each(?))";
            case POSTGRESQL -> "= any (cast(? as bigint[]))";
        };
    }

    /** The parameter of {@link #among}. */
    static String numbers(Engine engine, Collection<Long> numbers) {
        String list = numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
        return switch (engine) {
            case SQLITE -> '[' + list + ']';
            case POSTGRESQL -> '{' + list + '}';
        };
    }

    /** An expression for now, as {@link Transaction#now} measures it; on SQLite that knows better, so it is 0. */
    static String now(Engine engine) {
        return switch (engine) {
            case SQLITE -> "0";
            case POSTGRESQL -> "cast(extract(epoch from clock_timestamp()) * 1000000 as bigint)";
        };
    }

    /** The value of {@link #now} in a row. */
    static long now(Transaction transaction, ResultSet row, int column) throws SQLException {
        return switch (transaction.engine()) {
            case SQLITE -> micros(transaction.now());
            case POSTGRESQL -> row.getLong(column);
        };
    }

    static long micros(Instant instant) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }

    static long micros(Duration duration) {
        return duration.compareTo(Duration.ofDays(365_000)) > 0
                ? Duration.ofDays(365_000).toMillis() * 1000
                : Math.max(0, duration.getSeconds() * 1_000_000 + duration.getNano() / 1000);
    }

    static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    static OptionalLong optional(ResultSet row, int column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? OptionalLong.empty() : OptionalLong.of(value);
    }

    /** Sets parameters, numbers all of them. */
    static PreparedStatement bind(PreparedStatement statement, long... values) throws SQLException {
        for (int i = 0; i < values.length; i++) {
            statement.setLong(i + 1, values[i]);
        }
        return statement;
    }
}
