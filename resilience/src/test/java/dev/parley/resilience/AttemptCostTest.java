package dev.parley.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.parley.CallScope;
import dev.parley.Handler;
import dev.parley.Method.Idempotency;
import java.lang.management.ManagementFactory;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** What a first attempt that succeeds allocates: counted by the JVM for this thread, not estimated. */
class AttemptCostTest {

    private static final int CALLS = 10_000;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final RetryBudget budget = RetryBudget.defaults();
    private final Retry retry = new Retry("shop", RetryPolicy.defaults(), budget);
    private final Handler<String, String> echo = (call, text) -> text;

    /** A part of a call is what the JIT compiler's own work on this thread comes to, if there is any. */
    private static double bytesEach(Callable<?> call) throws Exception {
        for (int i = 0; i < CALLS; i++) {
            call.call();
        }
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < CALLS; i++) {
            call.call();
        }
        return (THREADS.getCurrentThreadAllocatedBytes() - before) / (double) CALLS;
    }

    @Test
    void aRetryAllocatesNothing() throws Exception {
        CallScope call = Talk.call();
        call.requestHeaders().add("traceparent", "00-1-2-01");
        Callable<String> task = () -> "done";
        assertThat(bytesEach(() -> retry.intercept(call, "q", echo)))
                .as("in front of a handler")
                .isLessThan(1);
        assertThat(bytesEach(() -> retry.call(task))).as("around a callable").isLessThan(1);
        assertThat(bytesEach(() -> retry.call(Idempotency.IDEMPOTENT, task))).isLessThan(1);
    }

    @Test
    void aFallbackAllocatesNothing() throws Exception {
        Fallback<String> fallback = new Fallback<>("shop", FallbackPolicy.defaults(), (call, error) -> "instead");
        CallScope call = Talk.call();
        Handler<String, String> guarded = fallback.before(echo);
        Callable<String> task = () -> "done";
        assertThat(bytesEach(() -> guarded.handle(call, "q"))).isLessThan(1);
        assertThat(bytesEach(() -> fallback.call(task))).isLessThan(1);
    }

    @Test
    void aHedgeAllocatesNothingUntilItKnowsWhenToHedgeAndThenLessThanAKilobyte() throws Exception {
        CallScope call = Talk.call();
        Hedge unknowing = new Hedge("shop", HedgingPolicy.defaults().withMinSamples(1_000_000), budget);
        assertThat(bytesEach(() -> unknowing.intercept(call, "q", echo))).isLessThan(1);
        Hedge hedge = new Hedge("shop", HedgingPolicy.defaults(), budget);
        double bytes = bytesEach(() -> {
            CallScope own = Talk.call();
            String answer = hedge.intercept(own, "q", echo);
            own.end(dev.parley.Outcome.OK);
            return answer;
        });
        double bare = bytesEach(() -> {
            CallScope own = Talk.call();
            own.end(dev.parley.Outcome.OK);
            return own;
        });
        assertThat(bytes - bare).isLessThan(1_024); // 832 when this was written
    }
}
