package dev.parley.testing;

import dev.parley.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A clock that stands still until the test moves it. What becomes due runs on the thread that moves it, in the order of
 * time; what a task schedules in turn runs too, if it is due by then. Thread-safe.
 */
public final class FakeTimer implements Timer {

    private record Task(long at, Runnable work) {}

    private final List<Task> tasks = new ArrayList<>(); // guarded by this
    private long now;

    /** A clock that is a microsecond from where {@code nanoTime} overflows, so that wrong arithmetic is found out. */
    public FakeTimer() {
        this(Long.MAX_VALUE - 1_000);
    }

    /** A clock that shows {@code nanoTime}. */
    public FakeTimer(long nanoTime) {
        this.now = nanoTime;
    }

    @Override
    public synchronized long nanoTime() {
        return now;
    }

    @Override
    public synchronized Scheduled schedule(long delayNanos, Runnable work) {
        Task task = new Task(now + Math.max(0, delayNanos), work);
        tasks.add(task);
        notifyAll();
        return () -> cancel(task);
    }

    private synchronized void cancel(Task task) {
        tasks.remove(task);
    }

    /** How many tasks wait for their time. */
    public synchronized int waiting() {
        return tasks.size();
    }

    /** How long until the next task is due; zero if one is overdue, empty if none waits. */
    public synchronized Optional<Duration> untilNext() {
        return tasks.stream()
                .map(task -> Duration.ofNanos(Math.max(0, task.at() - now)))
                .min(Comparator.naturalOrder());
    }

    /** Waits, by the real clock and for 10 seconds at most, until {@code count} tasks or more wait for their time. */
    public synchronized void awaitWaiting(int count) throws InterruptedException {
        long until = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (tasks.size() < count) {
            long left = until - System.nanoTime();
            if (left <= 0) {
                throw new AssertionError(
                        "expected " + count + " tasks to wait for their time, but there are " + tasks.size());
            }
            wait(left / 1_000_000 + 1);
        }
    }

    /**
     * Moves the clock to where the next task is due, and no further: what another thread schedules because of it is never due yet.
     *
     * @throws AssertionError if no task waits
     */
    public void advanceToNext() {
        advance(untilNext().orElseThrow(() -> new AssertionError("no task waits for its time")));
    }

    /** Moves the clock in one step, as it is found after a suspension, and then runs what is due. */
    public void jump(Duration time) {
        synchronized (this) {
            now += time.toNanos();
        }
        advance(Duration.ZERO);
    }

    /** Moves the clock; a negative time moves it back, which a real monotonic clock never does. */
    public void advance(Duration time) {
        long target;
        synchronized (this) {
            target = now + time.toNanos();
        }
        while (true) {
            Task next;
            synchronized (this) {
                long at = target;
                next = tasks.stream()
                        .filter(task -> task.at() - at <= 0)
                        .min(Comparator.comparingLong(task -> task.at() - at))
                        .orElse(null);
                if (next == null) {
                    // A task may have moved the clock further by then.
                    if (time.isNegative() || target - now > 0) {
                        now = target;
                    }
                    return;
                }
                tasks.remove(next);
                if (next.at() - now > 0) {
                    now = next.at();
                }
            }
            next.work().run();
        }
    }
}
