package dev.parley.messaging.internal;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Wakes one thread, which looks again at what it waits for. A wake-up that comes before the wait is not lost; several are as good as one.
 * Waking never blocks, so a timer and a listener may do it.
 */
final class Wakeup {

    private volatile boolean woken;
    private volatile @Nullable Thread waiter;

    void wake() {
        woken = true;
        LockSupport.unpark(waiter); // nothing, if nobody waits
    }

    /** Waits for a wake-up since the last one that was waited for. Only ever called by one thread at a time. */
    void await() throws InterruptedException {
        waiter = Thread.currentThread();
        try {
            while (!woken) {
                LockSupport.park(this);
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
        } finally {
            waiter = null;
        }
        woken = false; // before the caller looks, so that what comes from now on wakes it again
    }
}
