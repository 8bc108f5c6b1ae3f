package dev.parley.resilience;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/** Two calls fail at once, each of which would open the breaker: it opens once. */
@JCStressTest
@Outcome(id = "true, 1", expect = Expect.ACCEPTABLE, desc = "open, told once")
@Outcome(expect = Expect.FORBIDDEN, desc = "not open, or told twice")
@State
public class BreakerOpensStress {

    private static final dev.parley.CallException DOWN =
            new dev.parley.CallException(dev.parley.Code.UNAVAILABLE, "down");

    private final CircuitBreaker breaker = new CircuitBreaker(
            "stress", CircuitBreakerPolicy.defaults().withConsecutiveFailures(1), new HandClock());
    private final java.util.concurrent.atomic.AtomicInteger told = new java.util.concurrent.atomic.AtomicInteger();
    private final long permit = breaker.tryAcquire();

    public BreakerOpensStress() {
        breaker.listen(event -> told.incrementAndGet());
    }

    @Actor
    public void fails() {
        breaker.onFailure(permit, DOWN);
    }

    @Actor
    public void failsToo() {
        breaker.onFailure(permit, DOWN);
    }

    @Arbiter
    public void look(ZI_Result result) {
        result.r1 = breaker.state() == CircuitBreaker.State.OPEN;
        result.r2 = told.get();
    }
}
