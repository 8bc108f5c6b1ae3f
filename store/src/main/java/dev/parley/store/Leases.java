package dev.parley.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

/** The table of leases. A row stays for ever, so that its token only grows. Times are in microseconds since 1970. */
final class Leases {
    private static final Duration LONGEST = Duration.ofDays(365);
    private static final int LONGEST_NAME = 200;
    private static final String TABLE =
            "create table parley_lease (name varchar(200) not null primary key, holder varchar(200) not null,"
                    + " token bigint not null, expires bigint not null, released integer not null)";

    static final Schema SCHEMA =
            new Schema("store", List.of(new Migration(1, List.of(TABLE + " without rowid"), List.of(TABLE))));

    // PostgreSQL's own clock, read by the statement itself; on SQLite the parameter is the time.
    private static final String POSTGRES_NOW = "(extract(epoch from clock_timestamp()) * 1000000)::bigint";

    private Leases() {}

    static void check(String what, String value) {
        if (value.isEmpty() || value.length() > LONGEST_NAME) {
            throw new IllegalArgumentException(
                    what + " must have 1 to " + LONGEST_NAME + " characters, but has " + value.length());
        }
    }

    static void check(Duration ttl) {
        if (ttl.compareTo(Duration.ofMillis(1)) < 0 || ttl.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("ttl must be between 1 ms and 365 days, but is " + ttl);
        }
    }

    static OptionalLong take(Transaction transaction, String name, String holder, Duration ttl) throws SQLException {
        PreparedStatement upsert = transaction.prepare("with clock as (select " + now(transaction.engine()) + " as t)"
                + " insert into parley_lease (name, holder, token, expires, released)"
                + " select ?, ?, 1, t + ?, 0 from clock where true"
                + " on conflict (name) do update set holder = excluded.holder, token = parley_lease.token + 1,"
                + " expires = excluded.expires, released = 0"
                + " where parley_lease.released = 1 or parley_lease.expires <= excluded.expires - ?"
                + " returning token");
        int next = bindNow(transaction, upsert);
        upsert.setString(next, name);
        upsert.setString(next + 1, holder);
        upsert.setLong(next + 2, micros(ttl));
        upsert.setLong(next + 3, micros(ttl));
        try (ResultSet row = upsert.executeQuery()) {
            return row.next() ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty();
        }
    }

    static boolean renew(Transaction transaction, String name, long token, Duration ttl) throws SQLException {
        PreparedStatement update = transaction.prepare("update parley_lease set expires = " + now(transaction.engine())
                + " + ? where name = ? and token = ? and released = 0");
        int next = bindNow(transaction, update);
        update.setLong(next, micros(ttl));
        update.setString(next + 1, name);
        update.setLong(next + 2, token);
        return update.executeUpdate() == 1;
    }

    static void release(Transaction transaction, String name, long token) throws SQLException {
        PreparedStatement update =
                transaction.prepare("update parley_lease set released = 1 where name = ? and token = ?");
        update.setString(1, name);
        update.setLong(2, token);
        update.executeUpdate();
    }

    /** Who held one in a process that is gone does so no more: nobody else can have the files of SQLite open. */
    static void releaseAll(Transaction transaction) throws SQLException {
        transaction.prepare("update parley_lease set released = 1").executeUpdate();
    }

    static String checkSql(Engine engine) {
        String sql = "select token, released from parley_lease where name = ?";
        return switch (engine) {
            case SQLITE -> sql;
            case POSTGRESQL -> sql + " for share";
        };
    }

    private static String now(Engine engine) {
        return switch (engine) {
            case SQLITE -> "cast(? as integer)";
            case POSTGRESQL -> POSTGRES_NOW;
        };
    }

    private static int bindNow(Transaction transaction, PreparedStatement statement) throws SQLException {
        if (transaction.engine() == Engine.POSTGRESQL) {
            return 1;
        }
        java.time.Instant now = transaction.now();
        statement.setObject(1, now.getEpochSecond() * 1_000_000 + now.getNano() / 1000, Types.BIGINT);
        return 2;
    }

    private static long micros(Duration ttl) {
        return ttl.toNanos() / 1000;
    }
}
