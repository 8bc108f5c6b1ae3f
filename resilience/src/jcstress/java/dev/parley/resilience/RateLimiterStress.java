package dev.parley.resilience;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Two calls meet at a limiter with one permit. Whether each may go. */
@JCStressTest
@Outcome(id = {"1, 0", "0, 1"}, expect = Expect.ACCEPTABLE, desc = "one permit")
@Outcome(expect = Expect.FORBIDDEN, desc = "none, or both")
@State
public class RateLimiterStress {

    private final RateLimiter limiter = new RateLimiter("stress", RateLimiterPolicy.perSecond(1), new HandClock());

    @Actor
    public void one(II_Result result) {
        result.r1 = limiter.tryAcquire() == 0 ? 1 : 0;
    }

    @Actor
    public void other(II_Result result) {
        result.r2 = limiter.tryAcquire() == 0 ? 1 : 0;
    }
}
