package dev.parley.store;

import dev.parley.CallException;
import dev.parley.Code;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Brings a component's tables from the version in the database to the program's, in the transaction that it is given. One process
 * does at a time: on SQLite there is only one, on PostgreSQL an advisory lock is held until the commit.
 */
final class Migrations {
    // "parley", so that other users of advisory locks on the database are not met.
    static final long LOCK = 0x7061726c6579L;

    private Migrations() {}

    static void apply(Transaction transaction, Schema schema, StoreOptions options, String place) throws SQLException {
        try (Statement statement = transaction.connection().createStatement()) {
            if (transaction.engine() == Engine.POSTGRESQL) {
                statement.execute("set local lock_timeout = "
                        + options.transactionTimeout().toMillis());
                statement.execute("select pg_advisory_xact_lock(" + LOCK + ")");
            }
            statement.execute("create table if not exists parley_schema (component varchar(50) not null primary key,"
                    + " version integer not null)");
            int found = version(transaction, schema.component());
            if (found > schema.version()) {
                throw refusal(
                        schema,
                        found,
                        place,
                        "the database was used by a newer program, and this one would damage it. Run the newer program, or this one"
                                + " on another database or on a backup from before");
            }
            if (found == schema.version()) {
                return;
            }
            if (!options.migrate()) {
                throw refusal(
                        schema,
                        found,
                        place,
                        "it is not brought up to date, since the option migrate is false. Open it once with migrate=true, after a"
                                + " backup");
            }
            for (Migration migration : schema.migrations().subList(found, schema.version())) {
                for (String sql : migration.statements(transaction.engine())) {
                    statement.execute(sql);
                }
            }
        }
        PreparedStatement upsert = transaction.prepare("insert into parley_schema (component, version) values (?, ?)"
                + " on conflict (component) do update set version = excluded.version");
        upsert.setString(1, schema.component());
        upsert.setInt(2, schema.version());
        upsert.executeUpdate();
    }

    private static int version(Transaction transaction, String component) throws SQLException {
        PreparedStatement select = transaction.prepare("select version from parley_schema where component = ?");
        select.setString(1, component);
        try (ResultSet row = select.executeQuery()) {
            return row.next() ? row.getInt(1) : 0;
        }
    }

    private static CallException refusal(Schema schema, int found, String place, String why) {
        return new CallException(
                Code.FAILED_PRECONDITION,
                "the tables of \"" + schema.component() + "\" in " + place + " have version " + found
                        + ", this program needs version " + schema.version() + ": " + why);
    }
}
