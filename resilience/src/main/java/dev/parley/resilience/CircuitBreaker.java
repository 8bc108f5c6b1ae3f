package dev.parley.resilience;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Messages;
import dev.parley.Outcome;
import dev.parley.RetryAdvice;
import dev.parley.Timer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Stops calls to a service that is not well: it refuses them at once for a while, then lets a few through as probes, and
 * all of them when those succeeded. It neither loads a service that struggles nor lets callers wait for one that is gone.
 *
 * <p>A failure is an error with a code of {@link CircuitBreakerPolicy#failures}, whoever noticed it: a deadline that
 * passed and a connection that could not be made are how a dead service looks from here. An error with another code is a
 * success if the service answered with it, and otherwise (a call that was cancelled here) tells nothing; nor does a
 * {@link RejectedException}. A stream is judged by how it ends.
 *
 * <p>It opens at a failure, never at a success or by the time that passes. Without the interceptor it is used through
 * permits:
 *
 * <pre>{@code
 * long permit = breaker.tryAcquire();
 * if (permit < 0) {
 *     throw breaker.rejection(permit);
 * }
 * // then, once: breaker.onSuccess(permit), breaker.onFailure(permit, error) or breaker.release(permit)
 * }</pre>
 *
 * <p>A clock that jumps makes it look for probes early, or stay open for twice the time at most. Thread-safe, lock-free;
 * no method but those that make the call blocks.
 */
public final class CircuitBreaker implements Interceptor {

    private static final long PROBES_UNDER_WAY = -1;
    private static final long FORCED = Long.MIN_VALUE;
    private static final int LONGEST_REASON = 200;

    private final String name;
    private final CircuitBreakerPolicy policy;
    private final Timer timer;
    private final Classifier classifier;
    private final long openNanos;
    private final Listeners listeners = new Listeners();
    private final LongAdder refused = new LongAdder();
    private final AtomicReference<BreakerPhase> phase;

    /** Where a breaker is. */
    public enum State {
        /** Calls go through and are counted. */
        CLOSED,
        /** Calls are refused until the time is over. */
        OPEN,
        /** A few calls go through as probes. */
        HALF_OPEN,
        /** Calls are refused until somebody says otherwise. */
        FORCED_OPEN,
        /** Calls go through and change nothing, until somebody says otherwise. */
        FORCED_CLOSED
    }

    /** A closed breaker on the system's clock, for which every response is a success. */
    public CircuitBreaker(String name, CircuitBreakerPolicy policy) {
        this(name, policy, Timer.system());
    }

    /** A closed breaker for which every response is a success. */
    public CircuitBreaker(String name, CircuitBreakerPolicy policy, Timer timer) {
        this(name, policy, timer, Classifier.EXCEPTIONS);
    }

    /**
     * A closed breaker.
     *
     * @param name says in errors and events which one it is, such as {@code payment-service/Charge}; not blank
     * @param classifier tells which responses are failures
     */
    public CircuitBreaker(String name, CircuitBreakerPolicy policy, Timer timer, Classifier classifier) {
        this.name = Settings.name(name);
        this.policy = Objects.requireNonNull(policy, "policy");
        this.timer = Objects.requireNonNull(timer, "timer");
        this.classifier = Objects.requireNonNull(classifier, "classifier");
        this.openNanos = policy.openTime().toNanos();
        this.phase = new AtomicReference<>(closed(0, "new"));
    }

    @Override
    public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
        long permit = acquire(call);
        R response;
        CallException failure;
        try {
            response = next.handle(call, request);
            failure = response instanceof Messages<?> ? null : classifier.failure(response);
        } catch (Throwable thrown) {
            onFailure(permit, CallException.from(thrown));
            throw thrown;
        }
        settle(permit, response, failure);
        return response;
    }

    /**
     * Makes the call if the breaker lets it through.
     *
     * @throws RejectedException if it does not
     * @throws Exception what {@code work} throws; it is counted as what {@link CallException#from} makes of it
     */
    public <T> T call(Callable<T> work) throws Exception {
        long permit = acquire(null);
        T response;
        CallException failure;
        try {
            response = work.call();
            failure = response instanceof Messages<?> ? null : classifier.failure(response);
        } catch (Throwable thrown) {
            onFailure(permit, CallException.from(thrown));
            throw thrown;
        }
        settle(permit, response, failure);
        return response;
    }

    private long acquire(@Nullable Call call) {
        long permit = tryAcquire();
        if (permit < 0) {
            throw Rejections.noted(call, name, rejection(permit));
        }
        return permit;
    }

    private void settle(long permit, @Nullable Object response, @Nullable CallException failure) {
        if (failure != null) {
            onFailure(permit, failure);
        } else if (response instanceof Messages<?> stream) {
            stream.onClose(outcome -> onEnd(permit, outcome));
        } else {
            onSuccess(permit);
        }
    }

    private void onEnd(long permit, Outcome outcome) {
        switch (outcome) {
            case Outcome.Ok ok -> onSuccess(permit);
            case Outcome.Failed failed -> onFailure(permit, failed.error());
        }
    }

    /**
     * Asks for leave to make a call. Never blocks.
     *
     * @return a permit of 0 or more, to be given back once; or a negative number if the call is refused, of which
     *     {@link #rejection} makes an error
     */
    public long tryAcquire() {
        BreakerPhase seen = phase.get();
        return seen instanceof BreakerPhase.Closed ? seen.generation : tryAcquire(seen);
    }

    private long tryAcquire(BreakerPhase first) {
        for (BreakerPhase seen = first; ; seen = phase.get()) {
            switch (seen) {
                case BreakerPhase.Closed closed -> {
                    return closed.generation;
                }
                case BreakerPhase.Forced forced -> {
                    return forced.state() == State.FORCED_CLOSED ? forced.generation : refuse(FORCED);
                }
                case BreakerPhase.Open open -> {
                    long now = timer.nanoTime();
                    long left = left(open.since, now);
                    if (left > 0) {
                        return refuse(-1 - left);
                    }
                    change(open, halfOpen(open, now));
                }
                case BreakerPhase.HalfOpen halfOpen -> {
                    if (halfOpen.tryProbe()) {
                        return halfOpen.generation;
                    }
                    long now = timer.nanoTime();
                    if (left(halfOpen.since, now) > 0) {
                        return refuse(PROBES_UNDER_WAY);
                    }
                    change(halfOpen, halfOpen(halfOpen, now)); // its probes never ended
                }
            }
        }
    }

    private long refuse(long refusal) {
        refused.increment();
        return refusal;
    }

    /** What is left of the open time. A clock that has jumped back by more than that ends it, too. */
    private long left(long since, long now) {
        long elapsed = now - since;
        return elapsed >= openNanos || elapsed <= -openNanos ? 0 : openNanos - elapsed;
    }

    /**
     * The error of a refused call, which the listeners are told of.
     *
     * @param refusal what {@link #tryAcquire} returned
     * @throws IllegalArgumentException if that is not a refusal
     */
    public RejectedException rejection(long refusal) {
        if (refusal >= 0) {
            throw new IllegalArgumentException("refusal must be negative, but " + refusal + " is a permit");
        }
        RejectedException error = error(refusal, phase.get().reason);
        if (listeners.any()) {
            listeners.tell(new ResilienceEvent.Rejected(name, error));
        }
        return error;
    }

    private RejectedException error(long refusal, String reason) {
        if (refusal == FORCED) {
            return unavailable(
                    "is forced open: it refuses all calls until forceClosed() or reset()", RetryAdvice.NEVER);
        }
        if (refusal == PROBES_UNDER_WAY) {
            return unavailable(
                    "is half-open and its " + policy.probes() + " probes are under way; repeat when they have ended",
                    RetryAdvice.SAFE);
        }
        Duration wait = Duration.ofNanos(-1 - refusal);
        return unavailable(
                "is open (" + reason + "); it lets " + policy.probes() + " probes through in " + wait,
                RetryAdvice.after(wait));
    }

    private RejectedException unavailable(String what, RetryAdvice advice) {
        return new RejectedException(
                RejectedException.Reason.BREAKER_OPEN,
                Code.UNAVAILABLE,
                "circuit breaker " + name + ' ' + what,
                advice);
    }

    /** The call with {@code permit} went well. Without effect if the breaker has changed since. */
    public void onSuccess(long permit) {
        BreakerPhase seen = phase.get();
        if (seen.generation != permit) {
            return;
        }
        if (seen instanceof BreakerPhase.Closed closed) {
            closed.success(timer.nanoTime());
        } else if (seen instanceof BreakerPhase.HalfOpen halfOpen && halfOpen.success()) {
            change(seen, closed(seen.generation + 1, policy.probes() + " probes succeeded"));
        }
    }

    /**
     * The call with {@code permit} ended with {@code error}, which says whether it counts as a failure, as a success or
     * not at all. Without effect if the breaker has changed since.
     */
    public void onFailure(long permit, CallException error) {
        if (error instanceof RejectedException) {
            release(permit);
        } else if (policy.failures().contains(error.code())) {
            failed(permit, error);
        } else if (error.origin() == CallException.Origin.REMOTE) {
            onSuccess(permit);
        } else {
            release(permit);
        }
    }

    /** The call with {@code permit} tells nothing of the service: it was cancelled, or never left. */
    public void release(long permit) {
        BreakerPhase seen = phase.get();
        if (seen.generation == permit && seen instanceof BreakerPhase.HalfOpen halfOpen) {
            halfOpen.giveBack();
        }
    }

    private void failed(long permit, CallException error) {
        BreakerPhase seen = phase.get();
        if (seen.generation != permit) {
            return;
        }
        switch (seen) {
            case BreakerPhase.Closed closed -> failed(closed, error);
            case BreakerPhase.HalfOpen halfOpen ->
                change(halfOpen, open(halfOpen, timer.nanoTime(), "a probe failed: " + shortened(error)));
            case BreakerPhase.Open open -> {} // gives no permits
            case BreakerPhase.Forced forced -> {}
        }
    }

    private void failed(BreakerPhase.Closed closed, CallException error) {
        long now = timer.nanoTime();
        int inARow = closed.consecutive.incrementAndGet();
        closed.window.failure(now);
        if (inARow >= policy.consecutiveFailures()) {
            change(closed, open(closed, now, inARow + " failures in a row, the last: " + shortened(error)));
            return;
        }
        long totals = closed.window.totals(now);
        int calls = (int) (totals >>> 32);
        int failures = (int) totals;
        if (calls >= policy.minimumCalls() && failures >= policy.failureRate() * calls) {
            String rate = failures + " of " + calls + " calls failed within " + policy.window();
            change(closed, open(closed, now, rate + ", the last: " + shortened(error)));
        }
    }

    private static String shortened(CallException error) {
        String text = error.toString();
        return text.length() <= LONGEST_REASON ? text : text.substring(0, LONGEST_REASON) + "...";
    }

    /** Refuses all calls until {@link #forceClosed} or {@link #reset}. */
    public void forceOpen() {
        force(State.FORCED_OPEN);
    }

    /** Lets all calls through, and counts none, until {@link #forceOpen} or {@link #reset}. */
    public void forceClosed() {
        force(State.FORCED_CLOSED);
    }

    private void force(State state) {
        BreakerPhase seen;
        do {
            seen = phase.get();
        } while (!change(seen, new BreakerPhase.Forced(seen.generation + 1, state)));
    }

    /** Closes it, with nothing counted. */
    public void reset() {
        BreakerPhase seen;
        do {
            seen = phase.get();
        } while (!change(seen, closed(seen.generation + 1, "it was reset")));
    }

    private BreakerPhase closed(long generation, String reason) {
        return new BreakerPhase.Closed(generation, reason, timer.nanoTime(), policy.window());
    }

    private BreakerPhase halfOpen(BreakerPhase before, long now) {
        return new BreakerPhase.HalfOpen(
                before.generation + 1, "it was open for " + policy.openTime(), now, policy.probes());
    }

    private static BreakerPhase open(BreakerPhase before, long now, String reason) {
        return new BreakerPhase.Open(before.generation + 1, reason, now);
    }

    /** One of those that want a change makes it; the others look again or leave it at that. */
    private boolean change(BreakerPhase from, BreakerPhase to) {
        boolean changed = phase.compareAndSet(from, to);
        if (changed && from.state() != to.state() && listeners.any()) {
            listeners.tell(new ResilienceEvent.BreakerChanged(name, from.state(), to.state(), to.reason));
        }
        return changed;
    }

    /** Where it is; an open one stays {@code OPEN} until a call asks after its time. */
    public State state() {
        return phase.get().state();
    }

    /** Hears of changes and refusals from now on. */
    public Call.Registration listen(ResilienceListener listener) {
        return listeners.add(listener);
    }

    /** What it is like now. */
    public CircuitBreakerSnapshot snapshot() {
        BreakerPhase seen = phase.get();
        long now = timer.nanoTime();
        long totals = seen instanceof BreakerPhase.Closed closed ? closed.window.totals(now) : 0;
        int inARow = seen instanceof BreakerPhase.Closed closed ? closed.consecutive.get() : 0;
        long left = seen instanceof BreakerPhase.Open open ? left(open.since, now) : 0;
        return new CircuitBreakerSnapshot(
                name,
                seen.state(),
                seen.reason,
                (int) (totals >>> 32),
                (int) totals,
                inARow,
                Duration.ofNanos(left),
                refused.sum());
    }

    @Override
    public String toString() {
        return "circuit breaker " + name + " (" + state() + ')';
    }
}
