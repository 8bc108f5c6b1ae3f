package dev.parley.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;

/**
 * One transaction, for the time that its {@link Work} runs and on the thread that runs it; afterwards every method fails.
 * The store begins and ends it: returning commits, throwing rolls back.
 */
public interface Transaction {

    /** The database's kind. */
    Engine engine();

    /**
     * A statement from the cache. The same text gives the same statement until the transaction ends, so executing it again closes
     * the result set before; not to be closed by who asks for it (a closed one is merely prepared anew). Its batch and parameters
     * are empty at first.
     *
     * @throws SQLException if the text cannot be prepared
     */
    PreparedStatement prepare(String sql) throws SQLException;

    /**
     * The connection, for SQL that goes through other libraries. Statements left open are closed at the end. What would end the
     * transaction ({@code commit}, {@code rollback}, {@code setAutoCommit}, {@code abort}) throws; {@code close} does nothing.
     */
    Connection connection();

    /**
     * Wakes who {@linkplain Store#listen listens} to the channel, in all processes on this database, once the transaction has
     * committed; not at all if it does not. It may be lost with a connection, so listeners look by themselves too.
     *
     * @throws IllegalArgumentException if the channel is not of 1 to 100 characters of {@code a-z A-Z 0-9 . _ -}
     */
    void wake(String channel);

    /**
     * The time that leases are measured by: on PostgreSQL the server's clock ({@code clock_timestamp()}, a round trip), on SQLite
     * {@link StoreOptions#clock()}. Microseconds at best.
     */
    Instant now() throws SQLException;
}
