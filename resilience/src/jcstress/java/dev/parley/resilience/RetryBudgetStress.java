package dev.parley.resilience;

import dev.parley.Timer;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * One repeat is there; one thread wants two, the other makes a call that earns one, and wants one. Figures: withdrawn by
 * each; the rest.
 */
@JCStressTest
@Outcome(id = "2, 0, 0", expect = Expect.ACCEPTABLE, desc = "one took both")
@Outcome(id = "1, 1, 0", expect = Expect.ACCEPTABLE, desc = "each took one")
@Outcome(expect = Expect.FORBIDDEN, desc = "a repeat was lost, or paid for twice")
@State
public class RetryBudgetStress {

    private final RetryBudget budget =
            new RetryBudget(new RetryBudgetPolicy(1, 0, Duration.ofSeconds(1)), new StandingClock());

    public RetryBudgetStress() {
        budget.deposit();
    }

    private static final class StandingClock implements Timer {
        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public Scheduled schedule(long delayNanos, Runnable task) {
            throw new AssertionError("a budget waits for nothing");
        }
    }

    private int two() {
        return (budget.withdraw() ? 1 : 0) + (budget.withdraw() ? 1 : 0);
    }

    @Actor
    public void one(III_Result result) {
        result.r1 = two();
    }

    @Actor
    public void other(III_Result result) {
        budget.deposit();
        result.r2 = budget.withdraw() ? 1 : 0;
    }

    @Arbiter
    public void rest(III_Result result) {
        result.r3 = two();
    }
}
