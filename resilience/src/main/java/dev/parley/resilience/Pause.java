package dev.parley.resilience;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Timer;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A wait of the thread that makes it, which a timer ends, the cancellation of a call, or {@link #wake}. */
final class Pause {

    private final Thread waiter = Thread.currentThread();
    private final Timer timer;
    private final @Nullable Call call;
    private volatile boolean over;

    Pause(Timer timer, @Nullable Call call) {
        this.timer = timer;
        this.call = call;
    }

    /**
     * Waits for {@code nanos}, not at all if that is not positive.
     *
     * @throws CallException why the call was cancelled; or what an interrupt means
     */
    void await(long nanos) {
        if (nanos > 0) {
            sleep(nanos);
        }
        if (call != null) {
            call.cancellation().ifPresent(reason -> {
                throw reason;
            });
        }
    }

    private void sleep(long nanos) {
        Timer.Scheduled task = timer.schedule(nanos, this::wake);
        Call.Registration onCancel = call == null ? null : call.onCancel(reason -> wake());
        try {
            while (!over) {
                LockSupport.park(this);
                if (Thread.interrupted()) {
                    throw interrupted();
                }
            }
        } finally {
            task.cancel();
            if (onCancel != null) {
                onCancel.remove();
            }
        }
    }

    private CallException interrupted() {
        CallException why = CallException.interrupted(new InterruptedException(), "the next attempt");
        return call == null ? why : call.cancellation().orElse(why);
    }

    void wake() {
        over = true;
        LockSupport.unpark(waiter);
    }
}
