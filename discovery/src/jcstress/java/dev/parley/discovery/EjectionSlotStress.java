package dev.parley.discovery;

import dev.parley.CallException;
import dev.parley.Code;
import java.time.Duration;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Two endpoints fail at once, and one may be ejected. Whether each was, and how many slots are taken then. */
@JCStressTest
@Outcome(id = {"1, 0, 1", "0, 1, 1"}, expect = Expect.ACCEPTABLE, desc = "one of them")
@Outcome(expect = Expect.FORBIDDEN, desc = "none, or both")
@State
public class EjectionSlotStress {

    private static final OutlierPolicy POLICY = OutlierPolicy.defaults()
            .withConsecutiveFailures(1)
            .withTimes(Duration.ofSeconds(30), Duration.ofSeconds(30));
    private static final CallException ERROR = new CallException(Code.UNAVAILABLE, "down");

    private final EjectionSlots slots = new EjectionSlots(0.1);
    private final List<Outlier> both =
            List.of(new Outlier(POLICY, slots, 0), new Outlier(POLICY, slots, 0));

    public EjectionSlotStress() {
        slots.endpoints(3);
    }

    private int fail(int which) {
        Outlier outlier = both.get(which);
        return outlier.onFailure(outlier.phase(), 1, ERROR) == null ? 0 : 1;
    }

    @Actor
    public void one(III_Result result) {
        result.r1 = fail(0);
    }

    @Actor
    public void other(III_Result result) {
        result.r2 = fail(1);
    }

    @Arbiter
    public void after(III_Result result) {
        result.r3 = slots.taken();
    }
}
