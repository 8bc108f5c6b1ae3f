package dev.parley.benchmarks;

import dev.parley.CallScope;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Method;
import dev.parley.Method.Idempotency;
import dev.parley.resilience.Bulkhead;
import dev.parley.resilience.BulkheadPolicy;
import dev.parley.resilience.CircuitBreaker;
import dev.parley.resilience.CircuitBreakerPolicy;
import dev.parley.resilience.Fallback;
import dev.parley.resilience.FallbackPolicy;
import dev.parley.resilience.Hedge;
import dev.parley.resilience.HedgingPolicy;
import dev.parley.resilience.LoadShedder;
import dev.parley.resilience.LoadShedderPolicy;
import dev.parley.resilience.RateLimiter;
import dev.parley.resilience.RateLimiterPolicy;
import dev.parley.resilience.Retry;
import dev.parley.resilience.RetryBudget;
import dev.parley.resilience.RetryPolicy;
import dev.parley.resilience.Timeout;
import dev.parley.resilience.TimeoutPolicy;
import java.util.List;
import java.util.concurrent.Callable;
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
 * What each policy adds to a call that succeeds, around a callable and in front of a handler. {@link
 * PolicyPeersBenchmark} has the same of other libraries; {@code ./parley bench policies} compares.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
public class PolicyBenchmark {

    private final Integer answer = 1_000_000;
    private final Callable<Integer> work = () -> answer;
    private final Handler<Integer, Integer> handler = (call, request) -> request;
    private final CallScope call = CallScope.builder(Method.unary("shop.order.v1.OrderService", "CreateOrder"))
            .build();
    private final CallScope idempotent = CallScope.builder(new Method(
                    "shop.order.v1.OrderService", "GetOrder", Method.Kind.UNARY, Idempotency.NO_SIDE_EFFECTS))
            .build();

    private final Timeout timeout = new Timeout("bench", TimeoutPolicy.defaults());
    private final Retry retry = new Retry("bench", RetryPolicy.defaults(), RetryBudget.defaults());
    private final CircuitBreaker breaker = new CircuitBreaker("bench", CircuitBreakerPolicy.defaults());
    private final Bulkhead bulkhead = new Bulkhead("bench", BulkheadPolicy.defaults());
    // More permits than the loop can take while it is measured.
    private final RateLimiter limiter =
            new RateLimiter("bench", RateLimiterPolicy.perSecond(10_000_000).withBurst(1_000_000_000));
    private final Hedge hedge = new Hedge("bench", HedgingPolicy.defaults(), RetryBudget.defaults());
    private final Fallback<Integer> fallback = new Fallback<>("bench", FallbackPolicy.defaults(), (failed, error) -> 0);
    private final Handler<Integer, Integer> inFallback = fallback.before(handler);
    private final LoadShedder shedder = new LoadShedder("bench", LoadShedderPolicy.defaults());

    private final Callable<Integer> inBulkhead = () -> bulkhead.call(work);
    private final Callable<Integer> inLimiter = () -> limiter.call(inBulkhead);
    private final Callable<Integer> inBreaker = () -> breaker.call(inLimiter);
    private final Handler<Integer, Integer> chain =
            Interceptor.chain(List.of(retry, breaker, limiter, bulkhead), handler);

    // --- around a callable

    @Benchmark
    public Integer bareCallable() throws Exception {
        return work.call();
    }

    @Benchmark
    public Integer callableTimeout() throws Exception {
        return timeout.call(work);
    }

    @Benchmark
    public Integer callableRetry() throws Exception {
        return retry.call(work);
    }

    @Benchmark
    public Integer callableBreaker() throws Exception {
        return breaker.call(work);
    }

    @Benchmark
    public Integer callableBulkhead() throws Exception {
        return bulkhead.call(work);
    }

    @Benchmark
    public Integer callableLimiter() throws Exception {
        return limiter.call(work);
    }

    @Benchmark
    public Integer callableHedge() throws Exception {
        return hedge.call(Idempotency.NO_SIDE_EFFECTS, work);
    }

    @Benchmark
    public Integer callableFallback() throws Exception {
        return fallback.call(work);
    }

    @Benchmark
    public Integer callableShedder() throws Exception {
        return shedder.call(work);
    }

    @Benchmark
    public Integer callableFour() throws Exception {
        return retry.call(inBreaker);
    }

    // --- in front of a handler

    @Benchmark
    public Integer bareHandler() throws Exception {
        return handler.handle(call, answer);
    }

    @Benchmark
    public Integer handlerTimeout() throws Exception {
        return timeout.intercept(call, answer, handler);
    }

    @Benchmark
    public Integer handlerRetry() throws Exception {
        return retry.intercept(call, answer, handler);
    }

    @Benchmark
    public Integer handlerBreaker() throws Exception {
        return breaker.intercept(call, answer, handler);
    }

    @Benchmark
    public Integer handlerBulkhead() throws Exception {
        return bulkhead.intercept(call, answer, handler);
    }

    @Benchmark
    public Integer handlerLimiter() throws Exception {
        return limiter.intercept(call, answer, handler);
    }

    @Benchmark
    public Integer handlerHedge() throws Exception {
        return hedge.intercept(idempotent, answer, handler);
    }

    @Benchmark
    public Integer handlerFallback() throws Exception {
        return inFallback.handle(call, answer);
    }

    @Benchmark
    public Integer handlerShedder() throws Exception {
        return shedder.intercept(call, answer, handler);
    }

    @Benchmark
    public Integer handlerFour() throws Exception {
        return chain.handle(call, answer);
    }
}
