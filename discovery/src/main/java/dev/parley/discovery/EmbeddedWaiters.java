package dev.parley.discovery;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Timer;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/** Who waits for a change of something in an {@link EmbeddedRegistry}. Its methods but {@link #await} are called with the lock. */
final class EmbeddedWaiters {

    private final ReentrantLock lock;
    private final EmbeddedRegistryOptions options;
    private final Map<String, Set<CountDownLatch>> waiting = new HashMap<>();
    private int count;
    private boolean closed;

    /** Whose waits end together. Guarded by the lock. */
    static final class Owner {
        private final Set<CountDownLatch> waits = new HashSet<>();
        private boolean stopped;

        void stop() {
            stopped = true;
            waits.forEach(CountDownLatch::countDown);
        }
    }

    EmbeddedWaiters(ReentrantLock lock, EmbeddedRegistryOptions options) {
        this.lock = lock;
        this.options = options;
    }

    /**
     * Waits until {@code index} is behind {@code since}, the time is over, or {@code owner} is stopped.
     */
    void await(String what, Owner owner, long since, LongSupplier index, Duration wait) throws InterruptedException {
        Timer timer = options.timer();
        long until = timer.nanoTime() + wait.toNanos();
        while (true) {
            CountDownLatch changed = new CountDownLatch(1);
            lock.lock();
            try {
                if (closed || owner.stopped || index.getAsLong() > since || until - timer.nanoTime() <= 0) {
                    return;
                }
                if (count >= options.maxWaiters()) {
                    throw new CallException(
                            Code.RESOURCE_EXHAUSTED,
                            count + " questions wait for a change of the registry already, which is the limit"
                                    + " (maxWaiters)");
                }
                count++;
                waiting.computeIfAbsent(what, each -> new HashSet<>()).add(changed);
                owner.waits.add(changed);
            } finally {
                lock.unlock();
            }
            Timer.Scheduled timeout = timer.schedule(until - timer.nanoTime(), changed::countDown);
            try {
                changed.await();
            } finally {
                timeout.cancel();
                remove(what, owner, changed);
            }
        }
    }

    private void remove(String what, Owner owner, CountDownLatch gone) {
        lock.lock();
        try {
            count--;
            owner.waits.remove(gone);
            Set<CountDownLatch> others = waiting.get(what);
            if (others != null) {
                others.remove(gone);
                if (others.isEmpty()) {
                    waiting.remove(what);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    void changed(String what) {
        waiting.getOrDefault(what, Set.of()).forEach(CountDownLatch::countDown);
    }

    int count() {
        return count;
    }

    void close() {
        closed = true;
        waiting.values().forEach(each -> each.forEach(CountDownLatch::countDown));
    }
}
