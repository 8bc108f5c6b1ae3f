package dev.parley.messaging.internal;

import java.time.Duration;

/** Interrupts who has waited for so long that it was never woken: a test that hangs would say less. */
final class Rescue {

    private static final long LIMIT = Duration.ofSeconds(10).toNanos();

    private volatile Thread waiting;
    private volatile boolean returned;

    /** To be called by who is about to wait. */
    void begin() {
        waiting = Thread.currentThread();
    }

    /** To be called by who has waited. */
    void end() {
        returned = true;
        Thread.interrupted();
    }

    /** To be called by another thread. */
    void watch() {
        long until = System.nanoTime() + LIMIT;
        while (!returned) {
            if (System.nanoTime() - until > 0) {
                Thread stuck = waiting;
                if (stuck != null) {
                    stuck.interrupt();
                }
                return;
            }
            Thread.onSpinWait();
        }
    }
}
