package dev.parley.resilience;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Messages;
import dev.parley.Method;
import dev.parley.Method.Idempotency;
import dev.parley.Outcome;
import dev.parley.Timer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.LongAdder;

/**
 * Makes a second attempt beside a first one that takes long, and takes the answer that comes first: against the slow tail
 * of a service's latency.
 *
 * <p>Long is longer than {@link HedgingPolicy#percentile} of the calls that this hedge has seen of late; until it has seen
 * {@link HedgingPolicy#minSamples} of them it makes no second attempt. It needs one object for each method, because
 * methods have latencies of their own. Only unary methods that are {@linkplain Method#isIdempotent() safe to repeat} are
 * hedged, each further attempt costs one of the {@link RetryBudget}, and none is made behind the call's deadline, after its
 * cancellation, or once an attempt has failed with {@link dev.parley.RetryAdvice#NEVER}.
 *
 * <p>The first attempt runs on the caller's thread, others on virtual threads with the caller's call and
 * {@linkplain dev.parley.Carrier carriers}. Each is a child of the call. The first answer wins: the others are cancelled,
 * which interrupts their threads, and their metadata is dropped. So an attempt that does not heed its interrupt delays
 * the answer, if it is the first. A failure with one of {@link HedgingPolicy#nonFatalCodes} waits for the attempts
 * that are under way; if all fail, the last failure is thrown.
 *
 * <p>Behind a {@link Retry} with the same budget give it {@link RetryBudget#withoutDeposits}. Thread-safe.
 *
 * @see <a href="https://research.google/pubs/the-tail-at-scale/">The Tail at Scale</a>
 */
public final class Hedge implements Interceptor {

    final String name;
    final HedgingPolicy policy;
    final RetryBudget budget;
    final Classifier classifier;
    final Timer timer;
    final Listeners listeners = new Listeners();
    final LongAdder hedges = new LongAdder();
    final LongAdder won = new LongAdder();
    final Latencies latencies;

    /** A hedge named {@code name} in events. */
    public Hedge(String name, HedgingPolicy policy, RetryBudget budget) {
        this(name, policy, budget, Classifier.EXCEPTIONS);
    }

    /** As {@link #Hedge(String, HedgingPolicy, RetryBudget)}, for responses of which {@code classifier} knows failures. */
    public Hedge(String name, HedgingPolicy policy, RetryBudget budget, Classifier classifier) {
        this(name, policy, budget, classifier, Timer.system());
    }

    /** As {@link #Hedge(String, HedgingPolicy, RetryBudget, Classifier)}, with the clock that times attempts. */
    public Hedge(String name, HedgingPolicy policy, RetryBudget budget, Classifier classifier, Timer timer) {
        this.name = Settings.name(name);
        this.policy = Objects.requireNonNull(policy, "policy");
        this.budget = Objects.requireNonNull(budget, "budget");
        this.classifier = Objects.requireNonNull(classifier, "classifier");
        this.timer = Objects.requireNonNull(timer, "timer");
        this.latencies = new Latencies(policy.percentile(), policy.window().toNanos(), timer.nanoTime());
    }

    /** Adds a listener; it hears of {@code HedgeStarted}, on the attempt's thread, and of {@code HedgeWon}. */
    public Call.Registration listen(ResilienceListener listener) {
        return listeners.add(listener);
    }

    /** What was done so far. */
    public Snapshot snapshot() {
        long samples = latencies.samples(timer.nanoTime());
        Duration after = samples < policy.minSamples() ? Duration.ZERO : Duration.ofNanos(delay());
        return new Snapshot(name, samples, after, hedges.sum(), won.sum(), budget.snapshot());
    }

    /**
     * What a hedge has seen and done.
     *
     * @param policy its name
     * @param samples calls whose latency it knows
     * @param after when it makes a second attempt; zero while it knows too little
     * @param hedges attempts beside the first
     * @param won of these, how many answered first
     * @param budget how its budget stands
     */
    public record Snapshot(
            String policy, long samples, Duration after, long hedges, long won, RetryBudget.Snapshot budget) {}

    /** Runs {@code task}, of which nothing is known: its latency is counted, but it is not hedged. */
    public <T> T call(Callable<T> task) throws Exception {
        return call(Idempotency.UNKNOWN, task);
    }

    /**
     * Runs {@code task}, under the {@linkplain Call#current() current} call if there is one; twice at a time, possibly, if
     * {@code idempotency} says that it is safe to repeat.
     */
    public <T> T call(Idempotency idempotency, Callable<T> task) throws Exception {
        budget.deposit();
        Handler<Callable<T>, T> handler = (call, work) -> work.call();
        Call current = Call.find().orElse(null);
        boolean safe = idempotency != Idempotency.UNKNOWN;
        if (current != null) {
            return run(current, safe, task, handler);
        }
        CallScope own = CallScope.builder(Method.unary("hedge", name)).build();
        try {
            return run(own, safe, task, handler);
        } finally {
            own.end(Outcome.OK); // nobody listens but the attempt that has answered
        }
    }

    @Override
    public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
        budget.deposit();
        if (call.method().kind() != Method.Kind.UNARY || request instanceof Messages) {
            return next.handle(call, request);
        }
        return run(call, call.method().isIdempotent() && classifier.isRepeatable(request), request, next);
    }

    private <Q, R> R run(Call call, boolean safe, Q request, Handler<Q, R> next) throws Exception {
        long begun = timer.nanoTime();
        if (safe && policy.maxAttempts() > 1 && latencies.samples(begun) >= policy.minSamples()) {
            long delay = delay();
            if (delay < call.deadline().remainingNanos()) {
                return new HedgedCall<>(this, call, request, next, delay, begun).run();
            }
        }
        R response = next.handle(call, request);
        if (classifier.failure(response) == null) {
            answered(begun);
        }
        return response;
    }

    private long delay() {
        return Math.max(policy.minDelay().toNanos(), latencies.quantile());
    }

    /** A call that was begun then has been answered. */
    void answered(long begun) {
        long now = timer.nanoTime();
        latencies.record(now - begun, now);
    }

    /** Why an attempt is stopped that is not needed any more. */
    CallException beaten(Call call) {
        return new CallException(
                dev.parley.Code.CANCELLED,
                "another attempt at " + call.method() + " has answered, or the call is over");
    }
}
