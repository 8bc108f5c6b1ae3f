package dev.parley.http;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where one thread waits for a condition that an event loop brings about. Parking, not a monitor: waking a virtual thread
 * from {@code Object.wait} takes a detour over a JDK thread.
 */
final class Parking {

    private volatile @Nullable Thread waiter;

    /** Returns once {@code ready} holds. One thread at a time. */
    void await(BooleanSupplier ready) throws InterruptedException {
        if (ready.getAsBoolean()) {
            return;
        }
        waiter = Thread.currentThread();
        try {
            // The waiter is published before the condition is read, and wake() is called after it was written.
            while (!ready.getAsBoolean()) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                LockSupport.park(this);
            }
        } finally {
            waiter = null;
        }
    }

    /** To be called after the condition was written. */
    void wake() {
        Thread thread = waiter;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
    }
}
