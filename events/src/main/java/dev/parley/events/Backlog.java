package dev.parley.events;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.store.Transaction;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;

/**
 * Bounds the outbox without counting it for each message: it is counted once a second, and whenever what was published here since could
 * have filled it. Thread-safe.
 */
final class Backlog {

    private static final long VALID_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final int most;
    private long counted; // all guarded by this
    private long since;
    private long countedAt;
    private boolean known;

    Backlog(int most) {
        this.most = most;
    }

    /** Makes room for one more, or throws. */
    void enter(Transaction tx) throws SQLException {
        if (isSurelyFree()) {
            return;
        }
        long now = System.nanoTime();
        long depth = OutboxRows.count(tx, most);
        synchronized (this) {
            counted = depth;
            countedAt = now;
            known = true;
            since = 1;
        }
        if (depth >= most) {
            throw new CallException(
                    Code.RESOURCE_EXHAUSTED,
                    "the outbox is full: " + most + " messages wait to be sent (OutboxOptions.maxBacklog)");
        }
    }

    private synchronized boolean isSurelyFree() {
        if (!known || counted + since >= most || System.nanoTime() - countedAt > VALID_NANOS) {
            return false;
        }
        since++;
        return true;
    }
}
