package dev.parley.rpc;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Timer;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Notices that a reader has waited too long. One timer goes round at the time-out's pace and looks at when the wait
 * began, so that a message costs two writes and no timer.
 */
final class IdleWatch {

    private static final long NOT_WAITING = Long.MIN_VALUE;

    private final Timer timer;
    private final Duration timeout;
    private final Consumer<CallException> onIdle;
    private volatile long waitingSince = NOT_WAITING;

    // Guarded by this.
    private Timer.@Nullable Scheduled task;
    private boolean stopped;

    IdleWatch(Timer timer, Duration timeout, Consumer<CallException> onIdle) {
        this.timer = timer;
        this.timeout = timeout;
        this.onIdle = onIdle;
    }

    void waiting() {
        waitingSince = timer.nanoTime();
        if (task == null) { // only read by the reader, which is the one that sets it first
            schedule(timeout.toNanos());
        }
    }

    void busy() {
        waitingSince = NOT_WAITING;
    }

    synchronized void stop() {
        stopped = true;
        if (task != null) {
            task.cancel();
        }
    }

    private synchronized void schedule(long nanos) {
        if (!stopped) {
            task = timer.schedule(nanos, this::look);
        }
    }

    private void look() {
        long since = waitingSince;
        long waited = since == NOT_WAITING ? 0 : timer.nanoTime() - since;
        if (waited < timeout.toNanos()) {
            schedule(timeout.toNanos() - waited);
        } else {
            onIdle.accept(new CallException(
                    Code.DEADLINE_EXCEEDED, "no message of the stream for " + timeout + " (streamIdleTimeout)"));
        }
    }
}
