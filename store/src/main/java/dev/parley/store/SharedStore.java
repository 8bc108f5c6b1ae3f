package dev.parley.store;

import java.sql.Connection;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One of several handles on a store that this process shares. */
final class SharedStore implements Store {
    // Guarded by itself, also while a store is opened or closed: the next one must find the folder free.
    private static final Map<String, Counted> OPEN = new HashMap<>();

    private final String uri;
    private final Store store;
    private final AtomicBoolean closed = new AtomicBoolean();

    private record Counted(Store store, int handles) {}

    private SharedStore(String uri, Store store) {
        this.uri = uri;
        this.store = store;
    }

    static Store get(String uri) {
        synchronized (OPEN) {
            Counted known = OPEN.get(uri);
            Counted next =
                    known == null ? new Counted(Store.open(uri), 1) : new Counted(known.store, known.handles + 1);
            OPEN.put(uri, next);
            return new SharedStore(uri, next.store);
        }
    }

    @Override
    public Engine engine() {
        return store.engine();
    }

    @Override
    public <R extends @Nullable Object> R transaction(Work<R> work) {
        return open().transaction(work);
    }

    @Override
    public <R extends @Nullable Object> R read(Work<R> work) {
        return open().read(work);
    }

    @Override
    public <R extends @Nullable Object> R within(Connection connection, Work<R> work) {
        return open().within(connection, work);
    }

    @Override
    public void migrate(Schema schema) {
        open().migrate(schema);
    }

    @Override
    public Optional<Lease> lease(String name, String holder, Duration ttl) {
        return open().lease(name, holder, ttl);
    }

    @Override
    public Listening listen(String channel, Runnable listener) {
        return open().listen(channel, listener);
    }

    private Store open() {
        if (closed.get()) {
            throw new dev.parley.CallException(dev.parley.Code.UNAVAILABLE, "the store " + store + " is closed")
                    .withRetryAdvice(dev.parley.RetryAdvice.NEVER);
        }
        return store;
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        synchronized (OPEN) {
            Counted known = OPEN.get(uri);
            if (known != null && known.handles > 1) {
                OPEN.put(uri, new Counted(known.store, known.handles - 1));
            } else {
                OPEN.remove(uri);
                store.close();
            }
        }
    }

    @Override
    public String toString() {
        return store.toString();
    }
}
