package dev.parley.benchmarks.brokers;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** The measurements. Payloads have 256 bytes. */
final class Run {

    static final int BYTES = 256;
    private static final int EACH_SECOND = 200;

    private Run() {}

    /** Publishers that each wait for their confirmation: publications a second. */
    static double publish(Target target, int publishers, Duration length) throws Exception {
        AtomicLong count = new AtomicLong();
        AtomicReference<Exception> failed = new AtomicReference<>();
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
                    failed.compareAndSet(null, e);
                }
            });
        }
        for (Thread each : threads) {
            each.join();
        }
        if (failed.get() != null) {
            throw failed.get();
        }
        return count.get() * 1e9 / (System.nanoTime() - begin);
    }

    /** Puts so many messages there. */
    static void fill(Target target, int messages) throws Exception {
        AtomicInteger left = new AtomicInteger(messages);
        AtomicReference<Exception> failed = new AtomicReference<>();
        Thread[] threads = new Thread[256];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = Thread.ofVirtual().start(() -> {
                try {
                    while (left.getAndDecrement() > 0) {
                        target.publish(new byte[BYTES]);
                    }
                } catch (Exception e) {
                    failed.compareAndSet(null, e);
                }
            });
        }
        for (Thread each : threads) {
            each.join();
        }
        if (failed.get() != null) {
            throw failed.get();
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
            long begin = System.nanoTime();
            for (int i = 0; i < count; i++) {
                long due = begin + i * (TimeUnit.SECONDS.toNanos(1) / EACH_SECOND);
                while (System.nanoTime() < due) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
                target.publish(
                        ByteBuffer.allocate(BYTES).putLong(0, System.nanoTime()).array());
            }
            if (!all.await(1, TimeUnit.MINUTES)) {
                throw new IllegalStateException(all.getCount() + " messages did not come");
            }
        }
        Arrays.sort(nanos);
        return new double[] {nanos[count / 2] / 1e6, nanos[count * 99 / 100] / 1e6};
    }
}
