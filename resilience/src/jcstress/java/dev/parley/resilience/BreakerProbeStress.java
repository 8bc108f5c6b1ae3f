package dev.parley.resilience;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Two calls meet at a breaker whose open time is over and that lets one probe through. Whether each may go. */
@JCStressTest
@Outcome(id = {"1, 0", "0, 1"}, expect = Expect.ACCEPTABLE, desc = "one probe")
@Outcome(expect = Expect.FORBIDDEN, desc = "none, or both")
@State
public class BreakerProbeStress {

    private final HandClock clock = new HandClock();
    private final CircuitBreaker breaker = new CircuitBreaker(
            "stress", CircuitBreakerPolicy.defaults().withConsecutiveFailures(1).withProbes(1), clock);

    public BreakerProbeStress() {
        breaker.onFailure(breaker.tryAcquire(), new dev.parley.CallException(dev.parley.Code.UNAVAILABLE, "down"));
        clock.advance(CircuitBreakerPolicy.defaults().openTime().toNanos());
    }

    @Actor
    public void one(II_Result result) {
        result.r1 = breaker.tryAcquire() >= 0 ? 1 : 0;
    }

    @Actor
    public void other(II_Result result) {
        result.r2 = breaker.tryAcquire() >= 0 ? 1 : 0;
    }
}
