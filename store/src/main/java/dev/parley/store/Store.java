package dev.parley.store;

import dev.parley.CallException;
import java.sql.Connection;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Durable state in a database: SQLite in this process, or a PostgreSQL server. What {@link #transaction} has returned from is on the
 * disk.
 *
 * <p>Work runs on threads of the store's, so an interrupt (a deadline, a cancellation) reaches only the caller that waits: work that
 * waits or runs is then rolled back, and a commit that has begun is waited for and its result returned. An interrupted call may return
 * while its work still runs to its next statement. Ambient {@code Call}s are carried over.
 *
 * <p>Errors are {@link CallException}s whose cause is JDBC's: ALREADY_EXISTS (unique), FAILED_PRECONDITION (another constraint, a
 * schema), ABORTED (deadlock, serialization, a lost lease), RESOURCE_EXHAUSTED (a limit, which is named), DEADLINE_EXCEEDED,
 * UNAVAILABLE (no connection; the store is closed or has stopped), UNKNOWN (a commit whose outcome is), INTERNAL (wrong SQL). What
 * else the work throws comes out as it is; a checked exception as the cause of INTERNAL.
 *
 * <p>Thread-safe. Limits and their defaults: {@link StoreOptions}.
 */
public sealed interface Store extends AutoCloseable permits AbstractStore, SharedStore {

    /** Opens with the default options; see {@link #open(String, StoreOptions)}. */
    static Store open(String uri) {
        return open(uri, StoreOptions.defaults());
    }

    /**
     * Opens a store.
     *
     * <ul>
     *   <li>{@code sqlite:FOLDER}, {@code sqlite:///FOLDER}: a folder, made with its parents if it is missing, that holds {@code store.db}.
     *       It is locked for the life of the store; a second one, in whatever process, is refused.
     *   <li>{@code postgresql://USER:PASSWORD@HOST:PORT/DATABASE}: a database on a server (port 5432 if none is named). The password never
     *       appears in an error or a log.
     * </ul>
     *
     * <p>Options follow a question mark, {@code name=value} with {@code &} between: those of {@link StoreOptions} but the clock
     * (durations as {@code 500ms}, {@code 10s}, {@code 5m}), {@code maxBytes} and {@code create} for SQLite only ({@code create=false}: a
     * folder without a store is NOT_FOUND, and none is made), and for PostgreSQL {@code schema}, {@code sslmode} and {@code sslrootcert}.
     * Parts are percent-decoded.
     *
     * @throws IllegalArgumentException if the URI or an option is not one
     * @throws CallException FAILED_PRECONDITION if the folder is in use (the holder's process id is named) or cannot be used,
     *     UNAUTHENTICATED, NOT_FOUND (no such database or store), UNAVAILABLE if the server is not reached in {@code connectTimeout}
     */
    static Store open(String uri, StoreOptions options) {
        StoreUri target = StoreUri.parse(uri, options);
        return switch (target) {
            case StoreUri.Sqlite sqlite -> SqliteStore.open(sqlite);
            case StoreUri.Postgres postgres -> PostgresStore.open(postgres);
        };
    }

    /**
     * The store of this URI that this process shares: opened by the first who asks, closed when all who asked have closed theirs.
     * The URI must be spelled the same; the default options hold, with those of the URI.
     *
     * @throws CallException as {@link #open(String, StoreOptions)}
     */
    static Store shared(String uri) {
        return SharedStore.get(uri);
    }

    /**
     * Checks a URI and its options as {@link #open(String)} does, without opening or reaching anything: whether the folder, the server or the
     * database are there is found out by opening.
     *
     * @throws IllegalArgumentException if the URI or an option is not one, naming the option, its value and what was expected; without the
     *     URI, which may have a password
     */
    static void check(String uri) {
        StoreUri.parse(uri, StoreOptions.defaults());
    }

    /** Which database it is. */
    Engine engine();

    /**
     * Runs the work in a transaction and returns its result once that is committed and on the disk. SQLite: alone (serializable),
     * many waiting transactions share one commit, each in a savepoint of its own. PostgreSQL: read committed.
     *
     * @throws CallException see above; FAILED_PRECONDITION inside of a transaction of this store: they do not nest
     */
    <R extends @Nullable Object> R transaction(Work<R> work);

    /** {@link #transaction} without a result. */
    default void run(Action action) {
        this.<@Nullable Object>transaction(transaction -> {
            action.run(transaction);
            return null;
        });
    }

    /**
     * Runs work that only reads; a write throws. SQLite: beside the writer, on what was committed when it began. PostgreSQL: a read
     * only transaction.
     *
     * @throws CallException as {@link #transaction}
     */
    <R extends @Nullable Object> R read(Work<R> work);

    /**
     * Runs the work in the caller's own transaction on PostgreSQL, on the caller's thread, so that it commits with the caller's rows or
     * not at all. The connection must be one to the same database (and schema), without auto-commit; the caller commits.
     *
     * @throws CallException FAILED_PRECONDITION on auto-commit; UNIMPLEMENTED on SQLite, where the caller's rows are written inside
     *     {@link #transaction}
     */
    <R extends @Nullable Object> R within(Connection connection, Work<R> work);

    /**
     * Makes a component's tables, or brings them up to date. Safe while other processes do the same: one does it, the others wait. It is one
     * transaction, so {@code transactionTimeout} limits it: open with a longer one where a migration rewrites large tables.
     *
     * @throws CallException FAILED_PRECONDITION if the database has a newer version than the program, or an older one and {@link
     *     StoreOptions#migrate} is off; both versions are named
     */
    void migrate(Schema schema);

    /**
     * Takes the lease of this name if it is free, released or has run out. Who holds it already does not get it twice: {@link
     * Lease#renew}. On SQLite all leases are free when the store is opened.
     *
     * @param name 1 to 200 characters
     * @param holder 1 to 200 characters, for people to read
     * @param ttl 1 ms to 365 days, by the clock of {@link Transaction#now}
     */
    Optional<Lease> lease(String name, String holder, Duration ttl);

    /**
     * Calls the listener soon after a transaction that {@linkplain Transaction#wake woke} the channel has committed, in this or
     * another process; also after a connection was lost and is there again, as something may have been missed. Several at once may be one.
     * Wake-ups can be lost: whoever waits for something polls as well.
     *
     * @param listener brief: all listeners share a thread
     * @throws IllegalArgumentException as {@link Transaction#wake}
     * @throws CallException RESOURCE_EXHAUSTED with more than 10,000 listeners
     */
    Listening listen(String channel, Runnable listener);

    /**
     * Refuses what is new, lets what waits come to its end, and closes the connections. Waits for as long as one transaction may take.
     * Further calls do nothing.
     */
    @Override
    void close();
}
