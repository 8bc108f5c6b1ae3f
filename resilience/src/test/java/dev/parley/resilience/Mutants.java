package dev.parley.resilience;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Timer;
import dev.parley.resilience.spec.BulkheadSpec;
import dev.parley.resilience.spec.CircuitBreakerSpec;
import dev.parley.resilience.spec.Lane;
import dev.parley.resilience.spec.LoadShedderSpec;
import dev.parley.resilience.spec.RateLimiterSpec;
import dev.parley.resilience.spec.TimeoutSpec;
import dev.parley.testing.FakeTimer;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Policies that are wrong, each in one way; {@link MutantsTest} runs the specifications against them. */
final class Mutants {

    private Mutants() {}

    private static CallException unavailable() {
        return new CallException(Code.UNAVAILABLE, "a mutant says so");
    }

    // ---- breakers

    abstract static class Breaker extends CircuitBreakerSpec {
        @Override
        protected Lane lane(CircuitBreaker through) {
            return ThreadLane.of(through);
        }
    }

    static final class NeverHalfOpens extends Breaker {
        @Override
        protected CircuitBreaker breaker(CircuitBreakerPolicy policy) {
            return new CircuitBreaker("payment", policy, new FakeTimer());
        }
    }

    static final class ClosesAtTheFirstGoodProbe extends Breaker {
        @Override
        protected CircuitBreaker breaker(CircuitBreakerPolicy policy) {
            return super.breaker(policy.withProbes(1));
        }
    }

    static final class NeverOpens extends Breaker {
        @Override
        protected CircuitBreaker breaker(CircuitBreakerPolicy policy) {
            return super.breaker(policy.withConsecutiveFailures(1_000).withMinimumCalls(1_000));
        }
    }

    static final class HasNoRate extends Breaker {
        @Override
        protected CircuitBreaker breaker(CircuitBreakerPolicy policy) {
            return super.breaker(policy.withFailureRate(1));
        }
    }

    static final class NeverForgets extends Breaker {
        @Override
        protected CircuitBreaker breaker(CircuitBreakerPolicy policy) {
            return super.breaker(policy.withWindow(Duration.ofHours(1)));
        }
    }

    static final class CountsEveryError extends Breaker {
        @Override
        protected CircuitBreaker breaker(CircuitBreakerPolicy policy) {
            return super.breaker(policy.withFailures(EnumSet.allOf(Code.class)));
        }
    }

    /** Takes what {@code isIt} says for a failure of the service. */
    abstract static class Mistakes extends Breaker {
        abstract boolean isIt(CallException error);

