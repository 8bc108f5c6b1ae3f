package dev.parley.benchmarks;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.Policy;
import dev.failsafe.function.CheckedSupplier;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.core.CallableUtils;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.timelimiter.TimeLimiter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The policies of Resilience4j and Failsafe around the callable of {@link PolicyBenchmark}: with the settings that they
 * begin with, a rate that is never reached, and decorated once.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
public class PolicyPeersBenchmark {

    private static final int NEVER = 1_000_000_000;

    private final Integer answer = 1_000_000;
    private final Callable<Integer> work = () -> answer;
    private final CheckedSupplier<Integer> supplier = () -> answer;

    // ---- Resilience4j

    private final TimeLimiter timeLimiter = TimeLimiter.ofDefaults();
    private final CompletableFuture<Integer> done = CompletableFuture.completedFuture(answer);
    private final Retry retry = Retry.ofDefaults("bench");
    private final CircuitBreaker breaker = CircuitBreaker.ofDefaults("bench");
    private final CircuitBreaker timed = CircuitBreaker.of(
            "bench",
            CircuitBreakerConfig.custom()
                    .slidingWindow(10, 20, SlidingWindowType.TIME_BASED)
                    .build());
    private final Bulkhead bulkhead = Bulkhead.of("bench", BulkheadConfig.ofDefaults());
    private final RateLimiter limiter = RateLimiter.of(
            "bench",
            RateLimiterConfig.custom()
                    .limitForPeriod(NEVER)
                    .limitRefreshPeriod(Duration.ofSeconds(1))
                    .build());

    private final Callable<Integer> inRetry = Retry.decorateCallable(retry, work);
    private final Callable<Integer> inBreaker = CircuitBreaker.decorateCallable(breaker, work);
    private final Callable<Integer> inTimed = CircuitBreaker.decorateCallable(timed, work);
    private final Callable<Integer> inBulkhead = Bulkhead.decorateCallable(bulkhead, work);
    private final Callable<Integer> inLimiter = RateLimiter.decorateCallable(limiter, work);
    private final Callable<Integer> inFallback = CallableUtils.recover(work, thrown -> 0);
    private final Callable<Integer> inFour = Retry.decorateCallable(
            retry, CircuitBreaker.decorateCallable(breaker, RateLimiter.decorateCallable(limiter, inBulkhead)));
    private final Callable<Integer> inTimedFour = Retry.decorateCallable(
            retry, CircuitBreaker.decorateCallable(timed, RateLimiter.decorateCallable(limiter, inBulkhead)));

    /** The least that it can do: it waits for a future that somebody else has completed; ours interrupts the caller. */
    @Benchmark
    public Integer resilience4jTimeout() throws Exception {
        return timeLimiter.executeFutureSupplier(() -> done);
    }

    @Benchmark
    public Integer resilience4jRetry() throws Exception {
        return inRetry.call();
    }

    @Benchmark
    public Integer resilience4jBreaker() throws Exception {
        return inBreaker.call();
    }

    /** With a window of time, as ours has, in place of its default, the last 100 calls. */
    @Benchmark
    public Integer resilience4jTimedBreaker() throws Exception {
        return inTimed.call();
    }

    @Benchmark
    public Integer resilience4jBulkhead() throws Exception {
        return inBulkhead.call();
    }

    @Benchmark
    public Integer resilience4jLimiter() throws Exception {
        return inLimiter.call();
    }

    @Benchmark
    public Integer resilience4jFallback() throws Exception {
        return inFallback.call();
    }

    @Benchmark
    public Integer resilience4jFour() throws Exception {
        return inFour.call();
    }

    /** The four with the window of time. */
    @Benchmark
    public Integer resilience4jTimedFour() throws Exception {
        return inTimedFour.call();
    }

    // ---- Failsafe

    private final Policy<Integer> failsafeRetry = dev.failsafe.RetryPolicy.ofDefaults();
    private final Policy<Integer> failsafeBreaker = dev.failsafe.CircuitBreaker.ofDefaults();
    private final Policy<Integer> failsafeLimiter = dev.failsafe.RateLimiter.<Integer>burstyBuilder(
                    NEVER, Duration.ofSeconds(1))
            .build();
    private final Policy<Integer> failsafeBulkhead = dev.failsafe.Bulkhead.of(25);
    private final FailsafeExecutor<Integer> timeoutOnly =
            Failsafe.with(dev.failsafe.Timeout.<Integer>builder(Duration.ofSeconds(15))
                    .withInterrupt()
                    .build());
    private final FailsafeExecutor<Integer> retryOnly = Failsafe.with(failsafeRetry);
    private final FailsafeExecutor<Integer> breakerOnly = Failsafe.with(failsafeBreaker);
    private final FailsafeExecutor<Integer> bulkheadOnly = Failsafe.with(failsafeBulkhead);
    private final FailsafeExecutor<Integer> limiterOnly = Failsafe.with(failsafeLimiter);
    private final FailsafeExecutor<Integer> fallbackOnly = Failsafe.with(dev.failsafe.Fallback.of(0));
    private final FailsafeExecutor<Integer> four = Failsafe.with(failsafeRetry)
            .compose(failsafeBreaker)
            .compose(failsafeLimiter)
            .compose(failsafeBulkhead);

    @Benchmark
    public Integer failsafeTimeout() {
        return timeoutOnly.get(supplier);
    }

    @Benchmark
    public Integer failsafeRetry() {
        return retryOnly.get(supplier);
    }

    @Benchmark
    public Integer failsafeBreaker() {
        return breakerOnly.get(supplier);
    }

    @Benchmark
    public Integer failsafeBulkhead() {
        return bulkheadOnly.get(supplier);
    }

    @Benchmark
    public Integer failsafeLimiter() {
        return limiterOnly.get(supplier);
    }

    @Benchmark
    public Integer failsafeFallback() {
        return fallbackOnly.get(supplier);
    }

    @Benchmark
    public Integer failsafeFour() {
        return four.get(supplier);
    }
}
