package dev.parley.store;

import dev.parley.CallException;
import dev.parley.Code;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Transactions that wait for a thread, first come, first served, at most so many. Thread-safe. */
final class WorkQueue {
    private final int most;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // Guarded by lock.
    private final ArrayDeque<Job<?>> waiting = new ArrayDeque<>();
    private @Nullable CallException refusal;

    WorkQueue(int most) {
        this.most = most;
    }

    /**
     * Adds one.
     *
     * @throws CallException RESOURCE_EXHAUSTED if too many wait; the reason of {@link #close}
     */
    void add(Job<?> job) {
        lock.lock();
        try {
            CallException no = refusal;
            if (no != null) {
                throw new CallException(
                        no.code(),
                        no.message(),
                        no,
                        List.of(),
                        new dev.parley.Metadata(),
                        no.origin(),
                        no.retryAdvice());
            }
            if (waiting.size() >= most) {
                waiting.removeIf(Job::isCancelled);
            }
            if (waiting.size() >= most) {
                throw new CallException(
                        Code.RESOURCE_EXHAUSTED, "more than maxWaiting (" + most + ") transactions wait for the store");
            }
            waiting.add(job);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** The next one, waited for; null once it is closed and nothing waits. */
    @Nullable
    Job<?> take() {
        lock.lock();
        try {
            while (true) {
                Job<?> next = waiting.poll();
                if (next != null || refusal != null) {
                    return next;
                }
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The next one if one waits. */
    @Nullable
    Job<?> poll() {
        lock.lock();
        try {
            return waiting.poll();
        } finally {
            lock.unlock();
        }
    }

    /** Refuses what comes from now on; what waits is still given out. The first reason stays. */
    void close(CallException reason) {
        lock.lock();
        try {
            if (refusal == null) {
                refusal = reason;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Refuses what comes, and fails what waits. */
    void fail(CallException reason) {
        List<Job<?>> left;
        lock.lock();
        try {
            refusal = reason;
            left = new ArrayList<>(waiting);
            waiting.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        left.forEach(job -> job.fail(reason));
    }
}
