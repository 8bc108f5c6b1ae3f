package dev.parley.messaging.store;

import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A consumer looks, finds nothing and waits, while another makes something and wakes it. Whether it found that before its time was over. */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "at once, or when it was woken")
@Outcome(id = "0", expect = Expect.FORBIDDEN, desc = "only when its time was over: the wake-up was lost")
@Outcome(expect = Expect.FORBIDDEN, desc = "anything else")
@State
public class WaiterStress {

    private static final long LIMIT = Duration.ofSeconds(10).toNanos();

    private final Waiters.Waiter waiter = new Waiters.Waiter();
    private volatile boolean there;

    @Actor
    public void waits(I_Result result) {
        long begin = System.nanoTime();
        try {
            waiter.reset();
            while (!there && System.nanoTime() - begin < LIMIT) {
                waiter.await(LIMIT);
                waiter.reset();
            }
            result.r1 = System.nanoTime() - begin < LIMIT ? 1 : 0;
        } catch (InterruptedException e) {
            result.r1 = -1;
        }
    }

    @Actor
    public void wakes() {
        there = true;
        waiter.wakeUp();
    }
}
