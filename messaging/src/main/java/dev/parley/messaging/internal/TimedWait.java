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
        CompletableFuture<Boolean> late = new CompletableFuture<>();
        Timer.Scheduled alarm = timer.schedule(nanos, () -> late.complete(true));
        try {
            CompletableFuture.anyOf(done, late).get();
        } catch (ExecutionException e) {
            // Failed is done, too.
        } finally {
            alarm.cancel();
            late.complete(
                    true); // or what waited would stay with a future that many wait for, and that may never be done
        }
        return done.isDone();
    }

    /** Waits for {@code nanos}. */
    static void pause(Timer timer, long nanos) throws InterruptedException {
        if (nanos > 0) {
            await(timer, nanos, new CompletableFuture<>());
        }
    }
}
