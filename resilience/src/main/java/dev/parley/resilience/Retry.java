package dev.parley.resilience;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Messages;
import dev.parley.Method.Idempotency;
import dev.parley.Timer;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * Repeats calls that failed in a way that a repeat may cure, by a {@link RetryPolicy} and out of a {@link RetryBudget}.
 *
 * <p>A failure is repeated if all of this holds; otherwise it goes to the caller as it is:
 *
 * <ul>
 *   <li>its code is one of {@link RetryPolicy#retryableCodes}, or of {@link RetryPolicy#advisedCodes} with advice to repeat,
 *       and no advice speaks against it ({@link dev.parley.RetryAdvice#NEVER});
 *   <li>the method is {@linkplain dev.parley.Method#isIdempotent() safe to repeat}, or the request never reached a handler
 *       ({@link dev.parley.RetryAdvice#NEVER_LEFT});
 *   <li>the request can be sent again: one message, or a stream of which no more went by than the policy keeps; and of a
 *       stream of responses no message has come;
 *   <li>there are attempts left, the wait ends before the call's deadline, and the budget pays.
 * </ul>
 *
 * <p>The wait is the server's ({@code Retry-After}, {@code grpc-retry-pushback-ms}) if that is one hour or less, otherwise
 * the policy's. It ends at once, with the reason, when the call is cancelled or its thread is interrupted.
 *
 * <p>A failure that a repeat could have cured, but for which attempts or budget were used up, is thrown with
 * {@link dev.parley.RetryAdvice#NEVER}: the hops above must not multiply what this one has tried. A response that a
 * {@link Classifier} calls a failure is returned as it is in the end.
 *
 * <p>Attempts: a first unary attempt runs on the call itself, as {@link CallScope#mark} allows; each other is a
 * {@linkplain CallScope#child child} with response metadata and an end of its own, and carries
 * {@code grpc-previous-rpc-attempts}. The metadata of lost attempts is dropped; the attempt that counts ends with the call,
 * because what it answered with may still be read. Nothing is allocated for a first unary attempt that succeeds.
 *
 * <pre>{@code
 * Retry retry = new Retry("inventory", RetryPolicy.defaults(), RetryBudget.defaults());
 * Stock stock = retry.call(Idempotency.NO_SIDE_EFFECTS, () -> inventory.checkStock(request));
 * }</pre>
 *
 * <p>Immutable but for its listeners and counters; thread-safe.
 *
 * @see <a href="https://github.com/grpc/proposal/blob/master/A6-client-retries.md">gRFC A6</a>
 */
public final class Retry implements Interceptor {

    static final String PREVIOUS_ATTEMPTS = "grpc-previous-rpc-attempts";

    final String name;
    final RetryPolicy policy;
    final RetryBudget budget;
    final Classifier classifier;
    final Timer timer;
    final RandomGenerator random;
    final Listeners listeners = new Listeners();
    final LongAdder repeats = new LongAdder();
    final LongAdder recovered = new LongAdder();
    final LongAdder exhausted = new LongAdder();

    /** A retry named {@code name} in events. */
    public Retry(String name, RetryPolicy policy, RetryBudget budget) {
        this(name, policy, budget, Classifier.EXCEPTIONS);
    }

    /** As {@link #Retry(String, RetryPolicy, RetryBudget)}, for responses of which {@code classifier} knows failures. */
    public Retry(String name, RetryPolicy policy, RetryBudget budget, Classifier classifier) {
        this(
                name,
                policy,
                budget,
                classifier,
                Timer.system(),
                () -> ThreadLocalRandom.current().nextLong());
    }

    /**
     * As {@link #Retry(String, RetryPolicy, RetryBudget, Classifier)}, with what tests want to hold in their hands: the
     * clock by which waits are measured (a call's deadline has its own), and the chance behind the jitter, which is asked
     * by many threads at once.
     */
    public Retry(
            String name,
            RetryPolicy policy,
            RetryBudget budget,
            Classifier classifier,
            Timer timer,
            RandomGenerator random) {
        this.name = Settings.name(name);
        this.policy = Objects.requireNonNull(policy, "policy");
        this.budget = Objects.requireNonNull(budget, "budget");
        this.classifier = Objects.requireNonNull(classifier, "classifier");
        this.timer = Objects.requireNonNull(timer, "timer");
        this.random = Objects.requireNonNull(random, "random");
    }

    /** Adds a listener; it hears of {@code RetryScheduled}, {@code RetryStopped} and {@code AdviceIgnored}. */
    public Call.Registration listen(ResilienceListener listener) {
        return listeners.add(listener);
    }

    /** What was done so far. */
    public Snapshot snapshot() {
        return new Snapshot(name, repeats.sum(), recovered.sum(), exhausted.sum(), budget.snapshot());
    }

    /**
     * What a retry has done.
     *
     * @param policy its name
     * @param repeats attempts behind the first
     * @param recovered calls that succeeded by one of these
     * @param exhausted calls that failed because attempts or budget were used up
     * @param budget how its budget stands
     */
    public record Snapshot(String policy, long repeats, long recovered, long exhausted, RetryBudget.Snapshot budget) {}

    // ---- around a callable

    /** Runs {@code task}, of which nothing is known: it is repeated only if its request never left. */
    public <T> T call(Callable<T> task) throws Exception {
        return call(Idempotency.UNKNOWN, thrown -> false, task);
    }

    /** Runs {@code task}, and says with {@code idempotency} whether it is safe to repeat. */
    public <T> T call(Idempotency idempotency, Callable<T> task) throws Exception {
        return call(idempotency, thrown -> false, task);
    }

    /**
     * Runs {@code task}. Deadline and cancellation are those of the {@linkplain Call#current() current} call, if there is
     * one.
     *
     * @param idempotency whether {@code task} is safe to repeat
     * @param retryable exceptions that are repeated besides those that the policy's codes name; what an exception is in
     *     codes says {@link CallException#from}
     * @throws Exception what the last attempt threw, as it was (but {@code NEVER} is advised in a {@link CallException})
     */
    @SuppressWarnings("NullAway") // a result is returned where there is one
    public <T> T call(Idempotency idempotency, Predicate<? super Exception> retryable, Callable<T> task)
            throws Exception {
        budget.deposit();
        RetryRun run = null;
        while (true) {
            T result = null;
            Exception thrown = null;
            CallException failure;
            try {
                result = task.call();
                failure = classifier.failure(result);
                if (failure == null) {
                    if (run != null) {
                        recovered.increment();
                    }
                    return result;
                }
            } catch (Exception e) {
                thrown = e;
                failure = CallException.from(e);
            }
            if (run == null) {
                run = new RetryRun(this, Call.find().orElse(null), idempotency != Idempotency.UNKNOWN);
            }
            if (!run.goesOn(failure, thrown != null && retryable.test(thrown), true)) {
                if (thrown == null) {
                    return result;
                }
                throw run.last(thrown);
            }
            if (thrown == null) {
                classifier.discard(result);
            }
            run.pause(failure);
        }
    }

    // ---- in front of a handler

    @Override
    public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
        budget.deposit();
        if (call.method().kind().serverStreams()) {
            return RetriedStream.open(this, call, request, next);
        }
        if (call instanceof CallScope scope && !(request instanceof Messages) && policy.perAttemptTimeout() == null) {
            long mark = scope.mark();
            if (mark >= 0) {
                return first(scope, mark, request, next);
            }
        }
        RetryRun run = new RetryRun(this, call, call.method().isIdempotent());
        return attempts(run, call, request, next);
    }

    /** The first attempt, on the call itself. */
    @SuppressWarnings("NullAway") // a response is returned where there is one
    private <Q, R> R first(CallScope call, long mark, Q request, Handler<Q, R> next) throws Exception {
        R response = null;
        Exception thrown = null;
        CallException failure = null;
        boolean repeated = false;
        RetryRun run;
        try {
            try {
                response = next.handle(call, request);
                failure = classifier.failure(response);
                if (failure == null) {
                    return response;
                }
            } catch (Exception e) {
                thrown = e;
                failure = RetryRun.failure(call, e);
            }
            run = new RetryRun(this, call, call.method().isIdempotent());
            repeated = run.goesOn(failure, false, classifier.isRepeatable(request));
        } finally {
            if (!repeated) {
                call.keep();
            }
        }
        if (!repeated) {
            if (thrown == null) {
                return response;
            }
            throw run.last(thrown);
        }
        call.rollBack(mark, failure);
        if (thrown == null) {
            classifier.discard(response);
        }
        run.pause(failure);
        return attempts(run, call, request, next);
    }

    /** Attempts that are children of the call. */
    @SuppressWarnings("NullAway") // a response is returned where there is one
    private <Q, R> R attempts(RetryRun run, Call call, Q request, Handler<Q, R> next) throws Exception {
        try (Requests<Q> requests = new Requests<>(this, call, request)) {
            while (true) {
                RetryAttempt attempt = new RetryAttempt(this, call, run.attempts());
                R response = null;
                Exception thrown = null;
                CallException failure;
                try {
                    response = attempt.run(next, requests.again());
                    failure = classifier.failure(response);
                    if (failure == null) {
                        attempt.keep();
                        run.succeeded();
                        return response;
                    }
                } catch (Exception e) {
                    thrown = e;
                    failure = attempt.failure(e);
                } catch (Error e) {
                    attempt.lost(CallException.from(e));
                    throw e;
                }
                if (!run.goesOn(failure, attempt.timedOut(failure), requests.areRepeatable())) {
                    attempt.keep();
                    if (thrown == null) {
                        return response;
                    }
                    attempt.lost(failure);
                    throw run.last(attempt.isCancelledAlone() ? failure : thrown);
                }
                attempt.lost(failure);
                if (thrown == null) {
                    classifier.discard(response);
                }
                run.pause(failure);
            }
        }
    }

    /** The error of an attempt that took longer than the policy gives it. */
    CallException attemptTimedOut(Call call) {
        return new CallException(
                Code.DEADLINE_EXCEEDED,
                "an attempt at " + call.method() + " took longer than " + policy.perAttemptTimeout()
                        + " (perAttemptTimeout)");
    }
}
