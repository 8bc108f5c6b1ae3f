package dev.parley.tck.messaging;

import dev.parley.Call;
import dev.parley.Handler;
import dev.parley.messaging.Delivery;
import dev.parley.messaging.Disposition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/** All deliveries that one handler was called with, in the order of the calls; noted before it answers. Thread-safe. */
final class Seen<T> implements Handler<Delivery<T>, Disposition> {

    private final Handler<Delivery<T>, Disposition> answer;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition more = lock.newCondition();
    private final List<Delivery<T>> all = new ArrayList<>(); // guarded by lock

    private Seen(Handler<Delivery<T>, Disposition> answer) {
        this.answer = answer;
    }

    static <T> Seen<T> acking() {
        return new Seen<>((call, delivery) -> Disposition.ack());
    }

    static <T> Seen<T> of(Handler<Delivery<T>, Disposition> answer) {
        return new Seen<>(answer);
    }

    @Override
    public Disposition handle(Call call, Delivery<T> delivery) throws Exception {
        add(delivery);
        return answer.handle(call, delivery);
    }

    void add(Delivery<T> delivery) {
        lock.lock();
        try {
            all.add(delivery);
            more.signalAll();
        } finally {
            lock.unlock();
        }
    }

    List<Delivery<T>> all() {
        lock.lock();
        try {
            return List.copyOf(all);
        } finally {
            lock.unlock();
        }
    }

    List<T> payloads() {
        return all().stream().map(Delivery::payload).toList();
    }

    /** The deliveries of one message. */
    List<Delivery<T>> of(String id) {
        return all().stream().filter(each -> each.message().id().equals(id)).toList();
    }

    long distinct() {
        return all().stream().map(each -> each.message().id()).distinct().count();
    }

    /** Waits until the deliveries are so. */
    List<Delivery<T>> await(String what, Duration patience, Predicate<List<Delivery<T>>> wanted)
            throws InterruptedException {
        long left = patience.toNanos();
        lock.lock();
        try {
            while (!wanted.test(all)) {
                if (left <= 0) {
                    throw new AssertionError(
                            "not within " + patience + ": " + what + "; the handler has seen " + shown());
                }
                left = more.awaitNanos(left);
            }
            return List.copyOf(all);
        } finally {
            lock.unlock();
        }
    }

    private String shown() {
        StringBuilder text = new StringBuilder(all.size() + " deliveries");
        for (Delivery<T> each : all.subList(Math.max(0, all.size() - 10), all.size())) {
            text.append("\n  ")
                    .append(each.topic())
                    .append(' ')
                    .append(each.message().id())
                    .append(" attempt ")
                    .append(each.attempt());
        }
        return text.toString();
    }
}