        @Override
        protected Lane lane(CircuitBreaker through) {
            return ThreadLane.of(new Interceptor() {
                @Override
                public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
                    return through.intercept(call, request, (c, q) -> {
                        try {
                            return next.handle(c, q);
                        } catch (CallException e) {
                            throw isIt(e) ? unavailable() : e;
                        }
                    });
                }
            });
        }
    }

    static final class CountsLocalRejections extends Mistakes {
        @Override
        boolean isIt(CallException error) {
            return error instanceof RejectedException;
        }
    }

    static final class CountsCancellations extends Mistakes {
        @Override
        boolean isIt(CallException error) {
            return error.code() == Code.CANCELLED;
        }
    }

    /** Books what ends now on the permit of now. */
    static final class ForgetsGenerations extends Breaker {
        @Override
        protected Lane lane(CircuitBreaker through) {
            return ThreadLane.of(new Interceptor() {
                @Override
                public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
                    if (through.tryAcquire() < 0) {
                        throw through.rejection(-1);
                    }
                    try {
                        R response = next.handle(call, request);
                        through.onSuccess(through.tryAcquire());
                        return response;
                    } catch (CallException e) {
                        through.onFailure(through.tryAcquire(), e);
                        throw e;
                    }
                }
            });
        }
    }

    /** Its clock stands while probes are under way. */
    static final class WaitsForProbesForEver extends Breaker {
        private @Nullable CircuitBreaker made;

        @Override
        protected CircuitBreaker breaker(CircuitBreakerPolicy policy) {
            CircuitBreaker breaker = new CircuitBreaker("payment", policy, new Timer() {
                private long last = timer.nanoTime();

                @Override
                public long nanoTime() {
                    CircuitBreaker known = made;
                    if (known == null || known.state() != CircuitBreaker.State.HALF_OPEN) {
                        last = timer.nanoTime();
                    }
                    return last;
                }

                @Override
                public Scheduled schedule(long delayNanos, Runnable task) {
                    return timer.schedule(delayNanos, task);
                }
            });
            made = breaker;
            return breaker;
        }
    }

    // ---- bulkheads

    abstract static class Wall extends BulkheadSpec {
        @Override
        protected Lane lane(Bulkhead through) {
            return ThreadLane.of(through);
        }
    }

    static final class HasNoLimit extends Wall {
        @Override
        protected Bulkhead bulkhead(BulkheadPolicy policy) {
            return super.bulkhead(policy.withMaxConcurrent(1_000));
        }
    }

    static final class GivesUpTooEarly extends Wall {
        @Override
        protected Bulkhead bulkhead(BulkheadPolicy policy) {
            return super.bulkhead(policy.withMaxWait(Duration.ofMillis(1)));
        }
    }

    static final class QueuesWithoutBound extends Wall {
        @Override
        protected Bulkhead bulkhead(BulkheadPolicy policy) {
            return super.bulkhead(policy.withMaxWaiting(1_000));
        }
    }

    /** Keeps the slot of a call that ends with an error of its kind. */
    abstract static class Leaks extends Wall {
        abstract boolean isIt(CallException error);

        @Override
        protected Lane lane(Bulkhead through) {
            return ThreadLane.of(new Interceptor() {
                @Override
                public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
                    try {
                        return through.intercept(call, request, next);
                    } catch (CallException e) {
                        if (isIt(e)) {
                            through.tryAcquire();
                        }
                        throw e;
                    }
                }
            });
        }
    }

    static final class LeaksOnErrors extends Leaks {
        @Override
        boolean isIt(CallException error) {
            return error.code() == Code.INTERNAL;
        }
    }

    static final class LeaksOnCancellations extends Leaks {
        @Override
        boolean isIt(CallException error) {
            return error.code() == Code.CANCELLED;
        }
    }

    static final class LeaksOnRejections extends Leaks {
        @Override
        boolean isIt(CallException error) {
            return error instanceof RejectedException;
        }
    }

    // ---- rate limiters

    abstract static class Rate extends RateLimiterSpec {
        @Override
        protected Lane lane(RateLimiter through) {
            return ThreadLane.of(through);
        }
    }

    static final class NeverRefills extends Rate {
        @Override
        protected RateLimiter limiter(RateLimiterPolicy policy) {
            return new RateLimiter("search", policy, new FakeTimer());
        }
    }

    static final class BurstsWithoutBound extends Rate {
        @Override
        protected RateLimiter limiter(RateLimiterPolicy policy) {
            return super.limiter(policy.withBurst(800_000));
        }
    }

    static final class RunsTwiceAsFast extends Rate {
        @Override
        protected RateLimiter limiter(RateLimiterPolicy policy) {
            return super.limiter(policy.withPeriod(policy.period().dividedBy(2)));
        }
    }

    static final class NeverWaits extends Rate {
        @Override
        protected RateLimiter limiter(RateLimiterPolicy policy) {
            return super.limiter(policy.withMaxWait(Duration.ZERO));
        }
    }

    // ---- timeouts

    abstract static class Limit extends TimeoutSpec {
        @Override
        protected Lane lane(Timeout through) {
            return ThreadLane.of(through);
        }
    }

    static final class HalvesTheTime extends Limit {
        @Override
        protected Timeout timeout(TimeoutPolicy policy) {
            return super.timeout(policy.withLimit(policy.limit().dividedBy(2)));
        }
    }

    static final class NeverFires extends Limit {
        @Override
        protected Timeout timeout(TimeoutPolicy policy) {
            return new Timeout("quick", policy, new FakeTimer());
        }
    }

    static final class LeavesItsAlarmBehind extends Limit {
        @Override
        protected Timeout timeout(TimeoutPolicy policy) {
            return new Timeout("quick", policy, new Timer() {
                @Override
                public long nanoTime() {
                    return timer.nanoTime();
                }

                @Override
                public Scheduled schedule(long delayNanos, Runnable task) {
                    timer.schedule(delayNanos, task);
                    return () -> {};
                }
            });
        }
    }

    // ---- load shedders

    abstract static class Shedder extends LoadShedderSpec {
        @Override
        protected Lane lane(LoadShedder through) {
            return ThreadLane.of(through);
        }
    }

    static final class NeverSheds extends Shedder {
        @Override
        protected LoadShedder shedder(LoadShedderPolicy policy) {
            return super.shedder(policy.withTolerance(100).withSlack(Duration.ofMinutes(1)));
        }
    }

    static final class ShedsBelowTheMinimum extends Shedder {
        @Override
        protected LoadShedder shedder(LoadShedderPolicy policy) {
            return super.shedder(policy.withMinConcurrent(1));
        }
    }

    static final class NeverRecovers extends Shedder {
        @Override
        protected Lane lane(LoadShedder through) {
            int unlimited = through.snapshot().limit();
            return ThreadLane.of(new Interceptor() {
                private volatile boolean shedding;

                @Override
                public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
                    shedding |= through.snapshot().limit() < unlimited;
                    if (shedding && through.snapshot().running() >= 8) {
                        throw through.rejection();
                    }
                    return through.intercept(call, request, next);
                }
            });
        }
    }

    static final class HasOneBaselineForAll extends Shedder {
        @Override
        protected Lane lane(LoadShedder through) {
            return ThreadLane.ofCallable(through::call);
        }
    }

    static final class KeepsPlacesOfFailures extends Shedder {
        @Override
        protected Lane lane(LoadShedder through) {
            return ThreadLane.ofCallable(new ThreadLane.AroundCallable() {
                @Override
                public <T> T call(Callable<T> work) throws Exception {
                    try {
                        return through.call(Call.current().method(), work);
                    } catch (CallException e) {
                        through.tryAcquire();
                        throw e;
                    }
                }
            });
        }
    }
}
