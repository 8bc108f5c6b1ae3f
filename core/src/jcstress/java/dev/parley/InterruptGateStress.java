package dev.parley;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A canceller and a handler meet. First figure: interrupts seen behind {@link InterruptGate#disarm}, one that comes even
 * later is seen by the next round of the same thread. Second: whether the handler started.
 */
@JCStressTest
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "ran, interrupted or not")
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "cancelled before it started")
@Outcome(expect = Expect.FORBIDDEN, desc = "an interrupt leaked")
@State
public class InterruptGateStress {

    private final InterruptGate gate = new InterruptGate();

    @Actor
    public void handler(II_Result result) {
        if (gate.arm()) {
            result.r2 = 1;
            gate.disarm();
        }
        result.r1 = Thread.interrupted() ? 1 : 0;
    }

    @Actor
    public void canceller() {
        gate.fire();
    }
}
