package dev.parley.resilience;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** A call ends while another joins the queue. Whether that one was admitted; what runs; what waits. */
@JCStressTest
@Outcome(id = "1, 1, 0", expect = Expect.ACCEPTABLE, desc = "the slot went over")
@Outcome(expect = Expect.FORBIDDEN, desc = "it waits beside a free slot, or the slot was lost")
@State
public class BulkheadHandoverStress {

    private final Bulkhead bulkhead = new Bulkhead(
            "stress", BulkheadPolicy.defaults().withMaxConcurrent(1).withMaxWaiting(1), new HandClock());
    private final Heard heard = new Heard();

    public BulkheadHandoverStress() {
        bulkhead.tryAcquire();
    }

    @Actor
    public void ends() {
        bulkhead.release();
    }

    @Actor
    public void comes() {
        bulkhead.acquire(dev.parley.Deadline.NONE, heard);
    }

    @Arbiter
    public void look(III_Result result) {
        result.r1 = heard.admitted;
        result.r2 = bulkhead.snapshot().running();
        result.r3 = bulkhead.snapshot().waiting();
    }
}
