package dev.parley.messaging.rabbitmq;

import dev.parley.CallException;
import dev.parley.Code;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The platform threads that talk to the server. The interrupt of a virtual thread that reads or writes a socket closes it, and these sockets
 * belong to many; so callers wait, and an interrupt ends their waiting only. Thread-safe.
 */
final class Workers implements AutoCloseable {
    private static final int THREADS = 8;
    private static final int WAITING = 10_000;
    private static final ThreadFactory NAMED =
            Thread.ofPlatform().daemon().name("parley-rabbitmq-", 1).factory();

    private final ThreadPoolExecutor pool =
            new ThreadPoolExecutor(THREADS, THREADS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING), NAMED);

    // One task at a time for each channel that has deliveries; the client sees to that. What it still says of ended
    // channels when we are
    // closed is said by its own threads: it waits for that, and complains.
    private final ThreadPoolExecutor deliveries = new ThreadPoolExecutor(
            THREADS,
            THREADS,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(WAITING),
            NAMED,
            (task, executor) -> task.run());

    Workers() {
        pool.allowCoreThreadTimeOut(true);
        deliveries.allowCoreThreadTimeOut(true);
    }

    ThreadFactory threads() {
        return NAMED;
    }

    ExecutorService deliveries() {
        return deliveries;
    }

    Executor pool() {
        return pool;
    }

    /** Runs work on one of the threads and waits for it; an interrupt leaves it running. */
    <T> T call(Callable<T> work) throws Exception {
        CompletableFuture<T> done = new CompletableFuture<>();
        try {
            pool.execute(() -> {
                try {
                    done.complete(work.call());
                } catch (Throwable e) {
                    done.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            throw new CallException(
                    Code.UNAVAILABLE,
                    "RabbitMQ: closed, or more than " + WAITING + " operations wait for the server",
                    e);
        }
        try {
            return done.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case Exception known -> throw known;
                case Error error -> throw error;
                case null, default -> throw e;
            }
        }
    }

    /** Lets what runs end, and starts no more. */
    @Override
    public void close() {
        pool.shutdown();
        deliveries.shutdown();
    }
}
