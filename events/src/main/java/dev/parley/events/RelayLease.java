package dev.parley.events;

import dev.parley.CallException;
import dev.parley.store.Lease;
import dev.parley.store.Transaction;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * A lease that is renewed on a thread of its own while the relay waits for the broker. By this process's clock it ends no later than by
 * the store's, because its time is counted from before the renewal; whether something is marked is decided by {@link #check} alone.
 */
final class RelayLease implements AutoCloseable {

    private final Lease lease;
    private final Duration time;
    private final Signal signal;
    private final Thread renewer;
    private volatile long heldUntil;
    private volatile boolean lost;
    private volatile boolean closed;

    private RelayLease(Lease lease, Duration time, long takenAt, Signal signal) {
        this.lease = lease;
        this.time = time;
        this.signal = signal;
        this.heldUntil = takenAt + time.toNanos();
        this.renewer = Thread.ofVirtual().name("parley-outbox-lease").unstarted(this::renewAll);
    }

    /** Keeps a lease that was asked for at {@code takenAt} by {@link System#nanoTime}; rings when it is lost. */
    static RelayLease keep(Lease lease, Duration time, long takenAt, Signal signal) {
        RelayLease kept = new RelayLease(lease, time, takenAt, signal);
        kept.renewer.start();
        return kept;
    }

    long token() {
        return lease.token();
    }

    /** Whether nobody else can be the active one now. */
    boolean isHeld() {
        return !lost && System.nanoTime() - heldUntil < 0;
    }

    /** Whether it is gone for good. */
    boolean isLost() {
        return lost;
    }

    /** Lets the transaction commit only under this lease. */
    void check(Transaction tx) throws SQLException {
        lease.check(tx);
    }

    /** Asks the store, so that {@link #isLost} is up to date. */
    void renew() {
        long before = System.nanoTime();
        if (lease.renew()) {
            heldUntil = before + time.toNanos();
        } else {
            lost = true;
            signal.ring();
        }
    }

    private void renewAll() {
        while (!lost && !closed) {
            LockSupport.parkNanos(time.toNanos() / 3);
            if (closed) {
                return;
            }
            try {
                renew();
            } catch (RuntimeException storeIsAway) {
                // The lease runs out by itself, or the next renewal succeeds.
            }
        }
    }

    /** Gives it up. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(renewer);
        if (!lost) {
            try {
                lease.release();
            } catch (CallException e) {
                lost = true; // it runs out by itself
            }
        }
    }
}
