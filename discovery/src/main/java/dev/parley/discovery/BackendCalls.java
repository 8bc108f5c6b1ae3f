package dev.parley.discovery;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Timer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Calls of an adapter, each on a thread of its own: one that takes too long is interrupted, and left behind if it does not heed
 * that, so that whoever asked can ask anew or close. As many may be left behind as there are permits. Thread-safe.
 */
final class BackendCalls {

    private final String thread;
    private final Timer timer;
    private final Semaphore free;

    BackendCalls(String thread, Timer timer, int most) {
        this.thread = thread;
        this.timer = timer;
        this.free = new Semaphore(most);
    }

    /**
     * Waits for {@code work}, and before that until one that was left behind has ended, if there are too many.
     *
     * @param what names the question in the error for one that takes longer than {@code limit}
     * @param late takes a result that nobody waits for any more
     * @throws InterruptedException if the calling thread is interrupted; the work is, too
     */
    <T> T call(String what, Duration limit, Callable<T> work, Consumer<T> late) throws Exception {
        free.acquire();
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread worker = Thread.ofVirtual().name(thread).start(() -> run(work, result, late));
        Timer.Scheduled guard = timer.schedule(
                limit.toNanos(),
                () -> result.completeExceptionally(new CallException(
                        Code.DEADLINE_EXCEEDED, what + " has not been answered within " + Shown.of(limit))));
        try {
            return result.get();
        } catch (ExecutionException e) {
            throw reason(Objects.requireNonNullElse(e.getCause(), e));
        } catch (InterruptedException e) {
            // From here on the result is late, unless it has come this very moment.
            if (!result.cancel(false) && !result.isCompletedExceptionally()) {
                late.accept(result.join());
            }
            throw e;
        } finally {
            guard.cancel();
            worker.interrupt();
        }
    }

    private <T> void run(Callable<T> work, CompletableFuture<T> result, Consumer<T> late) {
        try {
            T value = work.call();
            if (!result.complete(value)) {
                boolean _ = Thread.interrupted(); // meant for the work, which is over
                late.accept(value);
            }
        } catch (Throwable e) {
            result.completeExceptionally(e);
        } finally {
            free.release();
        }
    }

    private static Exception reason(@Nullable Throwable thrown) {
        return switch (thrown) {
            // Of the work itself, by which nobody is interrupted who waits for it.
            case InterruptedException e -> new CallException(Code.CANCELLED, "the adapter was interrupted", e);
            case Exception e -> e;
            case null, default -> new IllegalStateException("the registry's adapter failed: " + thrown, thrown);
        };
    }
}
