package dev.parley.discovery;

import dev.parley.CallException;
import dev.parley.Code;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Two calls fail at one endpoint, and there is room for two ejections. Whether each ejected it (where one failure is one too many, the
 * second one comes upon an ejected endpoint), and how many slots are taken then.
 */
@JCStressTest
@Outcome(id = {"1, 0, 1", "0, 1, 1"}, expect = Expect.ACCEPTABLE, desc = "one of them did")
@Outcome(expect = Expect.FORBIDDEN, desc = "none, both, or a slot that is lost")
@State
public class EjectionOnceStress {

    private static final OutlierPolicy POLICY = OutlierPolicy.defaults().withConsecutiveFailures(1);
    private static final CallException ERROR = new CallException(Code.UNAVAILABLE, "down");

    private final EjectionSlots slots = new EjectionSlots(0.5);
    private final Outlier outlier = new Outlier(POLICY, slots, 0);
    private final OutlierPhase permit = outlier.phase();

    public EjectionOnceStress() {
        slots.endpoints(4);
    }

    @Actor
    public void one(III_Result result) {
        result.r1 = outlier.onFailure(permit, 1, ERROR) == null ? 0 : 1;
    }

    @Actor
    public void other(III_Result result) {
        result.r2 = outlier.onFailure(permit, 1, ERROR) == null ? 0 : 1;
    }

    @Arbiter
    public void after(III_Result result) {
        result.r3 = slots.taken();
    }
}
