package dev.parley.resilience;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/** A call ends while the wait of the next one does. Whether it was admitted, refused; what runs, what waits. */
@JCStressTest
@Outcome(id = "1, 0, 1, 0", expect = Expect.ACCEPTABLE, desc = "admitted")
@Outcome(id = "0, 1, 0, 0", expect = Expect.ACCEPTABLE, desc = "refused")
@Outcome(expect = Expect.FORBIDDEN, desc = "both, neither, or a leak")
@State
public class BulkheadTimeoutStress {

    private final HandClock clock = new HandClock();
    private final Bulkhead bulkhead = new Bulkhead(
            "stress", BulkheadPolicy.defaults().withMaxConcurrent(1).withMaxWaiting(1), clock);
    private final Heard heard = new Heard();
    private final Runnable alarm;

    public BulkheadTimeoutStress() {
        bulkhead.tryAcquire();
        bulkhead.acquire(dev.parley.Deadline.NONE, heard);
        alarm = clock.first();
    }

    @Actor
    public void ends() {
        bulkhead.release();
    }

    @Actor
    public void timesOut() {
        alarm.run();
    }

    @Arbiter
    public void look(IIII_Result result) {
        result.r1 = heard.admitted;
        result.r2 = heard.refused;
        result.r3 = bulkhead.snapshot().running();
        result.r4 = bulkhead.snapshot().waiting();
    }
}
