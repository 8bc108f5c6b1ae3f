package dev.parley;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Reads a stream of requests once and gives it to one attempt after another from the beginning, as long as that fits
 * into a bounded buffer.
 *
 * <pre>{@code
 * try (Replay<Chunk> replay = Replay.of(call, requests, 64)) {
 *     while (true) {
 *         CallScope attempt = CallScope.child(call);
 *         try {
 *             return attempt.run(next, replay.attempt());
 *         } catch (CallException e) {
 *             if (!replay.isPossible() || !retryable(e)) throw e;
 *         }
 *     }
 * }
 * }</pre>
 *
 * <p>The stream is drained by one virtual thread, at most one message ahead of the current attempt, and cancelled with the
 * call. An attempt that is interrupted or closed leaves it intact; a new one ends the attempt before it. {@link #close}
 * cancels all. Thread-safe.
 */
public final class Replay<T> implements AutoCloseable {

    private final Call call;
    private final Messages<T> source;
    private final Runnable pump;
    private final int limit;
    private final long mostBytes;
    private final ToLongFunction<? super T> sizes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by lock. Messages from the start of the stream while it can be replayed, afterwards only the unread.
    private final ArrayDeque<T> rest = new ArrayDeque<>();
    private List<T> kept = new ArrayList<>();
    private long keptBytes;
    private boolean possible = true;
    private boolean started;
    private @Nullable Outcome ended;
    private @Nullable Messages<T> open;

    private Replay(Call call, Messages<T> source, int limit, long mostBytes, ToLongFunction<? super T> sizes) {
        if (limit < 0) {
            throw new IllegalArgumentException("limit must not be negative, but is " + limit);
        }
        if (mostBytes < 0) {
            throw new IllegalArgumentException("mostBytes must not be negative, but is " + mostBytes);
        }
        this.call = call;
        this.source = source;
        this.pump = Call.wrap(this::pump);
        this.limit = limit;
        this.mostBytes = mostBytes;
        this.sizes = sizes;
    }

    /** Repeats {@code source}, the requests of {@code call}, while it has had no more than {@code limit} messages. */
    public static <T> Replay<T> of(Call call, Messages<T> source, int limit) {
        return of(call, source, limit, Long.MAX_VALUE, message -> 0);
    }

    /** As {@link #of(Call, Messages, int)}, and while its messages come to no more than {@code mostBytes} by {@code sizes}. */
    public static <T> Replay<T> of(
            Call call, Messages<T> source, int limit, long mostBytes, ToLongFunction<? super T> sizes) {
        return new Replay<>(call, source, limit, mostBytes, sizes);
    }

    /** Whether the stream can be had from its beginning: no more messages or bytes than the limits have been read. */
    public boolean isPossible() {
        lock.lock();
        try {
            return possible;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The stream from its beginning.
     *
     * @throws IllegalStateException if that is not {@linkplain #isPossible possible} any more
     */
    public Messages<T> attempt() {
        closeAttempt();
        lock.lock();
        try {
            if (!possible) {
                throw new IllegalStateException("more than " + limit + " messages or " + mostBytes
                        + " bytes were read, so they cannot be replayed");
            }
            rest.clear();
            rest.addAll(kept);
            Messages<T> attempt = Messages.pull(new Attempt());
            open = attempt;
            return attempt;
        } finally {
            lock.unlock();
        }
    }

    private void closeAttempt() {
        Messages<T> before;
        lock.lock();
        try {
            before = open;
            open = null;
        } finally {
            lock.unlock();
        }
        if (before != null) {
            before.close(); // not under the lock: it calls listeners
        }
    }

    /** Cancels the stream if it has not ended, and closes the current attempt. */
    @Override
    public void close() {
        stop(new CallException(Code.CANCELLED, "the replay was closed"));
        closeAttempt();
    }

    private void stop(CallException reason) {
        end(Outcome.failed(reason)); // first, so that it is what a reader learns
        source.close();
    }

    private void pump() {
        Call.Registration onCancel = call.onCancel(this::stop);
        try {
            source.drain(this::put);
            end(Outcome.OK);
        } catch (Throwable e) {
            end(Outcome.failed(CallException.from(e)));
        } finally {
            onCancel.remove();
        }
    }

    private void put(T message) {
        long bytes = sizes.applyAsLong(message); // the user's code: not under the lock
        lock.lock();
        try {
            while (!rest.isEmpty() && ended == null) {
                changed.await(); // until the attempt reads on, or close()
            }
            if (ended instanceof Outcome.Failed stopped) {
                throw stopped.error();
            }
            keptBytes += bytes;
            if (possible && (kept.size() == limit || keptBytes > mostBytes)) {
                possible = false;
                kept = List.of();
            }
            if (possible) {
                kept.add(message);
            }
            rest.add(message);
            changed.signalAll();
        } catch (InterruptedException e) {
            throw CallException.interrupted(e, "an attempt to read a message");
        } finally {
            lock.unlock();
        }
    }

    private void end(Outcome outcome) {
        lock.lock();
        try {
            if (ended == null) {
                ended = outcome;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private final class Attempt implements Messages.Source<T> {

        private @Nullable CallException left;

        @Override
        public @Nullable T receive() {
            lock.lock();
            try {
                if (!started) {
                    started = true;
                    Thread.ofVirtual().name("parley-replay").start(pump);
                }
                while (true) {
                    if (left != null) {
                        throw left;
                    }
                    T message = rest.poll();
                    if (message != null) {
                        changed.signalAll();
                        return message;
                    }
                    if (ended instanceof Outcome.Failed failed) {
                        throw failed.error();
                    }
                    if (ended != null) {
                        return null;
                    }
                    changed.await();
                }
            } catch (InterruptedException e) {
                throw CallException.interrupted(e, "a message to replay");
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void cancel(CallException reason) {
            lock.lock();
            try {
                left = reason;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
