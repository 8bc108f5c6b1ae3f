package dev.parley.events;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Wakes one waiting thread; rings while nobody waits are kept, as one. */
final class Signal {

    private final Semaphore rings = new Semaphore(0);

    void ring() {
        if (rings.availablePermits() == 0) {
            rings.release();
        }
    }

    /** Waits for a ring; false if the time has passed first. */
    boolean await(Duration limit) throws InterruptedException {
        boolean rung = rings.tryAcquire(Math.max(0, limit.toNanos()), TimeUnit.NANOSECONDS);
        rings.drainPermits();
        return rung;
    }
}
