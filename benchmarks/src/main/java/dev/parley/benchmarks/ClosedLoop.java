package dev.parley.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Callers that each start their next call when the last one has ended. */
final class ClosedLoop {

    private ClosedLoop() {}

    /**
     * Runs {@code call} in a loop on each of {@code callers} virtual threads for {@code length}.
     *
     * @return calls a second
     * @throws IllegalStateException if a call fails; the figure would mean nothing
     */
    static double run(int callers, Duration length, Runnable call) throws InterruptedException {
        long begin = System.nanoTime();
        long end = begin + length.toNanos();
        List<Future<Long>> running = new ArrayList<>();
        long calls = 0;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < callers; i++) {
                running.add(threads.submit(() -> loop(end, call)));
            }
            for (Future<Long> caller : running) {
                calls += caller.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a call failed", e.getCause());
        }
        return calls * 1e9 / (System.nanoTime() - begin);
    }

    private static long loop(long end, Runnable call) {
        long calls = 0;
        while (System.nanoTime() - end < 0) {
            call.run();
            calls++;
        }
        return calls;
    }
}
