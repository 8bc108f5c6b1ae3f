package dev.parley.resilience;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Handler;
import dev.parley.Outcome;
import dev.parley.RetryAdvice;
import dev.parley.Timer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One call whose attempts race. Whoever is first to put its end into {@code decided} has won, and cancels the others; the
 * caller does so again before it leaves, when no other can begin any more, for one that began just then.
 * {@code running} counts attempts that may still decide; once it is zero no other begins.
 */
final class HedgedCall<Q, R> {

    private static final int SPINS = 64;

    private final Hedge hedge;
    private final Call call;
    private final Q request;
    private final Handler<Q, R> next;
    private final long delay;
    private final long begun;
    private final Thread caller = Thread.currentThread();
    private final Runnable carried;
    private final AtomicReferenceArray<@Nullable CallScope> scopes;
    private final AtomicInteger running = new AtomicInteger(1);
    private final AtomicInteger asked = new AtomicInteger(1);
    private final AtomicInteger numbers = new AtomicInteger(1);
    private final AtomicReference<@Nullable Ended<R>> decided = new AtomicReference<>();
    private final AtomicReference<@Nullable Ended<R>> failed = new AtomicReference<>();
    private volatile boolean making;
    private volatile boolean over;
    private volatile boolean enough;
    private volatile Timer.@Nullable Scheduled scheduled;

    /** How an attempt ended: with a response, or what was thrown; {@code failure} says if that is a failure. */
    private record Ended<R>(
            int number,
            CallScope scope,
            @Nullable R response,
            @Nullable Exception thrown,
            @Nullable CallException failure) {}

    HedgedCall(Hedge hedge, Call call, Q request, Handler<Q, R> next, long delay, long begun) {
        this.hedge = hedge;
        this.call = call;
        this.request = request;
        this.next = next;
        this.delay = delay;
        this.begun = begun;
        this.scopes = new AtomicReferenceArray<>(hedge.policy.maxAttempts());
        this.carried = Call.wrap((Runnable) this::runBeside);
    }

    /** On the caller's thread. */
    R run() throws Exception {
        Ended<R> taken = null;
        try {
            CallScope first = CallScope.child(call);
            scopes.set(0, first);
            scheduled = hedge.timer.schedule(delay, this::begin);
            ended(attempt(1, first));
            awaitOthers();
            taken = decided.get();
            if (taken == null) {
                taken = failed.getAndSet(null);
            }
            return answer(
                    java.util.Objects.requireNonNull(taken)); // if none decided, each has failed and left itself there
        } finally {
            over = true;
            awaitMaking();
            Timer.Scheduled task = scheduled;
            if (task != null) {
                task.cancel();
            }
            if (taken == null) {
                abandon();
            }
            cancelAllBut(0);
            discardFailed();
        }
    }

    /** The caller leaves without an answer: nothing decides any more, and what has just done so is lost. */
    private void abandon() {
        Ended<R> nobody = new Ended<>(0, CallScope.child(call), null, null, hedge.beaten(call));
        Ended<R> late = decided.compareAndExchange(null, nobody);
        if (late != null) {
            late.scope.end(Outcome.failed(hedge.beaten(call)));
            discard(late);
        }
    }

    private Ended<R> attempt(int number, CallScope scope) {
        try {
            R response = scope.attempt(next, request);
            return new Ended<>(number, scope, response, null, hedge.classifier.failure(response));
        } catch (Exception e) {
            return new Ended<>(number, scope, null, e, RetryRun.failure(scope, e));
        } catch (Throwable e) {
            scope.end(Outcome.failed(CallException.from(e)));
            throw e;
        }
    }

    // ---- the attempts beside the first

    /** On the timer's thread: if the call is still open, another attempt. */
    private void begin() {
        making = true;
        try {
            if (isSettled()
                    || enough
                    || call.cancellation().isPresent()
                    || call.deadline().isExpired()) {
                return;
            }
            if (!hedge.budget.withdraw() || !join()) {
                return;
            }
            int number = asked.incrementAndGet();
            CallScope scope = CallScope.child(call);
            scope.requestHeaders().put(Retry.PREVIOUS_ATTEMPTS, Integer.toString(number - 1));
            scopes.set(number - 1, scope);
        } finally {
            making = false;
        }
        hedge.hedges.increment();
        Thread.ofVirtual().name("parley-hedge").start(carried);
        if (asked.get() < hedge.policy.maxAttempts()) {
            Timer.Scheduled task = hedge.timer.schedule(delay, this::begin);
            scheduled = task;
            if (isSettled()) {
                task.cancel(); // whoever settled it may have seen the one before
            }
        }
    }

