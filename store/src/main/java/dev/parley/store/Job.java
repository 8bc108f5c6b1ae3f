package dev.parley.store;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One transaction between the caller that waits for it and the thread that runs it. Its phase only goes forward; who moves it from
 * RUNNING decides whether it is committed: the runner (to COMMITTING) or a cancellation (to CANCELLED).
 */
final class Job<R extends @Nullable Object> {

    private enum Phase {
        WAITING,
        RUNNING,
        COMMITTING,
        CANCELLED,
        DONE
    }

    private final StoreOptions options;
    private final boolean readOnly;
    private final Callable<R> work;
    private final Thread caller = Thread.currentThread();
    private final long queuedAt = System.nanoTime();
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.WAITING);
    private volatile long startedAt;
    // Written before the phase that tells of it.
    private @Nullable Transaction transaction;
    private @Nullable R result;
    private @Nullable Throwable failure;
    private volatile @Nullable CallException cancellation;

    Job(Work<R> work, boolean readOnly, StoreOptions options) {
        this.readOnly = readOnly;
        this.options = options;
        this.work = Call.wrap(() -> {
            Transaction open = transaction;
            if (open == null) {
                throw new AssertionError("run without a transaction");
            }
            return work.run(open);
        });
    }

    // The runner's side.

    boolean readOnly() {
        return readOnly;
    }

    /** Takes it up; false if its caller has given up. */
    boolean start() {
        startedAt = System.nanoTime();
        return phase.compareAndSet(Phase.WAITING, Phase.RUNNING);
    }

    /** Runs the work and keeps its result. */
    void run(Transaction open) throws Exception {
        transaction = open;
        result = work.call();
    }

    /** From here on it cannot be cancelled; false if it has been. */
    boolean startCommit() {
        return phase.compareAndSet(Phase.RUNNING, Phase.COMMITTING);
    }

    /** Tells the caller that it is committed. */
    void succeed() {
        finish();
    }

    /** Tells the caller that it is not, or that nobody knows. */
    void fail(Throwable thrown) {
        failure = thrown;
        finish();
    }

    private void finish() {
        Phase now = phase.get();
        while (now != Phase.CANCELLED && now != Phase.DONE) {
            if (phase.compareAndSet(now, Phase.DONE)) {
                LockSupport.unpark(caller);
                return;
            }
            now = phase.get();
        }
    }

    /** Throws the reason if it was cancelled. */
    void check() {
        CallException reason = cancellation;
        if (reason != null) {
            throw reason;
        }
    }

    boolean isCancelled() {
        return phase.get() == Phase.CANCELLED;
    }

    /** Cancels it if it has run for longer than it may. */
    void expire(long now) {
        if (phase.get() == Phase.RUNNING
                && now - startedAt > options.transactionTimeout().toNanos()) {
            cancel(tooLong());
        }
    }

    /** Has it rolled back; false if it is too late for that. */
    private boolean cancel(CallException reason) {
        // First the reason: the runner may look as soon as the phase has changed. If the commit was faster nobody
        // looks.
        cancellation = reason;
        boolean cancelled = phase.compareAndSet(Phase.WAITING, Phase.CANCELLED)
                || phase.compareAndSet(Phase.RUNNING, Phase.CANCELLED);
        if (cancelled) {
            LockSupport.unpark(caller);
        }
        return cancelled;
    }

    // The caller's side.

    R await() {
        boolean interrupted = false;
        try {
            while (true) {
                Phase now = phase.get();
                switch (now) {
                    case DONE -> {
                        return outcome();
                    }
                    case CANCELLED -> {
                        CallException reason = cancellation;
                        throw reason == null ? tooLong() : reason;
                    }
                    case WAITING, RUNNING, COMMITTING -> {
                        if (Thread.interrupted()) {
                            interrupted = true;
                            if (now != Phase.COMMITTING) {
                                CallException reason = CallException.interrupted(
                                        new InterruptedException(), "a transaction of the store");
                                Thread.interrupted(); // set again below
                                cancel(reason);
                                continue;
                            }
                        }
                        long left = left(now);
                        if (left > 0) {
                            LockSupport.parkNanos(this, left);
                        } else if (phase.get() == now) {
                            giveUp(now);
                        }
                    }
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private long left(Phase now) {
        long at = System.nanoTime();
        return switch (now) {
            case WAITING -> queuedAt + options.waitTimeout().toNanos() - at;
            case RUNNING -> startedAt + options.transactionTimeout().toNanos() - at;
            case COMMITTING ->
                startedAt
                        + options.transactionTimeout().toNanos()
                        + options.commitTimeout().toNanos()
                        - at;
            case CANCELLED, DONE -> 0;
        };
    }

    private void giveUp(Phase now) {
        switch (now) {
            case WAITING ->
                cancel(new CallException(
                        Code.RESOURCE_EXHAUSTED,
                        "a transaction waited longer than waitTimeout (" + text(options.waitTimeout())
                                + ") for its turn or a connection"));
            case RUNNING -> cancel(tooLong());
            case COMMITTING ->
                fail(new CallException(
                        Code.UNKNOWN,
                        "the commit has not returned within commitTimeout (" + text(options.commitTimeout())
                                + "): whether it happened is unknown"));
            case CANCELLED, DONE -> {}
        }
    }

    private CallException tooLong() {
        return new CallException(
                Code.DEADLINE_EXCEEDED,
                "the work of a transaction took longer than transactionTimeout (" + text(options.transactionTimeout())
                        + ") and is rolled back");
    }

    private static String text(Duration duration) {
        return duration.toMillis() + " ms";
    }

    @SuppressWarnings("NullAway") // R says whether its null is one
    private R outcome() {
        Throwable thrown = failure;
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof RuntimeException known) {
            throw known;
        }
        if (thrown != null) {
            throw new CallException(Code.INTERNAL, "internal error", thrown);
        }
        return result;
    }
}
