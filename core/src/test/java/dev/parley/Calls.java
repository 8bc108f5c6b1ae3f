package dev.parley;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** Calls and threads as the tests of this package need them. */
final class Calls {

    static final Method METHOD = Method.unary("test.Service", "Do");

    private Calls() {}

    static CallScope call() {
        return CallScope.builder(METHOD).build();
    }

    static CallException cancelled(String message) {
        return new CallException(Code.CANCELLED, message);
    }

    /** Runs {@code body} in {@code scope} on this thread. */
    static <T> T in(CallScope scope, Callable<T> body) throws Exception {
        return scope.run((call, work) -> work.call(), body);
    }

    /** Runs {@code body} on a thread of its own; its failure comes out of {@code get()}. */
    static <T> FutureTask<T> start(Callable<T> body) {
        FutureTask<T> task = new FutureTask<>(body);
        Thread.ofVirtual().start(task);
        return task;
    }

    /** What came out of {@code task}, at most ten seconds from now. */
    static <T> T result(FutureTask<T> task) throws Exception {
        return task.get(10, TimeUnit.SECONDS);
    }

    static void await(CountDownLatch latch) throws InterruptedException {
        if (!latch.await(10, TimeUnit.SECONDS)) {
            throw new AssertionError("what the test waits for did not come in ten seconds");
        }
    }

    /** Returns once {@code thread} waits. */
    static void awaitWaiting(Thread thread) {
        while (thread.getState() != Thread.State.WAITING && thread.getState() != Thread.State.TIMED_WAITING) {
            if (thread.getState() == Thread.State.TERMINATED) {
                throw new AssertionError(thread + " has ended instead of waiting");
            }
            Thread.onSpinWait();
        }
    }

    /** Waits until interrupted. */
    static String forever() throws InterruptedException {
        new CountDownLatch(1).await();
        throw new AssertionError("nobody counts this down");
    }
}
