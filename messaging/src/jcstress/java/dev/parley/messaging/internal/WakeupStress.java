package dev.parley.messaging.internal;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** One is woken while another begins to wait. What the one sees of that for which it was woken. */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "it was woken, and sees why")
@Outcome(id = "-1", expect = Expect.FORBIDDEN, desc = "the wake-up was lost")
@Outcome(expect = Expect.FORBIDDEN, desc = "it was woken too early")
@State
public class WakeupStress {

    private final Wakeup wakeup = new Wakeup();
    private final Rescue rescue = new Rescue();
    private int reason;

    @Actor
    public void waits(I_Result result) {
        rescue.begin();
        try {
            wakeup.await();
            result.r1 = reason;
        } catch (InterruptedException e) {
            result.r1 = -1;
        }
        rescue.end();
    }

    @Actor
    public void wakes() {
        reason = 1;
        wakeup.wake();
    }

    @Actor
    public void watches() {
        rescue.watch();
    }
}
