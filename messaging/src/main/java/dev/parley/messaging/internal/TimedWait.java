package dev.parley.messaging.internal;

import dev.parley.Timer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Waits that the broker's timer ends. */
final class TimedWait {

    private TimedWait() {}

    /** Whether {@code done} was completed within {@code nanos}. */
    static boolean await(Timer timer, long nanos, CompletableFuture<?> done) throws InterruptedException {
        if (done.isDone()) {
            return true;
        }
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        Timer.Scheduled alarm = timer.schedule(nanos, () -> ended.complete(false));
        done.whenComplete((value, error) -> ended.complete(true));
        try {
            return ended.get();
        } catch (ExecutionException e) {
            throw new AssertionError("only completed with a value", e);
        } finally {
            alarm.cancel();
        }
    }

    /** Waits for {@code nanos}. */
    static void pause(Timer timer, long nanos) throws InterruptedException {
        if (nanos > 0) {
            await(timer, nanos, new CompletableFuture<>());
        }
    }
}
