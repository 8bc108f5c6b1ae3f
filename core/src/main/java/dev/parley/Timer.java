package dev.parley;

/**
 * A monotonic clock and the thread that wakes what waits on it. Deadlines are measured by one, so a test hands in a
 * clock that it moves itself. Implementations are thread-safe.
 */
public interface Timer {

    /** Nanoseconds on a monotonic clock with an arbitrary origin, as {@link System#nanoTime}. */
    long nanoTime();

    /**
     * Runs {@code task} once, {@code delayNanos} from now (at once if that is not positive), on the timer's own thread.
     * The task must not block.
     */
    Scheduled schedule(long delayNanos, Runnable task);

    /** A task that waits for its time. */
    @FunctionalInterface
    interface Scheduled {
        /** Takes the task back if it has not started. Never waits for a running one. */
        void cancel();
    }

    /** The system's clock, with one daemon platform thread named {@code parley-timer} for the process. */
    static Timer system() {
        return SystemTimer.INSTANCE;
    }
}
