package dev.parley.tck.discovery;

import dev.parley.discovery.ServiceSnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** All that one watcher was told, in order. Thread-safe. */
final class Told implements Consumer<ServiceSnapshot> {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition more = lock.newCondition();
    private final List<ServiceSnapshot> all = new ArrayList<>(); // guarded by lock

    @Override
    public void accept(ServiceSnapshot snapshot) {
        lock.lock();
        try {
            all.add(snapshot);
            more.signalAll();
        } finally {
            lock.unlock();
        }
    }

    List<ServiceSnapshot> all() {
        lock.lock();
        try {
            return List.copyOf(all);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the last that it was told is so. */
    ServiceSnapshot await(String what, Duration patience, Predicate<ServiceSnapshot> wanted)
            throws InterruptedException {
        long left = patience.toNanos();
        lock.lock();
        try {
            while (all.isEmpty() || !wanted.test(all.getLast())) {
                if (left <= 0) {
                    throw new AssertionError(
                            "a watcher was not told " + what + " within " + patience + "; it was told " + shown());
                }
                left = more.awaitNanos(left);
            }
            return all.getLast();
        } finally {
            lock.unlock();
        }
    }

    private String shown() {
        StringBuilder text = new StringBuilder(all.size() + " snapshots");
        for (ServiceSnapshot each : all.subList(Math.max(0, all.size() - 5), all.size())) {
            text.append("\n  ").append(each);
        }
        return text.toString();
    }
}
