package dev.parley.examples.shop.scenario;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * The same call again and again at a steady rate, whatever becomes of those before it, until it is stopped or has been made
 * often enough.
 */
final class Traffic implements AutoCloseable {

    private static final int MOST_AT_ONCE = 8; // fewer than a server that sheds load lets run in any case
    private static final int MOST_CALLS = 10_000;
    private static final int PATIENCE_SECONDS = 120;
    private static final int PAUSE_MILLIS = 5;

    private final Runnable call;
    private final long intervalNanos;
    private final Semaphore places = new Semaphore(MOST_AT_ONCE);
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicInteger ended = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicLong slowestNanos = new AtomicLong();
    private final AtomicReference<String> firstFailure = new AtomicReference<>("none");
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Thread pacing = Thread.ofVirtual().name("shop-traffic").unstarted(this::run);

    /**
     * What came of it.
     *
     * @param calls all that were made
     * @param failed those that failed
     * @param slowestMillis the longest that one took
     * @param firstFailure what the first of them was told
     */
    record Report(int calls, int failed, long slowestMillis, String firstFailure) {

        /** That none has failed. */
        Report expectAllGood(String what) {
            Expect.equal(
                    0, failed, "the number of failed " + what + " of " + calls + " (the first: " + firstFailure + ")");
            return this;
        }
    }

    private Traffic(int perSecond, Runnable call) {
        this.call = call;
        this.intervalNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
    }

    /** Starts to make {@code call} that many times a second. */
    static Traffic of(int perSecond, Runnable call) {
        Traffic traffic = new Traffic(perSecond, call);
        traffic.pacing.start();
        return traffic;
    }

    private void run() {
        long start = System.nanoTime();
        for (int i = 0; i < MOST_CALLS && !stopped.get(); i++) {
            LockSupport.parkNanos(start + i * intervalNanos - System.nanoTime());
            places.acquireUninterruptibly();
            threads.execute(this::callOnce);
        }
    }

    private void callOnce() {
        long start = System.nanoTime();
        try {
            call.run();
        } catch (RuntimeException | AssertionError e) {
            failed.incrementAndGet();
            firstFailure.compareAndSet("none", e.toString());
        } finally {
            slowestNanos.accumulateAndGet(System.nanoTime() - start, Math::max);
            ended.incrementAndGet();
            places.release();
        }
    }

    /** Waits for {@code more} calls to have ended from now on. */
    void await(int more) throws InterruptedException {
        int wanted = ended.get() + more;
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (ended.get() < wanted) {
            if (System.nanoTime() - until > 0) {
                throw new AssertionError("only " + ended + " of " + wanted + " calls in " + PATIENCE_SECONDS + " s");
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
    }

    /** Makes no more calls, waits for those that run, and says what came of all. */
    Report stop() {
        close();
        return new Report(
                ended.get(), failed.get(), TimeUnit.NANOSECONDS.toMillis(slowestNanos.get()), firstFailure.get());
    }

    @Override
    public void close() {
        stopped.set(true);
        try {
            pacing.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        threads.close();
    }
}
