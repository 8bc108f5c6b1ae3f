package dev.parley.discovery;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Tells listeners of events, in their order, one at a time, and outside the lock under which they happen. */
final class EmbeddedFeed {

    private static final System.Logger LOG = System.getLogger(EmbeddedRegistry.class.getName());

    private final CopyOnWriteArrayList<Consumer<EmbeddedEntry.Event>> listeners = new CopyOnWriteArrayList<>();
    private final Queue<EmbeddedEntry.Event> events = new ConcurrentLinkedQueue<>();
    private final AtomicInteger untold = new AtomicInteger();
    private final AtomicInteger emptying = new AtomicInteger(); // 1 while a thread does

    AutoCloseable listen(Consumer<EmbeddedEntry.Event> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** With the registry's lock, so that they are in order. */
    void add(EmbeddedEntry.Event.Kind kind, EmbeddedService service, String reason) {
        if (!listeners.isEmpty()) {
            events.add(new EmbeddedEntry.Event(kind, service, reason));
            untold.incrementAndGet();
        }
    }

    /** Without the lock. Whoever finds the queue being emptied leaves its events to that thread. */
    void tell() {
        if (untold.get() == 0 || !emptying.compareAndSet(0, 1)) {
            return;
        }
        do {
            EmbeddedEntry.Event event = events.poll();
            while (event != null) {
                for (Consumer<EmbeddedEntry.Event> listener : listeners) {
                    try {
                        listener.accept(event);
                    } catch (RuntimeException e) {
                        LOG.log(System.Logger.Level.WARNING, "a listener of the registry failed", e);
                    }
                }
                untold.decrementAndGet();
                event = events.poll();
            }
            emptying.set(0);
        } while (untold.get() > 0 && emptying.compareAndSet(0, 1));
    }
}
