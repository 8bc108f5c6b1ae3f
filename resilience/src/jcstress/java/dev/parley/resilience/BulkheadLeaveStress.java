package dev.parley.resilience;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A call ends while the one that waits for its slot leaves. What runs, and what waits, afterwards. */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "nothing")
@Outcome(expect = Expect.FORBIDDEN, desc = "a slot or a seat leaked")
@State
public class BulkheadLeaveStress {

    private final Bulkhead bulkhead = new Bulkhead(
            "stress", BulkheadPolicy.defaults().withMaxConcurrent(1).withMaxWaiting(1), new HandClock());
    private final Bulkhead.Slot waiting;

    public BulkheadLeaveStress() {
        bulkhead.tryAcquire();
        waiting = bulkhead.acquire(dev.parley.Deadline.NONE, new Heard());
    }

    @Actor
    public void ends() {
        bulkhead.release();
    }

    @Actor
    public void leaves() {
        waiting.release();
        waiting.release(); // without effect
    }

    @Arbiter
    public void look(II_Result result) {
        result.r1 = bulkhead.snapshot().running();
        result.r2 = bulkhead.snapshot().waiting();
    }
}
