package dev.parley.resilience;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Two calls end in a bucket that is of ten windows ago: both claim it, both are counted. */
@JCStressTest
@Outcome(id = "2, 1", expect = Expect.ACCEPTABLE, desc = "both, and nothing of long ago")
@Outcome(expect = Expect.FORBIDDEN, desc = "one was lost")
@State
public class FailureWindowStress {

    private final FailureWindow window = new FailureWindow(0, java.time.Duration.ofNanos(10_000));

    public FailureWindowStress() {
        window.failure(0);
    }

    @Actor
    public void success() {
        window.success(160_000);
    }

    @Actor
    public void failure() {
        window.failure(160_000);
    }

    @Arbiter
    public void look(II_Result result) {
        long totals = window.totals(160_000);
        result.r1 = (int) (totals >>> 32);
        result.r2 = (int) totals;
    }
}
