package dev.parley.store;

import org.jspecify.annotations.Nullable;

/**
 * What a thread of the store runs at the moment, for the watch to see. Thread-safe: {@link #watch} and {@link #end} exclude each other,
 * so that nothing which is meant for one transaction's work reaches the next one's.
 */
final class Slot {
    private final Thread thread = Thread.currentThread();
    private @Nullable Job<?> job; // guarded by this
    private @Nullable Runnable cancelStatement; // guarded by this
    private boolean told; // guarded by this

    /** @param cancelStatement cancels the statement that runs, from another thread; null if that cannot be done */
    synchronized void begin(Job<?> next, @Nullable Runnable cancelStatement) {
        this.job = next;
        this.cancelStatement = cancelStatement;
        this.told = false;
    }

    /** The work has returned; an interrupt that was meant for it is taken back. */
    synchronized void end() {
        job = null;
        cancelStatement = null;
        Thread.interrupted();
    }

    /** Called now and then, by one thread: stops what has run for too long, or is not wanted any more. */
    synchronized void watch(long now) {
        Job<?> running = job;
        if (running == null) {
            return;
        }
        running.expire(now);
        if (running.isCancelled()) {
            if (!told) {
                told = true;
                thread.interrupt(); // what the work waits in, if it waits; JDBC on threads of the platform does not
                // mind
            }
            if (cancelStatement != null) {
                cancelStatement.run(); // again each time: there may have been no statement
            }
        }
    }
}
