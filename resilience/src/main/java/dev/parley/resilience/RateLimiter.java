package dev.parley.resilience;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.RetryAdvice;
import dev.parley.Timer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Lets calls through at a steady rate, with bursts after a pause. What exceeds the rate waits for its turn as long as the
 * policy says, and is refused otherwise. A stream is one call.
 *
 * <p>It is the generic cell rate algorithm (a token bucket without a thread that fills it): the whole state is the time
 * at which the bucket will be full again. A call moves it on by one interval, unless that were further ahead of now than
 * a burst.
 *
 * <p>A clock that jumps ahead fills the bucket, and no more than that; one that jumps back leaves it empty, to be filled
 * again at the rate. A call that gives up while it waits has used its permit. Thread-safe, lock-free; no method but those
 * that make the call blocks.
 */
public final class RateLimiter implements Interceptor {

    private final String name;
    private final RateLimiterPolicy policy;
    private final Timer timer;
    private final long interval;
    private final long burst; // nanoseconds that a full bucket is worth
    private final long furthest; // ahead of now that fullAt can be by its own doing
    private final Listeners listeners = new Listeners();
    private final LongAdder refused = new LongAdder();
    private final AtomicLong fullAt;

    /** A limiter with a full bucket on the system's clock. */
    public RateLimiter(String name, RateLimiterPolicy policy) {
        this(name, policy, Timer.system());
    }

    /**
     * A limiter with a full bucket.
     *
     * @param name says in errors and events which one it is, such as {@code payment-service}; not blank
     */
    public RateLimiter(String name, RateLimiterPolicy policy, Timer timer) {
        this.name = Settings.name(name);
        this.policy = Objects.requireNonNull(policy, "policy");
        this.timer = Objects.requireNonNull(timer, "timer");
        this.interval = policy.intervalNanos();
        this.burst = interval * policy.burst();
        this.furthest = burst + policy.maxWait().toNanos();
        this.fullAt = new AtomicLong(timer.nanoTime());
    }

    @Override
    public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
        long wait = reserve();
        if (wait != 0) {
            await(wait, call);
        }
        return next.handle(call, request);
    }

    /**
     * Makes the call when its turn has come, under the current call's deadline and cancellation if there is one.
     *
     * @throws RejectedException if that is not within the longest wait
     * @throws CallException why the current call was cancelled while this one waited
     * @throws Exception what {@code work} throws
     */
    public <T> T call(Callable<T> work) throws Exception {
        long wait = reserve();
        if (wait != 0) {
            await(wait, Call.find().orElse(null));
        }
        return work.call();
    }

    private void await(long wait, @Nullable Call call) {
        CompletableFuture<@Nullable CallException> turn = new CompletableFuture<>();
        Timer.Scheduled scheduled =
                schedule(wait, call == null ? Deadline.NONE : call.deadline(), () -> turn.complete(null));
        Call.Registration cancelled = call == null ? () -> {} : call.onCancel(turn::complete);
        CallException error;
        try {
            error = turn.get();
        } catch (InterruptedException e) {
            error = CallException.interrupted(e, "a turn at rate limiter " + name);
        } catch (ExecutionException e) {
            throw new AssertionError("nothing completes it so", e);
        } finally {
            scheduled.cancel();
            cancelled.remove();
        }
        if (error != null) {
            throw error;
        }
    }

    /**
     * Runs {@code turn} on the timer's thread when the turn of a call has come that {@link #reserve} did not let go ahead
     * at once. Never blocks.
     *
     * @param answer what {@link #reserve} returned
     * @return takes it back
     * @throws RejectedException if that was a refusal, or if its turn is behind {@code deadline}
     */
    public Timer.Scheduled schedule(long answer, Deadline deadline, Runnable turn) {
        if (answer < 0 || deadline.remainingNanos() < answer) {
            throw rejection(Math.abs(answer));
        }
        return timer.schedule(answer, turn);
    }

    /**
     * Takes a permit if there is one now. Never blocks.
     *
     * @return 0 if the call may go ahead, otherwise after how many nanoseconds it is worth asking again; of that
     *     {@link #rejection} makes an error
     */
    public long tryAcquire() {
        return take(0);
    }

    /**
     * Takes a permit for now or for later, within {@link RateLimiterPolicy#maxWait}. Never blocks.
     *
     * @return 0 if the call may go ahead; above 0 the nanoseconds after which it may, without asking again; below 0 if it
     *     may not: the negated nanoseconds after which it is worth asking again. {@link #schedule} takes all but 0
     */
    public long reserve() {
        long longest = furthest - burst;
        long wait = take(longest);
        return wait <= longest ? wait : -wait;
    }

    /** How long until the call may go ahead; its permit is taken only if that is not above {@code longest}. */
    private long take(long longest) {
        while (true) {
            long seen = fullAt.get();
            long now = timer.nanoTime(); // only now: it is no earlier than the time by which seen was set
            long from = bounded(seen, now);
            long wait = Math.max(0, from - now + interval - burst);
            if (wait > longest) {
                if (from == seen || fullAt.compareAndSet(seen, from)) {
                    return wait;
                }
            } else if (fullAt.compareAndSet(seen, from + interval)) {
                return wait;
            }
        }
    }

    /** A bucket is full at best, and no emptier than calls can have left it: further away is a clock that has jumped. */
    private long bounded(long seen, long now) {
        long ahead = seen - now;
        return ahead <= 0 ? now : ahead > furthest ? now + burst : seen;
    }

    /**
     * The error of a call that may not go ahead, which the listeners are told of.
     *
     * @param wait nanoseconds after which it is worth asking again
     */
    public RejectedException rejection(long wait) {
        refused.increment();
        Duration after = Duration.ofNanos(Math.max(0, wait));
        RejectedException error = new RejectedException(
                RejectedException.Reason.RATE_LIMITED,
                Code.RESOURCE_EXHAUSTED,
                "rate limiter " + name + " lets " + policy.permits() + " calls through in " + policy.period()
                        + " (burst " + policy.burst() + ", maxWait " + policy.maxWait() + "); repeat in " + after,
                RetryAdvice.after(after));
        if (listeners.any()) {
            listeners.tell(new ResilienceEvent.Rejected(name, error));
        }
        return error;
    }

    /** Hears of refusals from now on. */
    public Call.Registration listen(ResilienceListener listener) {
        return listeners.add(listener);
    }

    /** What it is like now. */
    public RateLimiterSnapshot snapshot() {
        long seen = fullAt.get();
        long now = timer.nanoTime();
        long ahead = bounded(seen, now) - now;
        return new RateLimiterSnapshot(
                name,
                Math.max(0, (burst - ahead) / interval),
                Duration.ofNanos(Math.max(0, ahead + interval - burst)),
                refused.sum());
    }

    @Override
    public String toString() {
        return "rate limiter " + name + " (" + policy.permits() + " in " + policy.period() + ')';
    }
}
