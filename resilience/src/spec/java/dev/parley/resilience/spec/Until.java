package dev.parley.resilience.spec;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what another thread is about to do. */
public final class Until {

    private Until() {}

    /** Returns once {@code condition} holds; fails if it does not in ten seconds. */
    public static void until(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + Lane.PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("did not come in " + Lane.PATIENCE + ": " + what);
            }
            LockSupport.parkNanos(100_000);
        }
    }
}
