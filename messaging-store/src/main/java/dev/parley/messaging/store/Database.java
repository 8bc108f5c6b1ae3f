package dev.parley.messaging.store;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.store.Action;
import dev.parley.store.Store;
import dev.parley.store.Work;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The store, opened by the first use and tried again by the next one if that has failed. It is opened on a thread of its own, so that whoever
 * waits can be interrupted. Thread-safe.
 */
final class Database {

    private static final int MOST_COLLISIONS = 5;

    private final String uri;
    private final String name;
    private final Consumer<Store> whenOpen;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable CompletableFuture<Store> opening; // guarded by the lock, as what follows
    private boolean closed;

    /**
     * @param name for errors, without secrets
     * @param whenOpen is told of the store before anybody else uses it
     */
    Database(String uri, String name, Consumer<Store> whenOpen) {
        this.uri = uri;
        this.name = name;
        this.whenOpen = whenOpen;
    }

    Store store() throws InterruptedException {
        CompletableFuture<Store> future;
        lock.lock();
        try {
            if (closed) {
                throw closedError();
            }
            if (opening == null || opening.isCompletedExceptionally()) {
                CompletableFuture<Store> next = new CompletableFuture<>();
                opening = next;
                Thread.ofPlatform().daemon().name("parley-queues-open").start(() -> open(next));
            }
            future = opening;
        } finally {
            lock.unlock();
        }
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw error(e.getCause());
        }
    }

    private RuntimeException error(@Nullable Throwable cause) {
        return switch (cause) {
            // Another stack each time, and the same cause: several threads may throw it.
            case CallException call -> new CallException(call.code(), call.message(), call);
            case IllegalArgumentException wrong -> new IllegalArgumentException(wrong.getMessage(), wrong);
            case null, default -> new CallException(Code.INTERNAL, name + " cannot be opened", cause);
        };
    }

    private void open(CompletableFuture<Store> future) {
        Store store = null;
        try {
            store = Store.shared(uri);
            store.migrate(QueueSchema.SCHEMA);
            whenOpen.accept(store);
            boolean late;
            lock.lock();
            try {
                late = closed;
                if (!late) {
                    future.complete(store);
                }
            } finally {
                lock.unlock();
            }
            if (late) {
                throw closedError();
            }
        } catch (Throwable e) {
            if (store != null) {
                store.close();
            }
            future.completeExceptionally(e);
        }
    }

    /** A transaction; a collision with another one is tried again. */
    <R extends @Nullable Object> R transaction(Work<R> work) throws InterruptedException {
        Store store = store();
        for (int n = 1; ; n++) {
            try {
                return store.transaction(work);
            } catch (CallException e) {
                if (e.code() != Code.ABORTED || n == MOST_COLLISIONS) {
                    throw e;
                }
            }
        }
    }

    void run(Action action) throws InterruptedException {
        this.<@Nullable Object>transaction(transaction -> {
            action.run(transaction);
            return null;
        });
    }

    <R extends @Nullable Object> R read(Work<R> work) throws InterruptedException {
        return store().read(work);
    }

    /** The store if it is open; never waits. */
    @Nullable
    Store ifOpen() {
        lock.lock();
        try {
            CompletableFuture<Store> now = opening;
            return closed || now == null || !now.isDone() || now.isCompletedExceptionally() ? null : now.join();
        } finally {
            lock.unlock();
        }
    }

    private CallException closedError() {
        return new CallException(Code.FAILED_PRECONDITION, name + " is closed");
    }

    void close() {
        CompletableFuture<Store> last;
        lock.lock();
        try {
            closed = true;
            last = opening;
        } finally {
            lock.unlock();
        }
        if (last != null && last.isDone() && !last.isCompletedExceptionally()) {
            last.join().close();
        }
    }
}
