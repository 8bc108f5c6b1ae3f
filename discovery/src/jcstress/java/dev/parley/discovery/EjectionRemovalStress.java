package dev.parley.discovery;

import dev.parley.CallException;
import dev.parley.Code;
import java.util.Objects;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** An ejected endpoint comes back and is removed at the same time. Whether it came back, and how many slots are taken then. */
@JCStressTest
@Outcome(id = {"0, 0", "1, 0"}, expect = Expect.ACCEPTABLE, desc = "its slot is free, once")
@Outcome(expect = Expect.FORBIDDEN, desc = "kept its slot, or gave it back twice")
@State
public class EjectionRemovalStress {

    private static final OutlierPolicy POLICY = OutlierPolicy.defaults().withConsecutiveFailures(1);
    private static final CallException ERROR = new CallException(Code.UNAVAILABLE, "down");

    private final EjectionSlots slots = new EjectionSlots(0.1);
    private final Outlier outlier = new Outlier(POLICY, slots, 0);
    private final OutlierPhase.Out out;

    public EjectionRemovalStress() {
        slots.endpoints(3);
        out = Objects.requireNonNull(outlier.onFailure(outlier.phase(), 1, ERROR));
    }

    @Actor
    public void returns(II_Result result) {
        result.r1 = outlier.tryReturn(out, 2) ? 1 : 0;
    }

    @Actor
    public void goes() {
        outlier.remove(2);
    }

    @Arbiter
    public void after(II_Result result) {
        result.r2 = slots.taken();
    }
}
