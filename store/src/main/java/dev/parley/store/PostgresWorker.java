package dev.parley.store;

import com.zaxxer.hikari.HikariDataSource;
import dev.parley.Code;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/** A thread that runs transactions on PostgreSQL, each on a connection of the pool. */
final class PostgresWorker {
    private static final System.Logger LOG = System.getLogger(Store.class.getName());

    private final PostgresStore store;
    private final HikariDataSource pool;
    private final WorkQueue queue;
    private final Watch watch;
    private final Consumer<Set<String>> committed;

    /** @param committed is told which channels a commit wakes */
    PostgresWorker(
            PostgresStore store, HikariDataSource pool, WorkQueue queue, Watch watch, Consumer<Set<String>> committed) {
        this.store = store;
        this.pool = pool;
        this.queue = queue;
        this.watch = watch;
        this.committed = committed;
    }

    void run() {
        Slot slot = new Slot();
        watch.add(slot);
        Job<?> job;
        while ((job = queue.take()) != null) {
            if (job.isCancelled()) {
                continue;
            }
            try (Connection connection = pool.getConnection()) {
                if (job.start()) {
                    runOne(job, connection, slot);
                }
            } catch (SQLException e) {
                job.fail(StoreErrors.of(Engine.POSTGRESQL, e));
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "a thread of the store " + store + " goes on after", e);
                job.fail(e);
            }
        }
    }

    private void runOne(Job<?> job, Connection connection, Slot slot) throws SQLException {
        PGConnection postgres = connection.unwrap(PGConnection.class);
        Statements statements = new Statements(connection, 0);
        OpenTransaction transaction = new OpenTransaction(
                Engine.POSTGRESQL, connection, statements, store.options().clock(), job::check);
        @Nullable Throwable thrown = null;
        try {
            if (job.readOnly()) {
                connection.setReadOnly(true);
            }
            slot.begin(job, () -> cancel(postgres));
            try {
                job.run(transaction);
            } finally {
                slot.end();
                transaction.end();
            }
        } catch (Exception | Error e) {
            thrown = e;
        }
        if (thrown == null && job.startCommit()) {
            commit(job, connection, transaction.channels());
            return;
        }
        rollback(connection);
        if (thrown != null) {
            job.fail(thrown instanceof Error ? thrown : StoreErrors.of(Engine.POSTGRESQL, thrown));
        }
    }

    private void commit(Job<?> job, Connection connection, Set<String> channels) {
        try {
            connection.commit();
        } catch (SQLException e) {
            job.fail(
                    StoreErrors.isConnectionLost(e)
                            ? StoreErrors.error(
                                    Code.UNKNOWN,
                                    "the connection was lost during the commit: whether it happened is unknown",
                                    e)
                            : StoreErrors.of(Engine.POSTGRESQL, e));
            return;
        }
        committed.accept(channels);
        job.succeed();
    }

    /** A cancellation that came too late for the work can meet the first one; the server has then heard it, and not a second. */
    private void rollback(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException first) {
            try {
                connection.rollback();
            } catch (SQLException e) {
                pool.evictConnection(connection);
            }
        }
    }

    private static void cancel(PGConnection connection) {
        try {
            connection.cancelQuery();
        } catch (SQLException e) {
            throw new IllegalStateException("a statement cannot be cancelled", e);
        }
    }
}
