package dev.parley.resilience;

import dev.parley.Call;
import dev.parley.CallScope;
import dev.parley.Method;
import dev.parley.Timer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/**
 * The first attempt answers while the timer starts a second one. Figures: the answer is one attempt's; attempts that did not
 * end, or ended well without being the answer; whether the caller was left interrupted; listeners left with the call.
 */
@JCStressTest
@Outcome(id = "1, 0, 0, 1", expect = Expect.ACCEPTABLE, desc = "one answer, one good end")
@Outcome(expect = Expect.FORBIDDEN, desc = "anything else")
@State
public class HedgeStress implements Timer {

    private final CallScope call = CallScope.builder(
                    new Method("stress", "Do", Method.Kind.UNARY, Method.Idempotency.IDEMPOTENT))
            .build();
    private final AtomicInteger attempts = new AtomicInteger();
    private final AtomicInteger ends = new AtomicInteger();
    private final AtomicInteger goodEnds = new AtomicInteger();
    private final HedgedCall<String, Integer> hedged;
    private volatile Runnable due;

    public HedgeStress() {
        Hedge hedge = new Hedge(
                "stress",
                HedgingPolicy.defaults(),
                new RetryBudget(new RetryBudgetPolicy(1, 10, Duration.ofSeconds(1)), this),
                Classifier.EXCEPTIONS,
                this);
        hedged = new HedgedCall<>(hedge, call, "q", this::attempt, 1, 0);
    }

    private Integer attempt(Call scope, String request) {
        int number = attempts.incrementAndGet();
        scope.onEnd(outcome -> {
            if (outcome.isOk()) {
                goodEnds.incrementAndGet();
            }
            ends.incrementAndGet();
        });
        return number;
    }

    @Override
    public long nanoTime() {
        return 0;
    }

    @Override
    public Scheduled schedule(long delayNanos, Runnable task) {
        due = task;
        return () -> {};
    }

    @Actor
    public void caller(IIII_Result result) {
        try {
            // jcstress's thread is not the one that made the state; nobody waits here unless both attempts race.
            result.r1 = hedged.run() > 0 ? 1 : 0;
        } catch (Exception e) {
            result.r1 = -1;
        }
        result.r3 = Thread.interrupted() ? 1 : 0;
        call.end(dev.parley.Outcome.OK);
    }

    @Actor
    public void timer() {
        for (int spins = 0; due == null && spins < 10_000; spins++) {
            Thread.onSpinWait();
        }
        Runnable task = due;
        if (task != null) {
            task.run();
        }
    }

    @Arbiter
    public void count(IIII_Result result) {
        long until = System.nanoTime() + 5_000_000_000L;
        while (ends.get() < attempts.get() && System.nanoTime() < until) {
            Thread.onSpinWait(); // the hedge is on a thread of its own
        }
        result.r2 = attempts.get() - ends.get();
        result.r4 = goodEnds.get();
    }
}
