package dev.parley.resilience;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Messages;
import dev.parley.Method;
import dev.parley.RetryAdvice;
import dev.parley.Timer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Keeps a server that gets more calls than it can serve at its peak: it finds out how many calls can run at once without
 * making each other slow, and refuses the others at once, so that those it takes are answered in time. Without it an
 * overloaded server answers everybody too late.
 *
 * <p>Only unary calls are measured, each against what calls of its method take without load, so a slow method does not
 * look like load; calls with a stream pass through unless the policy counts them. There is no limit to speak of until
 * calls become slow, and never one below {@link LoadShedderPolicy#minConcurrent}.
 *
 * <p>A call that came over a connection is measured from its arrival, so a server whose calls wait for a processor, and
 * not in their handlers, is seen to be overloaded, too. On an event loop:
 *
 * <pre>{@code
 * long permit = shedder.tryAcquire();
 * if (permit < 0) {
 *     throw shedder.rejection();
 * }
 * // then, once: shedder.onSuccess(method, permit), onFailure(method, permit, error) or release()
 * }</pre>
 *
 * <p>A clock that jumps costs one window's measurements. Thread-safe, lock-free; nothing blocks.
 */
public final class LoadShedder implements Interceptor {

    private final String name;
    private final LoadShedderPolicy policy;
    private final Timer timer;
    private final Listeners listeners = new Listeners();
    private final LongAdder refused = new LongAdder();
    private final AtomicInteger running = new AtomicInteger();
    private final AdaptiveLimit limit;
    private final long origin;

    /** A shedder on the system's clock. */
    public LoadShedder(String name, LoadShedderPolicy policy) {
        this(name, policy, Timer.system());
    }

    /**
     * A shedder that knows nothing yet.
     *
     * @param name says in errors and events which one it is; not blank
     */
    public LoadShedder(String name, LoadShedderPolicy policy, Timer timer) {
        this.name = Settings.name(name);
        this.policy = Objects.requireNonNull(policy, "policy");
        this.timer = Objects.requireNonNull(timer, "timer");
        this.origin = timer.nanoTime();
        this.limit = new AdaptiveLimit(policy, origin);
    }

    @Override
    public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
        boolean unary = call.method().kind() == Method.Kind.UNARY;
        if (!unary && !policy.streams()) {
            return next.handle(call, request);
        }
        long permit = acquire(call.sinceArrivalNanos());
        R response;
        try {
            response = next.handle(call, request);
        } catch (Throwable thrown) {
            if (unary) {
                onFailure(call.method(), permit, CallException.from(thrown));
            } else {
                release();
            }
            throw thrown;
        }
        if (response instanceof Messages<?> stream) {
            stream.onClose(outcome -> release());
        } else if (unary) {
            onSuccess(call.method(), permit);
        } else {
            release();
        }
        return response;
    }

    /**
     * Does {@code work} unless that is too much. All work of one shedder has one baseline.
     *
     * @throws RejectedException if it is
     * @throws Exception what {@code work} throws
     */
    public <T> T call(Callable<T> work) throws Exception {
        return call(name, work);
    }

    /**
     * As {@link #call(Callable)}, with a baseline for each {@code kind} of work.
     *
     * @param kind stands for work that takes equally long without load; a few hundred of them at most
     */
    public <T> T call(Object kind, Callable<T> work) throws Exception {
        long permit = acquire(0);
        T result;
        try {
            result = work.call();
        } catch (Throwable thrown) {
            onFailure(kind, permit, CallException.from(thrown));
            throw thrown;
        }
        if (result instanceof Messages<?> stream) {
            stream.onClose(outcome -> release());
        } else {
            onSuccess(kind, permit);
        }
        return result;
    }

    private long acquire(long waitedNanos) {
        long permit = tryAcquire(waitedNanos);
        if (permit < 0) {
            throw rejection();
        }
        return permit;
    }

    /**
     * Asks for leave to run a call that has just arrived. Never blocks.
     *
     * @return a permit of 0 or more, to be given back once; or -1 if the call is refused, see {@link #rejection}
     */
    public long tryAcquire() {
        return tryAcquire(0);
    }

    /**
     * Asks for leave to run a call that has waited before it could ask, such as for a thread. How many calls wait behind
     * it is estimated from that, and they count among those that run.
     *
     * @param waitedNanos nanoseconds since it arrived
     * @return as {@link #tryAcquire()}
     */
    public long tryAcquire(long waitedNanos) {
        int queued = limit.asked(waitedNanos);
        int seen = running.get();
        while (seen + queued < limit.limit()) {
            if (running.compareAndSet(seen, seen + 1)) {
                limit.started(seen + 1 + queued);
                return Math.max(0, timer.nanoTime() - origin - waitedNanos);
            }
            seen = running.get();
        }
        limit.refused();
        long now = timer.nanoTime();
        if (limit.isStale(now)) {
            adapt(seen, now);
        }
        return -1;
    }

    /** A call of {@code method} (any object that stands for it) with {@code permit} went well. */
    public void onSuccess(Object method, long permit) {
        long now = timer.nanoTime();
        int ran = running.getAndDecrement();
        if (limit.measured(method, now - origin - permit, ran, now)) {
            adapt(ran, now);
        }
    }

    /**
     * A call of {@code method} with {@code permit} failed. How long that took is measured only if it was broken off for
     * taking too long: other failures may be quicker than any answer.
     */
    public void onFailure(Object method, long permit, CallException error) {
        boolean brokenOff = error.code() == Code.DEADLINE_EXCEEDED || error.code() == Code.CANCELLED;
        if (brokenOff && limit.isSlow(method, timer.nanoTime() - origin - permit)) {
            onSuccess(method, permit);
        } else {
            release();
        }
    }

    /** A call has ended whose time tells nothing. */
    public void release() {
        running.decrementAndGet();
    }

    private void adapt(int ran, long now) {
        int before = limit.limit();
        if (limit.adapt(ran, now) && listeners.any()) {
            listeners.tell(new ResilienceEvent.LimitChanged(name, before, limit.limit()));
        }
    }

    /** The error of a call that was refused, which the listeners are told of. */
    public RejectedException rejection() {
        refused.increment();
        RejectedException error = new RejectedException(
                RejectedException.Reason.LOAD_SHED,
                Code.UNAVAILABLE,
                "load shedder " + name + " lets " + limit.limit() + " calls run at once for now (minConcurrent "
                        + policy.minConcurrent() + ", maxConcurrent " + policy.maxConcurrent()
                        + "), because calls took " + Math.round(limit.strain() * 100)
                        + " % of the time that is borne; repeat with a delay, best elsewhere",
                RetryAdvice.SAFE);
        if (listeners.any()) {
            listeners.tell(new ResilienceEvent.Rejected(name, error));
        }
        return error;
    }

    /** Hears of refusals, and of the limit as it moves, from now on. */
    public Call.Registration listen(ResilienceListener listener) {
        return listeners.add(listener);
    }

    /** What it is like now. */
    public LoadShedderSnapshot snapshot() {
        Map<String, Duration> baselines = new HashMap<>();
        limit.baselines()
                .forEach((method, baseline) ->
                        baselines.put(method.toString(), Duration.ofNanos((long) baseline.nanos())));
        return new LoadShedderSnapshot(name, running.get(), limit.limit(), limit.strain(), baselines, refused.sum());
    }

    @Override
    public String toString() {
        return "load shedder " + name + " (" + running.get() + " of " + limit.limit() + " run)";
    }
}
