package dev.parley.resilience.spec;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what another thread is about to do. */
public final class Until {

    /** How long a test waits for what another thread does, by the real clock; bound only where it waits in vain. */
    public static final ScopedValue<Duration> PATIENCE = ScopedValue.newInstance();

    private Until() {}

    /** Ten seconds unless {@link #PATIENCE} is bound. */
    public static Duration patience() {
        return PATIENCE.orElse(Duration.ofSeconds(10));
    }

    /** Returns once {@code condition} holds; fails if it does not in time. */
    public static void until(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + patience().toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("did not come in " + patience() + ": " + what);
            }
            LockSupport.parkNanos(100_000);
        }
    }
}