    /** Waits out a timer that is just making an attempt, a few instructions: the headers are the caller's alone again. */
    @SuppressWarnings("ThreadPriorityCheck") // yield: the timer may need this core to finish
    private void awaitMaking() {
        for (int spins = 0; making; spins++) {
            if (spins < SPINS) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }

    private boolean join() {
        int before = running.get();
        while (before > 0) {
            if (running.compareAndSet(before, before + 1)) {
                return true;
            }
            before = running.get();
        }
        return false; // all have failed, and the caller has left or is about to
    }

    private boolean isSettled() {
        return over || decided.get() != null;
    }

    private void runBeside() {
        int number = numbers.incrementAndGet();
        CallScope scope =
                java.util.Objects.requireNonNull(scopes.get(number - 1)); // set before this thread was started
        hedge.listeners.tell(
                call,
                () -> new ResilienceEvent.HedgeStarted(
                        hedge.name, number, Duration.ofNanos(hedge.timer.nanoTime() - begun)));
        Ended<R> end;
        try {
            end = attempt(number, scope);
        } catch (Throwable e) {
            CallException failure = CallException.from(e);
            end = new Ended<>(number, scope, null, failure, failure);
        }
        ended(end);
    }

    // ---- the race

    private void ended(Ended<R> end) {
        CallException failure = end.failure;
        boolean decides = failure == null
                || !hedge.policy.nonFatalCodes().contains(failure.code())
                || call.cancellation().isPresent();
        if (decides && decided.compareAndSet(null, end)) {
            cancelAllBut(end.number);
        } else {
            // first what it means for the call, then its end: who sees the end may count on the rest
            if (failure != null && failure.retryAdvice() instanceof RetryAdvice.Never) {
                enough = true;
            }
            Ended<R> earlier = failed.getAndSet(end);
            end.scope.end(Outcome.failed(failure == null ? hedge.beaten(call) : failure));
            discard(earlier);
            if (isSettled()) {
                discardFailed();
            }
        }
        running.decrementAndGet();
        LockSupport.unpark(caller);
    }

    private void cancelAllBut(int number) {
        Ended<R> winner = decided.get();
        for (int i = 0; i < scopes.length(); i++) {
            CallScope scope = scopes.get(i);
            boolean kept = i + 1 == number || (winner != null && winner.number == i + 1);
            if (scope != null && !kept) {
                scope.cancel(hedge.beaten(call));
            }
        }
    }

    private void discardFailed() {
        discard(failed.getAndSet(null));
    }

    private void discard(@Nullable Ended<R> end) {
        if (end != null && end.thrown == null) {
            hedge.classifier.discard(end.response);
        }
    }

    // ---- the caller

    private boolean isOpen() {
        return decided.get() == null && running.get() > 0;
    }

    private void awaitOthers() {
        if (!isOpen()) {
            return;
        }
        Call.Registration onCancel = call.onCancel(reason -> LockSupport.unpark(caller));
        try {
            while (isOpen()) {
                call.cancellation().ifPresent(reason -> {
                    throw reason;
                });
                LockSupport.park(this);
                if (Thread.interrupted()) {
                    CallException why = CallException.interrupted(new InterruptedException(), "the other attempts");
                    throw call.cancellation().orElse(why);
                }
            }
        } finally {
            onCancel.remove();
        }
    }

    @SuppressWarnings("NullAway") // a response is returned where there is one
    private R answer(Ended<R> end) throws Exception {
        CallScope scope = end.scope;
        scope.keepMetadata();
        if (end.thrown != null) {
            CallException failure = java.util.Objects.requireNonNull(end.failure);
            // What an interrupt led to is not the reason: not if this attempt alone was cancelled, not on another
            // thread.
            boolean stopped = scope.cancellation().isPresent()
                    && (end.number > 1 || call.cancellation().isEmpty());
            scope.end(Outcome.failed(failure));
            throw stopped ? failure : end.thrown;
        }
        call.onEnd(scope::end); // what it answered with may still be read
        if (end.failure == null) {
            hedge.answered(begun);
            if (end.number > 1) {
                hedge.won.increment();
                hedge.listeners.tell(call, () -> new ResilienceEvent.HedgeWon(hedge.name, end.number));
            }
        }
        return end.response;
    }
}
