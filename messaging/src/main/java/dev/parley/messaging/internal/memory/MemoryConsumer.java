package dev.parley.messaging.internal.memory;

import dev.parley.Timer;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.Received;
import dev.parley.messaging.spi.Settlement;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A consumer of a group. What is not said to be the receiving thread's is guarded by the store's lock. */
final class MemoryConsumer implements BackendConsumer {

    final MemoryGroup group;
    final long leaseNanos;
    /** What it holds, the lease that ends first at the front: all its leases are equally long. */
    final LinkedHashSet<MemoryHold> holds = new LinkedHashSet<>();
    /** What waits of keys whose earlier messages it holds. */
    final TreeMap<Long, MemoryLane> own = new TreeMap<>();

    volatile boolean closed;
    private final MemoryStore store;
    private @Nullable Thread waiter;
    private volatile boolean woken;

    MemoryConsumer(MemoryStore store, MemoryGroup group, Duration lease) {
        this.store = store;
        this.group = group;
        this.leaseNanos = lease.toNanos();
    }

    @Override
    public List<Received> receive(int max, Duration wait) throws InterruptedException {
        long end = store.timer().nanoTime() + wait.toNanos();
        while (true) {
            long left;
            store.lock().lock();
            try {
                long now = store.timer().nanoTime();
                List<Received> taken = store.take(this, max, now);
                left = group.untilNext(now, end - now);
                if (!taken.isEmpty() || end - now <= 0) {
                    return taken;
                }
                woken = false;
                waiter = Thread.currentThread();
            } finally {
                store.lock().unlock();
            }
            await(Thread.currentThread(), left);
        }
    }

    private void await(Thread self, long nanos) throws InterruptedException {
        Timer.Scheduled alarm = store.timer().schedule(nanos, () -> {
            woken = true;
            LockSupport.unpark(self);
        });
        boolean interrupted = false;
        try {
            while (!woken && !interrupted) {
                LockSupport.park(this);
                interrupted = Thread.interrupted();
            }
        } finally {
            alarm.cancel();
            store.lock().lock();
            try {
                waiter = null;
                if (interrupted && woken) {
                    group.wakeOne(); // who woke this one meant somebody
                }
            } finally {
                store.lock().unlock();
            }
        }
        if (interrupted) {
            throw new InterruptedException("while waiting for messages of " + group.name);
        }
    }

    boolean isClosed() {
        return closed;
    }

    /** Wakes it if it waits and nobody has yet. */
    boolean wake() {
        Thread waiting = waiter;
        if (waiting == null || woken) {
            return false;
        }
        woken = true;
        LockSupport.unpark(waiting);
        return true;
    }

    @Override
    public List<Received> settle(List<Settlement> settlements) {
        return store.settle(this, settlements);
    }

    @Override
    public void extend(List<Received> messages) {
        store.extend(this, messages);
    }

    @Override
    public void close() {
        store.close(this);
    }
}
