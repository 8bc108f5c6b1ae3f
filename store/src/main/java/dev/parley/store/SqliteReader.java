package dev.parley.store;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/** A thread that reads from SQLite, each work on one snapshot. Its statements can be cancelled, as nobody shares its transaction. */
final class SqliteReader {
    private static final int STATEMENTS_KEPT = 256;
    private static final System.Logger LOG = System.getLogger(Store.class.getName());

    private final SqliteStore store;
    private final SQLiteConnection connection;
    private final WorkQueue queue;
    private final Watch watch;
    private final Statements statements;

    SqliteReader(SqliteStore store, SQLiteConnection connection, WorkQueue queue, Watch watch) {
        this.store = store;
        this.connection = connection;
        this.queue = queue;
        this.watch = watch;
        this.statements = new Statements(connection, STATEMENTS_KEPT);
    }

    void run() {
        Slot slot = new Slot();
        watch.add(slot);
        Job<?> job;
        while ((job = queue.take()) != null) {
            if (job.start()) {
                runOne(job, slot);
            }
        }
        try {
            statements.close();
            connection.close();
        } catch (SQLException e) {
            LOG.log(System.Logger.Level.DEBUG, "could not close a connection", e);
        }
    }

    private void runOne(Job<?> job, Slot slot) {
        @Nullable Throwable thrown = null;
        try {
            SqliteConnections.execute(connection, "begin");
            OpenTransaction transaction = new OpenTransaction(
                    Engine.SQLITE, connection, statements, store.options().clock(), job::check);
            slot.begin(job, this::interrupt);
            try {
                job.run(transaction);
            } finally {
                slot.end();
                transaction.end();
                SqliteConnections.execute(connection, "rollback");
            }
        } catch (Exception | Error e) {
            thrown = e;
        }
        if (thrown == null) {
            if (job.startCommit()) {
                job.succeed();
            }
        } else if (StoreErrors.isFatal(thrown)) {
            job.fail(store.stop(thrown));
        } else {
            job.fail(thrown instanceof Error ? thrown : StoreErrors.of(Engine.SQLITE, thrown));
        }
    }

    private void interrupt() {
        try {
            connection.getDatabase().interrupt();
        } catch (SQLException e) {
            throw new IllegalStateException("a statement cannot be cancelled", e);
        }
    }
}
