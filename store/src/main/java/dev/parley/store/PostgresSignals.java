package dev.parley.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * Wakes other processes by NOTIFY, and is woken by theirs, on two connections of its own.
 *
 * <p>A transaction that notifies takes a lock of the whole server for its commit, so that commits go one after the other. Therefore the
 * transactions of the store do not notify: this thread does afterwards, once for all channels that have gathered. What is lost with a
 * process in between is found by polling.
 */
final class PostgresSignals implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Store.class.getName());
    private static final String CHANNEL = "parley_wake";
    private static final int MOST_PENDING = 10_000;
    private static final int LISTEN_MILLIS = 500;
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 5000;

    private final PostgresConnections connections;
    private final Wakes wakes;
    private final String prefix;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // Guarded by lock.
    private final Set<String> pending = new LinkedHashSet<>();
    private @Nullable Thread notifier;
    private @Nullable Thread listener;
    private boolean closed;
    private volatile int ownProcess;

    PostgresSignals(PostgresConnections connections, Wakes wakes, @Nullable String schema) {
        this.connections = connections;
        this.wakes = wakes;
        this.prefix = schema == null ? "/" : schema + "/";
    }

    /** For a transaction of somebody else's, of whose commit nothing is heard. */
    void notifyInside(OpenTransaction transaction, Set<String> channels) throws SQLException {
        PreparedStatement notify = transaction.prepare("select pg_notify('" + CHANNEL + "', ?)");
        for (String channel : channels) {
            notify.setString(1, prefix + channel);
            notify.execute();
        }
    }

    /** After a commit. */
    void committed(Set<String> channels) {
        if (channels.isEmpty()) {
            return;
        }
        wakes.wake(channels);
        lock.lock();
        try {
            if (closed) {
                return;
            }
            for (String channel : channels) {
                if (pending.size() < MOST_PENDING) {
                    pending.add(channel);
                }
            }
            changed.signalAll();
            if (notifier == null) {
                notifier =
                        Thread.ofPlatform().daemon().name("parley-store-notify").start(this::notifyLoop);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Begins to listen if it does not yet. */
    void listen() {
        lock.lock();
        try {
            if (listener == null && !closed) {
                listener =
                        Thread.ofPlatform().daemon().name("parley-store-listen").start(this::listenLoop);
            }
        } finally {
            lock.unlock();
        }
    }

    private void notifyLoop() {
        long pause = FIRST_PAUSE_MILLIS;
        while (!isClosed()) {
            try (Connection connection = connections.single();
                    PreparedStatement notify = connection.prepareStatement("select pg_notify('" + CHANNEL + "', ?)")) {
                ownProcess = connection.unwrap(PGConnection.class).getBackendPID();
                for (List<String> channels = next(); !channels.isEmpty(); channels = next()) {
                    for (String channel : channels) {
                        notify.setString(1, prefix + channel);
                        notify.execute();
                    }
                    pause = FIRST_PAUSE_MILLIS;
                }
            } catch (SQLException e) {
                LOG.log(System.Logger.Level.DEBUG, "other processes are not woken", e);
                pause(pause);
                pause = Math.min(LONGEST_PAUSE_MILLIS, pause * 2);
            }
        }
    }

    /** What is to be told; empty when closed. */
    private List<String> next() {
        lock.lock();
        try {
            while (pending.isEmpty() && !closed) {
                changed.awaitUninterruptibly();
            }
            List<String> all = new ArrayList<>(pending);
            pending.clear();
            return all;
        } finally {
            lock.unlock();
        }
    }

    private void listenLoop() {
        long pause = FIRST_PAUSE_MILLIS;
        while (!isClosed()) {
            try (Connection connection = connections.single();
                    Statement statement = connection.createStatement()) {
                statement.execute("listen " + CHANNEL);
                wakes.wakeAll(); // for what was missed until now
                pause = FIRST_PAUSE_MILLIS;
                PGConnection postgres = connection.unwrap(PGConnection.class);
                while (!isClosed()) {
                    hear(postgres.getNotifications(LISTEN_MILLIS));
                    if (!connection.isValid(5)) {
                        throw new SQLException("the connection that listens is lost");
                    }
                }
            } catch (SQLException e) {
                LOG.log(System.Logger.Level.DEBUG, "nobody is woken by other processes", e);
                pause(pause);
                pause = Math.min(LONGEST_PAUSE_MILLIS, pause * 2);
            }
        }
    }

    private void hear(PGNotification @Nullable [] notifications) {
        if (notifications == null) {
            return;
        }
        Set<String> channels = new LinkedHashSet<>();
        for (PGNotification notification : notifications) {
            String what = notification.getParameter();
            // Our own were told at the commit.
            if (notification.getPID() != ownProcess && what.startsWith(prefix)) {
                channels.add(what.substring(prefix.length()));
            }
        }
        wakes.wake(channels);
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    private void pause(long millis) {
        lock.lock();
        try {
            long left = millis * 1_000_000;
            while (left > 0 && !closed) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** Ends both; what has not been told is lost. They leave by themselves, the one that listens within half a second. */
    @Override
    public void close() {
        List<Thread> all = new ArrayList<>();
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
            if (notifier != null) {
                all.add(notifier);
            }
            if (listener != null) {
                all.add(listener);
            }
        } finally {
            lock.unlock();
        }
        Threads.join(all, java.time.Duration.ofSeconds(2));
    }
}
