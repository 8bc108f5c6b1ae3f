package dev.parley.resilience;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Two calls come to a place for one, and one of them leaves at once. Whether each was let in; what runs. */
@JCStressTest
@Outcome(id = "1, 0, 0", expect = Expect.ACCEPTABLE, desc = "only the one that leaves")
@Outcome(id = "0, 1, 1", expect = Expect.ACCEPTABLE, desc = "only the one that stays")
@Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "one after the other")
@Outcome(expect = Expect.FORBIDDEN, desc = "a place leaked")
@State
public class LoadShedderStress {

    private final LoadShedder shedder = new LoadShedder(
            "stress", LoadShedderPolicy.defaults().withMinConcurrent(1).withMaxConcurrent(1), new HandClock());

    @Actor
    public void leaves(III_Result result) {
        long permit = shedder.tryAcquire();
        if (permit >= 0) {
            result.r1 = 1;
            shedder.onSuccess("stress", permit);
        }
    }

    @Actor
    public void stays(III_Result result) {
        result.r2 = shedder.tryAcquire() >= 0 ? 1 : 0;
    }

    @Arbiter
    public void look(III_Result result) {
        result.r3 = shedder.snapshot().running();
    }
}
