package dev.parley.resilience;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Method;
import dev.parley.Outcome;
import dev.parley.RetryAdvice;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A service whose attempts fail as they are told to, the calls made to it, and what is seen of both. */
final class Talk {

    final AtomicInteger attempts = new AtomicInteger();
    final List<Outcome> ends = java.util.Collections.synchronizedList(new ArrayList<>());
    final List<ResilienceEvent> events = java.util.Collections.synchronizedList(new ArrayList<>());

    static CallScope call() {
        return call(Method.Kind.UNARY, Deadline.NONE);
    }

    static CallScope call(Deadline deadline) {
        return call(Method.Kind.UNARY, deadline);
    }

    static CallScope call(Method.Kind kind, Deadline deadline) {
        return CallScope.builder(new Method("shop", "Do", kind, Method.Idempotency.IDEMPOTENT))
                .deadline(deadline)
                .build();
    }

    /** A call to a method of which nothing is promised. */
    static CallScope callThatActs() {
        return CallScope.builder(Method.unary("shop", "Buy")).build();
    }

    static CallException unavailable(String message) {
        return new CallException(Code.UNAVAILABLE, message);
    }

    static CallException failing(Code code, RetryAdvice advice) {
        return new CallException(code, code + " " + advice).withRetryAdvice(advice);
    }

    /** One attempt: it leaves its traces on the call, and fails unless it is number {@code good}. */
    int attempt(Call call, int good) {
        int number = attempts.incrementAndGet();
        call.onEnd(ends::add);
        call.requestHeaders().add("touched", "by " + number);
        call.responseTrailers().add("attempt", "" + number);
        if (number < good) {
            throw unavailable("busy " + number);
        }
        return number;
    }

    /** Runs {@code body} as the engine of {@code call} does, which ends it. */
    static <T> T within(CallScope call, Callable<T> body) throws Exception {
        try {
            T result = call.run((scope, work) -> work.call(), body);
            call.end(Outcome.OK);
            return result;
        } catch (Throwable thrown) {
            call.end(Outcome.failed(CallException.from(thrown)));
            throw thrown;
        }
    }

    /** Runs {@code body} on a virtual thread. */
    static <T> Running<T> start(Callable<T> body) {
        FutureTask<T> task = new FutureTask<>(body);
        return new Running<>(task, Thread.ofVirtual().start(task));
    }

    /** What runs on a thread of its own. */
    record Running<T>(FutureTask<T> task, Thread thread) {
        T result() throws Exception {
            try {
                return task.get(10, TimeUnit.SECONDS);
            } catch (java.util.concurrent.ExecutionException e) {
                if (e.getCause() instanceof Exception cause) {
                    throw cause;
                }
                throw e;
            }
        }

        CallException failure() {
            try {
                throw new AssertionError("expected a failure, but got " + result());
            } catch (CallException e) {
                return e;
            } catch (Exception e) {
                throw new AssertionError("expected a failure of the call", e);
            }
        }
    }

    static void await(CountDownLatch latch) throws InterruptedException {
        if (!latch.await(10, TimeUnit.SECONDS)) {
            throw new AssertionError("what the test waits for did not come in ten seconds");
        }
    }

    /** Waits until interrupted. */
    static String forever() throws InterruptedException {
        new CountDownLatch(1).await();
        throw new AssertionError("nobody counts this down");
    }
}
