package dev.parley.benchmarks.brokers;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** The measurements. Payloads have 256 bytes. */
final class Run {

    static final int BYTES = 256;
    private static final int EACH_SECOND = 200;

    private Run() {}

    /** Publishers that each wait for their confirmation: publications a second. */
    static double publish(Target target, int publishers, Duration length) throws Exception {
        AtomicLong count = new AtomicLong();
        Queue<Exception> failures = new ConcurrentLinkedQueue<>();
        long until = System.nanoTime() + length.toNanos();
        Thread[] threads = new Thread[publishers];
        long begin = System.nanoTime();
        for (int i = 0; i < publishers; i++) {
            threads[i] = Thread.ofVirtual().start(() -> {
                try {
                    while (System.nanoTime() < until) {
                        target.publish(new byte[BYTES]);
                        count.incrementAndGet();
                    }
                } catch (Exception e) {
                    failures.add(e);
                }
            });
        }
        for (Thread each : threads) {
            each.join();
        }
        Exception failure = failures.peek();
        if (failure != null) {
            throw failure;
        }
        return count.get() * 1e9 / (System.nanoTime() - begin);
    }

    /** Puts so many messages there. */
    static void fill(Target target, int messages) throws Exception {
        AtomicInteger left = new AtomicInteger(messages);
        Queue<Exception> failures = new ConcurrentLinkedQueue<>();
        Thread[] threads = new Thread[256];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = Thread.ofVirtual().start(() -> {
                try {
                    while (left.getAndDecrement() > 0) {
                        target.publish(new byte[BYTES]);
                    }
                } catch (Exception e) {
                    failures.add(e);
                }
            });
        }
        for (Thread each : threads) {
            each.join();
        }
        Exception failure = failures.peek();
        if (failure != null) {
            throw failure;
        }
    }

    /** Consumes what {@link #fill} has put there: messages a second, from the first one on. */
    static double consume(Target target, int messages) throws Exception {
        AtomicLong first = new AtomicLong();
        AtomicLong last = new AtomicLong();
        CountDownLatch all = new CountDownLatch(messages);
        try (AutoCloseable consumer = target.consume(payload -> {
            long now = System.nanoTime();
            first.compareAndSet(0, now);
            last.set(now);
            all.countDown();
        })) {
            if (!all.await(5, TimeUnit.MINUTES)) {
                throw new IllegalStateException("of " + messages + " messages " + all.getCount() + " did not come");
            }
        }
        return messages * 1e9 / (last.get() - first.get());
    }

    /** From publication to handler, at 200 a second: p50 and p99 in milliseconds. */
    static double[] endToEnd(Target target, Duration length) throws Exception {
        int count = (int) (length.toSeconds() * EACH_SECOND);
        long[] nanos = new long[count];
        AtomicInteger seen = new AtomicInteger();
        CountDownLatch all = new CountDownLatch(count);
        try (AutoCloseable consumer = target.consume(payload -> {
            long sent = ByteBuffer.wrap(payload).getLong();
            if (sent != 0) {
                int index = seen.getAndIncrement();
                if (index < count) {
                    nanos[index] = System.nanoTime() - sent;
                }
                all.countDown();
            }
        })) {
            TimeUnit.SECONDS.sleep(2); // until the consumer has its partitions
            Pace pace = new Pace();
            for (int i = 0; i < count; i++) {
                pace.next();
                target.publish(
                        ByteBuffer.allocate(BYTES).putLong(0, System.nanoTime()).array());
            }
            if (!all.await(1, TimeUnit.MINUTES)) {
                throw new IllegalStateException(all.getCount() + " messages did not come");
            }
        }
        return percentiles(nanos);
    }

    /** Until a publication is confirmed, at 200 a second one after the other: p50 and p99 in milliseconds. */
    static double[] confirmed(Target target, Duration length) throws Exception {
        long[] nanos = new long[(int) (length.toSeconds() * EACH_SECOND)];
        Pace pace = new Pace();
        for (int i = 0; i < nanos.length; i++) {
            pace.next();
            long begin = System.nanoTime();
            target.publish(new byte[BYTES]);
            nanos[i] = System.nanoTime() - begin;
        }
        return percentiles(nanos);
    }

    private static double[] percentiles(long[] nanos) {
        Arrays.sort(nanos);
        return new double[] {nanos[nanos.length / 2] / 1e6, nanos[nanos.length * 99 / 100] / 1e6};
    }

    /** Times at a constant rate. */
    private static final class Pace {

        private final long begin = System.nanoTime();
        private long count;

        void next() {
            long due = begin + count++ * (TimeUnit.SECONDS.toNanos(1) / EACH_SECOND);
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
        }
    }
}
