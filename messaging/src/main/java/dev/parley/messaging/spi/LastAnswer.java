package dev.parley.messaging.spi;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a question that may take long, for callers that must not, such as those that collect metrics. It is asked on a virtual thread,
 * once at a time and no more often than every {@code refresh}; who asks meanwhile gets the last answer. Thread-safe.
 *
 * @param <T> of the answers
 */
public final class LastAnswer<T> implements AutoCloseable {

    /** How long {@link #get} waits for a new answer, in milliseconds; a late one is told the next time. */
    public static final long PATIENCE_MILLIS = 1000;

    private static final System.Logger LOG = System.getLogger("dev.parley.messaging");

    private final String what;
    private final Supplier<T> question;
    private final long refreshNanos;
    private volatile @Nullable T last;
    private @Nullable CompletableFuture<Boolean> asking; // guarded by this
    private @Nullable Thread asker; // guarded by this
    private long asked; // guarded by this
    private boolean closed; // guarded by this

    /**
     * Makes one; nothing is asked yet.
     *
     * @param what for the log and the thread's name, such as {@code queues of amqp://127.0.0.1}
     * @param question interrupted by {@link #close}; what it throws is logged, and the answer before stays
     * @param refresh how old an answer may be before it is asked for again
     */
    public LastAnswer(String what, Supplier<T> question, Duration refresh) {
        this.what = what;
        this.question = question;
        this.refreshNanos = refresh.toNanos();
        this.asked = System.nanoTime() - refreshNanos;
    }

    /** The newest answer there is, waiting for {@value #PATIENCE_MILLIS} ms at most; empty if there was none yet. */
    public Optional<T> get() {
        CompletableFuture<Boolean> answer = refresh();
        try {
            answer.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.log(Level.DEBUG, "the figures of the " + what + " are late; those before are told", e);
        }
        return Optional.ofNullable(last);
    }

    private synchronized CompletableFuture<Boolean> refresh() {
        if (asking != null) {
            return asking;
        }
        CompletableFuture<Boolean> begun = new CompletableFuture<>();
        if (closed || System.nanoTime() - asked < refreshNanos) {
            begun.complete(false);
            return begun;
        }
        asking = begun;
        asker = Thread.ofVirtual().name("parley-ask-" + what).start(() -> ask(begun));
        return begun;
    }

    private void ask(CompletableFuture<Boolean> begun) {
        try {
            last = question.get();
        } catch (RuntimeException e) {
            LOG.log(Level.DEBUG, "there are no figures of the " + what + " at present", e);
        } finally {
            synchronized (this) {
                asked = System.nanoTime();
                asking = null;
                asker = null;
            }
            begun.complete(true);
        }
    }

    /** Asks no more; the last answer is still told. */
    @Override
    public void close() {
        Thread thread;
        synchronized (this) {
            closed = true;
            thread = asker;
        }
        if (thread != null) {
            thread.interrupt();
        }
    }
}
