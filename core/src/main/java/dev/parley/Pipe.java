package dev.parley;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A bounded pipe from threads that push to the one that reads {@link #messages()}: how a call-back or an event feed
 * becomes a stream. Made by {@link Messages#pipe}. Thread-safe.
 */
public final class Pipe<T> implements Sink<T> {

    /** How long {@link #send(Object)} waits for room unless said otherwise: the idle timeout of a stream. */
    public static final Duration DEFAULT_SEND_TIMEOUT = Duration.ofMinutes(5);

    private final int capacity;
    private final Duration sendTimeout;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<T> queue = new ArrayDeque<>();
    private final Messages<T> messages = Messages.pull(new Reader());
    private boolean completed;
    private @Nullable CallException failure;
    private @Nullable CallException readerLeft;

    Pipe(int capacity, Duration sendTimeout) {
        if (capacity <= 0) {
            throw new IllegalArgumentException("capacity must be positive, but is " + capacity);
        }
        if (sendTimeout.isNegative() || sendTimeout.isZero()) {
            throw new IllegalArgumentException("sendTimeout must be positive, but is " + sendTimeout);
        }
        this.capacity = capacity;
        this.sendTimeout = sendTimeout;
    }

    /** The reading end; always the same stream. */
    public Messages<T> messages() {
        return messages;
    }

    /**
     * Puts {@code message} in, waiting for room.
     *
     * @throws CallException {@code RESOURCE_EXHAUSTED} if there is no room in time; the reader's reason if it has left;
     *     the call's if that is cancelled
     * @throws IllegalStateException after {@link #complete} or {@link #fail}
     */
    @Override
    public void send(T message) {
        if (!send(message, sendTimeout)) {
            throw new CallException(
                    Code.RESOURCE_EXHAUSTED,
                    "no room in the pipe for " + sendTimeout + ": its reader has " + capacity + " messages unread");
        }
    }

    /**
     * Puts {@code message} in, waiting up to {@code timeout} for room.
     *
     * @return false if there was none; the message is then not in
     */
    public boolean send(T message, Duration timeout) {
        long left = TimeUnit.NANOSECONDS.convert(timeout); // saturates
        lock.lock();
        try {
            while (true) {
                if (readerLeft != null) {
                    throw readerLeft;
                }
                if (completed || failure != null) {
                    throw new IllegalStateException("the pipe was ended before this message was sent");
                }
                if (queue.size() < capacity) {
                    queue.add(message);
                    changed.signalAll();
                    return true;
                }
                if (left <= 0) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            throw CallException.interrupted(e, "room in a pipe");
        } finally {
            lock.unlock();
        }
    }

    /** Ends the stream behind what was sent. Without effect once ended. */
    public void complete() {
        end(null);
    }

    /** Fails the stream behind what was sent. Without effect once ended. */
    public void fail(CallException error) {
        end(error);
    }

    private void end(@Nullable CallException error) {
        lock.lock();
        try {
            if (!completed && failure == null) {
                completed = error == null;
                failure = error;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private final class Reader implements Messages.Source<T> {

        @Override
        public @Nullable T receive() {
            lock.lock();
            try {
                while (true) {
                    T message = queue.poll();
                    if (message != null) {
                        changed.signalAll();
                        return message;
                    }
                    if (readerLeft != null) {
                        throw readerLeft;
                    }
                    if (failure != null) {
                        throw failure;
                    }
                    if (completed) {
                        return null;
                    }
                    // Bounded by the call's deadline and idle timeout, which interrupt or close.
                    changed.await();
                }
            } catch (InterruptedException e) {
                throw CallException.interrupted(e, "a message in a pipe");
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void cancel(CallException reason) {
            lock.lock();
            try {
                readerLeft = reason;
                queue.clear();
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
