package dev.parley.messaging.store;

import dev.parley.store.Listening;
import dev.parley.store.Store;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Consumers of this process that wait for wake-ups of their queues: one listener in the store for each queue, which wakes one of those that
 * wait, or in an ordered queue all of them, as not each may take what is there. Thread-safe.
 */
final class Waiters {

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Long, Queue> queues = new HashMap<>(); // guarded by the lock

    private static final class Queue {
        private final Set<Waiter> waiters = new LinkedHashSet<>();
        private boolean ordered;
        private @Nullable Listening listening;
    }

    /** One consumer. */
    static final class Waiter {
        private volatile boolean woken;
        private volatile @Nullable Thread waiting;

        private boolean wake() {
            boolean first = !woken;
            woken = true;
            // Only now: whoever publishes itself behind this look sees that it was woken.
            Thread thread = waiting;
            LockSupport.unpark(thread);
            return first && thread != null;
        }

        /** To be called before it looks: what is told from here on ends the wait. */
        void reset() {
            woken = false;
        }

        /** Waits until it is woken, or for so long. */
        void await(long nanos) throws InterruptedException {
            long end = System.nanoTime() + nanos;
            waiting = Thread.currentThread();
            try {
                while (!woken) {
                    long left = end - System.nanoTime();
                    if (left <= 0) {
                        return;
                    }
                    LockSupport.parkNanos(this, left);
                    if (Thread.interrupted()) {
                        throw new InterruptedException("while waiting for messages");
                    }
                }
            } finally {
                waiting = null;
            }
        }

        void wakeUp() {
            wake();
        }
    }

    void add(Store store, long id, boolean ordered, Waiter waiter) {
        lock.lock();
        try {
            Queue queue = queues.computeIfAbsent(id, absent -> new Queue());
            queue.waiters.add(waiter);
            queue.ordered |= ordered;
            if (queue.listening == null) {
                queue.listening = store.listen(Route.channel(id), () -> wake(id));
            }
        } finally {
            lock.unlock();
        }
    }

    void remove(long id, Waiter waiter) {
        Listening last = null;
        lock.lock();
        try {
            Queue queue = queues.get(id);
            if (queue != null && queue.waiters.remove(waiter) && queue.waiters.isEmpty()) {
                queues.remove(id);
                last = queue.listening;
            }
        } finally {
            lock.unlock();
        }
        if (last != null) {
            last.close();
        }
    }

    /** Wakes one that waits; if none does, all, since one may be about to. */
    void wake(long id) {
        lock.lock();
        try {
            Queue queue = queues.get(id);
            if (queue == null) {
                return;
            }
            boolean enough = false;
            for (Waiter each : queue.waiters) {
                if (!enough || queue.ordered) {
                    enough |= each.wake();
                }
            }
        } finally {
            lock.unlock();
        }
    }
}
