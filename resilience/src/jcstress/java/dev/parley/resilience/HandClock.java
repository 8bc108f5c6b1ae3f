package dev.parley.resilience;

import dev.parley.Timer;
import java.util.ArrayDeque;
import java.util.Queue;

/** A clock without a lock, which would order what races here: it is set before the actors start. */
final class HandClock implements Timer {

    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private long now;

    void advance(long nanos) {
        now += nanos;
    }

    /** The task that was scheduled first. */
    Runnable first() {
        return tasks.remove();
    }

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public Scheduled schedule(long delayNanos, Runnable task) {
        tasks.add(task);
        return () -> {};
    }
}
