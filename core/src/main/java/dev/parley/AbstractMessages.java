package dev.parley;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The life of a stream, the same for each kind: one reader, one end, listeners told once. */
abstract class AbstractMessages<T> implements Messages<T> {

    private static final System.Logger LOG = System.getLogger(Messages.class.getName());

    // Guarded by this, but read without it.
    private volatile @Nullable Outcome outcome;
    private @Nullable List<Consumer<Outcome>> listeners;
    private boolean iterated;

    /** The next message or null at the end. */
    abstract @Nullable T pull() throws Exception;

    /** Stops whoever produces. */
    abstract void cancel(CallException reason);

    /** Sends everything; may do so without {@link #pull}. */
    void push(Sink<? super T> sink) throws Exception {
        for (T message = pull(); message != null; message = pull()) {
            checkOpen();
            sink.send(message);
        }
    }

    @Override
    public final @Nullable T receive() {
        Outcome ended = outcome;
        if (ended != null) {
            return switch (ended) {
                case Outcome.Ok ok -> null;
                case Outcome.Failed failed -> throw failed.error();
            };
        }
        try {
            T message = pull();
            if (message == null && !finish(Outcome.OK)) {
                checkOpen(); // closed by another thread: not an end
            }
            return message;
        } catch (Throwable thrown) {
            throw fail(thrown);
        }
    }

    @Override
    public final void drain(Sink<? super T> sink) {
        checkOpen();
        if (outcome != null) {
            return;
        }
        try {
            push(sink);
            finish(Outcome.OK);
        } catch (Throwable thrown) {
            throw fail(thrown);
        }
        checkOpen(); // it may have been closed by another thread meanwhile
    }

    @Override
    public final void close() {
        if (outcome == null) {
            CallException reason = new CallException(Code.CANCELLED, "the stream was closed before its end");
            if (finish(Outcome.failed(reason))) {
                stop(reason);
            }
        }
    }

    @Override
    public final Messages<T> onClose(Consumer<Outcome> listener) {
        synchronized (this) {
            if (outcome == null) {
                if (listeners == null) {
                    listeners = new ArrayList<>(2);
                }
                listeners.add(listener);
                return this;
            }
        }
        tell(listener, outcome);
        return this;
    }

    @Override
    public final <U> Messages<U> map(Function<? super T, ? extends U> change) {
        MappedMessages<T, U> mapped = new MappedMessages<>(this, change);
        // A server closes the stream that it handed out; whoever follows the mapped one must hear of that, too.
        onClose(mapped::finish);
        return mapped;
    }

    @Override
    public final Iterator<T> iterator() {
        synchronized (this) {
            if (iterated) {
                throw new IllegalStateException("a stream is read once; its iterator was handed out before");
            }
            iterated = true;
        }
        return new Iterator<>() {
            private @Nullable T next;

            @Override
            public boolean hasNext() {
                if (next == null) {
                    next = receive();
                }
                return next != null;
            }

            @Override
            public T next() {
                if (!hasNext()) {
                    throw new NoSuchElementException("the stream has ended");
                }
                T message = java.util.Objects.requireNonNull(next);
                next = null;
                return message;
            }
        };
    }

    final boolean isOpen() {
        return outcome == null;
    }

    /** Throws what the stream failed with, if it has. */
    final void checkOpen() {
        if (outcome instanceof Outcome.Failed failed) {
            throw failed.error();
        }
    }

    private CallException fail(Throwable thrown) {
        if (outcome instanceof Outcome.Failed failed) {
            return failed.error(); // closed meanwhile: that is the reason, not what it led to
        }
        CallException error = CallException.from(thrown);
        if (finish(Outcome.failed(error))) {
            stop(error);
        }
        if (thrown instanceof Error fatal) {
            throw fatal;
        }
        return error;
    }

    private void stop(CallException reason) {
        try {
            cancel(reason);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "the source of a stream could not be cancelled", e);
        }
    }

    final boolean finish(Outcome result) {
        List<Consumer<Outcome>> told;
        synchronized (this) {
            if (outcome != null) {
                return false;
            }
            outcome = result;
            told = listeners;
            listeners = null;
        }
        if (told != null) {
            told.forEach(listener -> tell(listener, result));
        }
        return true;
    }

    private static void tell(Consumer<Outcome> listener, Outcome result) {
        try {
            listener.accept(result);
        } catch (RuntimeException | Error e) {
            // The other listeners must hear of it all the same.
            LOG.log(System.Logger.Level.WARNING, "a listener of a stream failed", e);
        }
    }
}
