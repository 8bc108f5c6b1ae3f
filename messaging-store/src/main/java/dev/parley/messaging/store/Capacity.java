package dev.parley.messaging.store;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.store.Transaction;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps the queues from growing without end. It takes from an allowance without asking the database, and counts again when that is used up,
 * so that publications need not count; and as several processes may have allowances, one is only a part of the room that was there: so the
 * limit may be passed by a thousand messages for each process, or not at all where there is but one. Thread-safe.
 */
final class Capacity {

    private static final String COUNT =
            "select (select count(*) from parley_delivery) + (select count(*) from parley_dead_letter)";
    private static final int PARTS = 4;
    private static final int LEAST = 1000;

    private final long most;
    private final AtomicLong allowance = new AtomicLong();

    Capacity(long most) {
        this.most = most;
    }

    /** @throws CallException RESOURCE_EXHAUSTED if there is no room for so many more */
    void take(Transaction transaction, long more) throws SQLException {
        if (more > 0 && allowance.addAndGet(-more) < 0) {
            count(transaction, more);
        }
    }

    /** As {@link #take}, of what is there already. */
    void took(Transaction transaction, long more) throws SQLException {
        if (more > 0) {
            count(transaction, 0);
        }
    }

    private void count(Transaction transaction, long more) throws SQLException {
        PreparedStatement count = transaction.prepare(COUNT);
        try (ResultSet row = count.executeQuery()) {
            row.next();
            long waiting = row.getLong(1);
            if (waiting + more > most) {
                throw new CallException(
                        Code.RESOURCE_EXHAUSTED,
                        "the broker is full: its limit is maxMessages of %d messages, with %d in it and %d to come"
                                .formatted(most, waiting, more));
            }
            long room = most - waiting - more;
            allowance.set(Math.max(room / PARTS, Math.min(room, LEAST)));
        }
    }
}
