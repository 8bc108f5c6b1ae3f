package dev.parley;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A clock that stands still until the test moves it; what is due then runs on the test's thread. */
final class FakeTimer implements Timer {

    private record Task(long at, Runnable work) {}

    private final List<Task> tasks = new ArrayList<>(); // guarded by this
    private long now = Long.MAX_VALUE - 1_000; // so that arithmetic which cannot overflow well is found out

    @Override
    public synchronized long nanoTime() {
        return now;
    }

    @Override
    public synchronized Scheduled schedule(long delayNanos, Runnable work) {
        Task task = new Task(Math.max(0, delayNanos), work);
        Task placed = new Task(now + task.at(), work);
        tasks.add(placed);
        return () -> cancel(placed);
    }

    private synchronized void cancel(Task task) {
        tasks.remove(task);
    }

    synchronized int waiting() {
        return tasks.size();
    }

    void advance(long nanos) {
        List<Task> due;
        synchronized (this) {
            now += nanos;
            due = tasks.stream()
                    .filter(task -> task.at() - now <= 0)
                    .sorted(Comparator.comparingLong(task -> task.at() - now))
                    .toList();
            tasks.removeAll(due);
        }
        due.forEach(task -> task.work().run());
    }
}
