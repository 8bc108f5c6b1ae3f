package dev.parley.messaging.internal;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Two have something to do for one who looks, then waits, and looks again. How much it has found in the end. */
@JCStressTest
@Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "all of it")
@Outcome(id = "-1", expect = Expect.FORBIDDEN, desc = "a wake-up was lost")
@Outcome(expect = Expect.FORBIDDEN, desc = "anything else")
@State
public class WakeupTwiceStress {

    private final Wakeup wakeup = new Wakeup();
    private final Rescue rescue = new Rescue();
    private final AtomicInteger todo = new AtomicInteger();

    @Actor
    public void waits(I_Result result) {
        rescue.begin();
        int found = todo.getAndSet(0);
        try {
            while (found < 2) {
                wakeup.await();
                found += todo.getAndSet(0);
            }
            result.r1 = found;
        } catch (InterruptedException e) {
            result.r1 = -1;
        }
        rescue.end();
    }

    @Actor
    public void one() {
        todo.incrementAndGet();
        wakeup.wake();
    }

    @Actor
    public void other() {
        todo.incrementAndGet();
        wakeup.wake();
        rescue.watch();
    }
}
