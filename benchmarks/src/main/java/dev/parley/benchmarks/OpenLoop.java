package dev.parley.benchmarks;

import dev.parley.CallException;
import dev.parley.Code;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Callers that come at a constant rate, whatever becomes of those before them, as users do. Each has a deadline, counted
 * from when it was to begin, so that a client that falls behind counts as slow, too.
 */
public final class OpenLoop {

    /** A call with so much time left. */
    @FunctionalInterface
    public interface TimedCall {
        /** Makes the call. */
        void run(Duration left);
    }

    /**
     * What became of the calls of the measured time; {@code good} were answered within their deadline.
     *
     * @param p99Millis of the good ones
     * @param refusal what one of those that were refused was told
     */
    public record Result(
            double perSecond,
            int good,
            int refused,
            int late,
            double goodPerSecond,
            double p50Millis,
            double p99Millis,
            String refusal) {}

    private OpenLoop() {}

    /**
     * Calls at {@code perSecond} for {@code settle}, which is not counted, and then for {@code length}.
     *
     * @throws IllegalStateException if a call fails for another reason than load
     */
    public static Result run(double perSecond, Duration settle, Duration length, Duration deadline, TimedCall call)
            throws InterruptedException {
        int uncounted = (int) (perSecond * settle.toNanos() / 1e9);
        int counted = (int) (perSecond * length.toNanos() / 1e9);
        long[] took = new long[counted];
        AtomicInteger good = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        AtomicInteger late = new AtomicInteger();
        AtomicReference<String> refusal = new AtomicReference<>("");
        AtomicReference<CallException> wrong = new AtomicReference<>();
        long begin = System.nanoTime() + 1_000_000;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = -uncounted; i < counted; i++) {
                boolean counts = i >= 0;
                long due = begin + (long) ((i + uncounted) * 1e9 / perSecond);
                for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                    LockSupport.parkNanos(wait);
                }
                threads.execute(() -> {
                    try {
                        call.run(deadline.minusNanos(System.nanoTime() - due));
                        long time = System.nanoTime() - due;
                        if (counts && time <= deadline.toNanos()) {
                            took[good.getAndIncrement()] = time;
                        } else if (counts) {
                            late.incrementAndGet();
                        }
                    } catch (CallException e) {
                        if (e.code() != Code.DEADLINE_EXCEEDED
                                && e.code() != Code.RESOURCE_EXHAUSTED
                                && e.code() != Code.UNAVAILABLE) {
                            wrong.set(e);
                        } else if (counts) {
                            (e.code() == Code.DEADLINE_EXCEEDED ? late : refused).incrementAndGet();
                            if (e.code() != Code.DEADLINE_EXCEEDED) {
                                refusal.set(e.code() + ": " + e.message());
                            }
                        }
                    }
                });
            }
        }
        CallException failure = wrong.get();
        if (failure != null) {
            throw new IllegalStateException("a call failed, and not for load", failure);
        }
        long[] sorted = Arrays.copyOf(took, good.get());
        Arrays.sort(sorted);
        return new Result(
                perSecond,
                good.get(),
                refused.get(),
                late.get(),
                good.get() / (length.toNanos() / 1e9),
                percentile(sorted, 0.5),
                percentile(sorted, 0.99),
                refusal.get());
    }

    private static double percentile(long[] sorted, double part) {
        return sorted.length == 0 ? 0 : sorted[(int) (part * (sorted.length - 1))] / 1e6;
    }
}
