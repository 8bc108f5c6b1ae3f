package dev.parley.store;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.RetryAdvice;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/** A store in a folder of this machine: one thread writes, a few read beside it. */
final class SqliteStore extends AbstractStore {
    private static final System.Logger LOG = System.getLogger(Store.class.getName());

    private final SqliteFolder folder;
    private final WorkQueue writes;
    private final WorkQueue reads;
    private final Watch watch;
    private final Wakes wakes;
    private final List<Thread> threads = new ArrayList<>();

    private SqliteStore(
            StoreUri.Sqlite uri, SqliteFolder folder, SQLiteConnection writer, List<SQLiteConnection> readers) {
        super(Engine.SQLITE, "sqlite:" + uri.folder(), uri.options());
        this.folder = folder;
        this.writes = new WorkQueue(options().maxWaiting());
        this.reads = new WorkQueue(options().maxWaiting());
        this.watch = new Watch("parley-store-watch");
        this.wakes = new Wakes("parley-store-wake");
        SqliteWriter loop = new SqliteWriter(this, writer, writes, watch, wakes);
        threads.add(new StoreThread(this, "parley-store-writer", loop::run));
        for (SQLiteConnection reader : readers) {
            SqliteReader read = new SqliteReader(this, reader, reads, watch);
            threads.add(new StoreThread(this, "parley-store-reader-" + threads.size(), read::run));
        }
        threads.forEach(Thread::start);
    }

    static Store open(StoreUri.Sqlite uri) {
        if (!uri.create() && !Files.isRegularFile(SqliteFolder.database(uri.folder()))) {
            throw new CallException(
                    Code.NOT_FOUND,
                    "there is no store in the folder " + uri.folder().toAbsolutePath()
                            + " (create=false; without that one would be made)");
        }
        SqliteFolder folder = SqliteFolder.lock(uri.folder());
        List<SQLiteConnection> connections = new ArrayList<>();
        @Nullable SqliteStore store = null;
        try {
            connections.add(SqliteConnections.writer(folder.database(), uri.options()));
            folder.sync();
            for (int i = 0; i < uri.options().connections(); i++) {
                connections.add(SqliteConnections.reader(folder.database()));
            }
            store = new SqliteStore(
                    uri, folder, connections.getFirst(), List.copyOf(connections.subList(1, connections.size())));
            store.migrate(Leases.SCHEMA);
            store.run(Leases::releaseAll);
            return store;
        } catch (SQLException | IOException | RuntimeException e) {
            if (store != null) {
                store.close();
            } else {
                connections.forEach(SqliteStore::closeQuietly);
                folder.close();
            }
            throw failure(uri, e);
        }
    }

    private static RuntimeException failure(StoreUri.Sqlite uri, Exception thrown) {
        if (thrown instanceof RuntimeException known) {
            return known;
        }
        String why = thrown instanceof SQLException sql
                ? StoreErrors.of(Engine.SQLITE, sql).message() + " (" + thrown.getMessage() + ")"
                : thrown.toString();
        return new CallException(
                Code.FAILED_PRECONDITION, "the store sqlite:" + uri.folder() + " cannot be opened: " + why, thrown);
    }

    private static void closeQuietly(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.log(System.Logger.Level.DEBUG, "could not close a connection", e);
        }
    }

    @Override
    WorkQueue writes() {
        return writes;
    }

    @Override
    WorkQueue reads() {
        return reads;
    }

    /** Ends all work, for what is written may not be on the disk, or cannot be written; never tried again. */
    CallException stop(Throwable thrown) {
        CallException cause = thrown instanceof SQLException sql
                ? StoreErrors.of(Engine.SQLITE, sql)
                : new CallException(Code.INTERNAL, "the writing thread failed", thrown);
        CallException reason = new CallException(
                        cause.code(),
                        "the store " + place() + " has stopped: " + cause.message()
                                + "; what was not acknowledged may be lost, and nothing more is done until it is opened anew",
                        thrown)
                .withRetryAdvice(RetryAdvice.NEVER);
        LOG.log(System.Logger.Level.ERROR, reason.message(), thrown);
        writes.fail(reason);
        reads.fail(reason);
        return reason;
    }

    @Override
    public <R extends @Nullable Object> R within(Connection connection, Work<R> work) {
        throw new CallException(
                Code.UNIMPLEMENTED,
                "a store on SQLite has one connection that writes: write your rows inside of Store.transaction, by its"
                        + " connection()");
    }

    @Override
    public Listening listen(String channel, Runnable listener) {
        return wakes.listen(channel, listener);
    }

    @Override
    public void close() {
        writes.close(closed());
        reads.close(closed());
        boolean ended = Threads.join(
                threads, options().transactionTimeout().plus(options().commitTimeout()));
        watch.close();
        wakes.close();
        if (ended) {
            folder.close();
        } else {
            // Another process must not write while that thread may.
            LOG.log(
                    System.Logger.Level.ERROR,
                    "the store " + place() + " is still in use by its work: its folder stays locked");
        }
    }
}
