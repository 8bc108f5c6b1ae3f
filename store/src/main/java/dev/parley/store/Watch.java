package dev.parley.store;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/** The thread that looks every 20 ms at what runs: cheaper than a timer for each of many thousand transactions a second. */
final class Watch implements AutoCloseable {
    private static final long PERIOD_NANOS = 20_000_000;
    private static final System.Logger LOG = System.getLogger(Store.class.getName());

    private final List<Slot> slots = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile boolean closed;

    Watch(String name) {
        this.thread = Thread.ofPlatform().daemon().name(name).start(this::run);
    }

    void add(Slot slot) {
        slots.add(slot);
    }

    private void run() {
        while (!closed) {
            for (Slot slot : slots) {
                try {
                    slot.watch(System.nanoTime());
                } catch (RuntimeException e) {
                    LOG.log(System.Logger.Level.WARNING, "a statement could not be cancelled", e);
                }
            }
            LockSupport.parkNanos(PERIOD_NANOS);
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
