package dev.parley.store;

import com.zaxxer.hikari.HikariDataSource;
import dev.parley.CallException;
import dev.parley.Code;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** A store on a PostgreSQL server: as many threads as connections, with the pool in between that replaces broken ones. */
final class PostgresStore extends AbstractStore {
    private final HikariDataSource pool;
    private final PostgresSignals signals;
    private final WorkQueue writes;
    private final WorkQueue reads;
    private final Watch watch;
    private final Wakes wakes;
    private final List<Thread> threads = new ArrayList<>();

    private PostgresStore(StoreUri.Postgres uri, PostgresConnections connections) {
        super(Engine.POSTGRESQL, uri.place(), uri.options());
        this.pool = connections.pool();
        this.writes = new WorkQueue(options().maxWaiting());
        this.reads = new WorkQueue(options().maxWaiting());
        this.watch = new Watch("parley-store-watch");
        this.wakes = new Wakes("parley-store-wake");
        this.signals = new PostgresSignals(connections, wakes, uri.schema());
        // Of the connections some are for reads, so that neither keeps the other from its turn.
        int readers = options().connections() / 4;
        for (int i = 0; i < options().connections(); i++) {
            boolean reader = i < readers;
            PostgresWorker worker = new PostgresWorker(this, pool, reader ? reads : writes, watch, signals::committed);
            threads.add(new StoreThread(this, "parley-store-" + (reader ? "reader-" : "worker-") + i, worker::run));
        }
        threads.forEach(Thread::start);
    }

    static Store open(StoreUri.Postgres uri) {
        PostgresConnections connections = new PostgresConnections(uri);
        // On a thread of the platform, like all of JDBC.
        FutureTask<@Nullable Void> check = new FutureTask<>(() -> {
            connections.check();
            return null;
        });
        Thread.ofPlatform().daemon().name("parley-store-open").start(check);
        try {
            check.get();
        } catch (InterruptedException e) {
            check.cancel(true);
            throw CallException.interrupted(e, "the server of a store");
        } catch (ExecutionException e) {
            throw CallException.from(e.getCause() == null ? e : e.getCause());
        }
        PostgresStore store = new PostgresStore(uri, connections);
        try {
            store.migrate(Leases.SCHEMA);
            return store;
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    @Override
    WorkQueue writes() {
        return writes;
    }

    @Override
    WorkQueue reads() {
        return options().connections() < 4 ? writes : reads;
    }

    @Override
    public <R extends @Nullable Object> R within(Connection connection, Work<R> work) {
        try {
            if (connection.getAutoCommit()) {
                throw new CallException(
                        Code.FAILED_PRECONDITION,
                        "a connection for Store.within must be in a transaction: setAutoCommit(false) before");
            }
            Statements statements = new Statements(connection, 0);
            OpenTransaction transaction = new OpenTransaction(
                    Engine.POSTGRESQL, connection, statements, options().clock(), () -> {});
            try {
                R result = work.run(transaction);
                signals.notifyInside(transaction, transaction.channels());
                return result;
            } finally {
                transaction.end();
            }
        } catch (Exception e) {
            throw StoreErrors.of(Engine.POSTGRESQL, e);
        }
    }

    @Override
    public Listening listen(String channel, Runnable listener) {
        Listening listening = wakes.listen(channel, listener);
        signals.listen();
        return listening;
    }

    @Override
    public void close() {
        writes.close(closed());
        reads.close(closed());
        Threads.join(threads, options().transactionTimeout().plus(options().commitTimeout()));
        signals.close();
        watch.close();
        wakes.close();
        pool.close();
    }
}
