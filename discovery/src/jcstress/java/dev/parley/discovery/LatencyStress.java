package dev.parley.discovery;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A peak and a quick answer at the same time: the peak is never lost. What the average is then, in thousands. */
@JCStressTest
@Outcome(id = "900", expect = Expect.ACCEPTABLE, desc = "the peak")
@Outcome(expect = Expect.FORBIDDEN, desc = "lost, or torn")
@State
public class LatencyStress {

    private final Latency latency = new Latency(0, 10_000_000_000L);

    @Actor
    public void peak() {
        latency.observe(1, 900_000);
    }

    @Actor
    public void quick() {
        latency.observe(1, 1_000);
    }

    @Arbiter
    public void after(I_Result result) {
        result.r1 = (int) (latency.nanos(1) / 1_000);
    }
}
