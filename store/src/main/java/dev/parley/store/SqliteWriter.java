package dev.parley.store;

import dev.parley.CallException;
import dev.parley.Code;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/**
 * The one thread that writes to SQLite. It runs whatever waits, each in a savepoint of its own, and commits all of it at once, so that
 * one fsync serves many; while that runs the next ones gather. Never waits for more to come.
 */
final class SqliteWriter {
    // A commit is not put off for longer by those that keep coming.
    private static final int MOST_IN_A_COMMIT = 1000;
    private static final long LONGEST_NANOS = 20_000_000;
    private static final int STATEMENTS_KEPT = 256;
    private static final System.Logger LOG = System.getLogger(Store.class.getName());

    private final SqliteStore store;
    private final SQLiteConnection connection;
    private final WorkQueue queue;
    private final Watch watch;
    private final Wakes wakes;
    private final Statements statements;

    /** Work that has run, in the commit to come. */
    private final List<Job<?>> ready = new ArrayList<>();

    private final Set<String> channels = new LinkedHashSet<>();

    SqliteWriter(SqliteStore store, SQLiteConnection connection, WorkQueue queue, Watch watch, Wakes wakes) {
        this.store = store;
        this.connection = connection;
        this.queue = queue;
        this.watch = watch;
        this.wakes = wakes;
        this.statements = new Statements(connection, STATEMENTS_KEPT);
    }

    void run() {
        Slot slot = new Slot();
        watch.add(slot);
        try {
            Commands commands = new Commands(connection);
            for (Job<?> first = queue.take(); first != null; first = queue.take()) {
                if (!group(first, commands, slot)) {
                    commands.close();
                    commands = new Commands(connection); // the driver gives a statement up after some errors
                }
            }
            commands.close();
        } catch (SQLException | RuntimeException | Error e) {
            stop(e);
        } finally {
            close();
        }
    }

    /** Those for the borders of transactions. */
    private record Commands(
            PreparedStatement begin,
            PreparedStatement savepoint,
            PreparedStatement release,
            PreparedStatement undo,
            PreparedStatement commit) {

        Commands(SQLiteConnection connection) throws SQLException {
            this(
                    connection.prepareStatement("begin immediate"),
                    connection.prepareStatement("savepoint work"),
                    connection.prepareStatement("release work"),
                    connection.prepareStatement("rollback to work"),
                    connection.prepareStatement("commit"));
        }

        void close() throws SQLException {
            for (PreparedStatement statement : List.of(begin, savepoint, release, undo, commit)) {
                statement.close();
            }
        }
    }

    /** False if it was rolled back as a whole. */
    private boolean group(Job<?> first, Commands commands, Slot slot) {
        ready.clear();
        channels.clear();
        Job<?> current = first;
        try {
            commands.begin().execute();
            long began = System.nanoTime();
            while (current != null) {
                if (current.start()) {
                    runOne(current, commands, slot);
                }
                current = ready.size() < MOST_IN_A_COMMIT && System.nanoTime() - began < LONGEST_NANOS
                        ? queue.poll()
                        : null;
            }
            commands.commit().execute();
        } catch (SQLException e) {
            undoAll();
            if (StoreErrors.isFatal(e)) {
                CallException stopped = stop(e);
                failAll(current, stopped);
            } else {
                failAll(
                        current,
                        StoreErrors.safe(
                                Code.ABORTED,
                                "the transactions of one commit were rolled back, since one of them ended it itself or"
                                        + " violates a deferred constraint",
                                e));
            }
            return false;
        }
        wakes.wake(channels);
        ready.forEach(Job::succeed);
        return true;
    }

    private void runOne(Job<?> job, Commands commands, Slot slot) throws SQLException {
        commands.savepoint().execute();
        OpenTransaction transaction = new OpenTransaction(
                Engine.SQLITE, connection, statements, store.options().clock(), job::check);
        @Nullable Throwable thrown = null;
        slot.begin(job, null);
        try {
            job.run(transaction);
        } catch (Exception | Error e) {
            thrown = e;
        } finally {
            slot.end();
            transaction.end();
        }
        if (thrown == null && job.startCommit()) {
            commands.release().execute();
            channels.addAll(transaction.channels());
            ready.add(job);
            return;
        }
        if (thrown != null && StoreErrors.isFatal(thrown)) {
            throw new SQLException(thrown.getMessage(), "", fatalCode(thrown), thrown);
        }
        try {
            commands.undo().execute();
            commands.release().execute();
        } catch (SQLException e) {
            if (thrown != null) {
                e.addSuppressed(thrown);
            }
            throw e;
        }
        if (thrown != null) {
            job.fail(thrown instanceof Error ? thrown : StoreErrors.of(Engine.SQLITE, thrown));
        }
    }

    private static int fatalCode(Throwable thrown) {
        return thrown instanceof SQLException sql ? sql.getErrorCode() : 0;
    }

    private void failAll(@Nullable Job<?> current, CallException reason) {
        ready.forEach(job -> job.fail(reason));
        if (current != null) {
            current.fail(reason);
        }
    }

    private void undoAll() {
        try {
            SqliteConnections.execute(connection, "rollback");
        } catch (SQLException e) {
            LOG.log(System.Logger.Level.DEBUG, "nothing to roll back", e); // SQLite has done it
        }
    }

    private CallException stop(Throwable thrown) {
        return store.stop(thrown);
    }

    private void close() {
        try {
            statements.close();
            connection.close();
        } catch (SQLException e) {
            LOG.log(System.Logger.Level.WARNING, "the store " + store + " could not be closed in order", e);
        }
    }
}
