package dev.parley;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A handler runs, ends its call and goes on while another thread cancels it. Interrupts that leaked, ends told, and
 * cancellations told that {@link CallScope#cancel} did not claim (or the other way round).
 */
@JCStressTest
@Outcome(id = "0, 1, 0", expect = Expect.ACCEPTABLE, desc = "no leak, one end, cancellation told if it took place")
@Outcome(expect = Expect.FORBIDDEN, desc = "anything else")
@State
public class CallScopeStress {

    private final CallScope scope =
            CallScope.builder(Method.unary("stress.Service", "Do")).build();
    private volatile int ends;
    private volatile int told;
    private volatile int claimed;

    public CallScopeStress() {
        scope.onEnd(outcome -> ends++);
        scope.onCancel(reason -> told++);
    }

    @Actor
    public void handler(III_Result result) {
        try {
            scope.run((call, request) -> request, "q");
        } catch (Exception cancelled) {
            // before it started
        }
        result.r1 = Thread.interrupted() ? 1 : 0;
        scope.end(dev.parley.Outcome.OK);
    }

    @Actor
    public void canceller() {
        claimed = scope.cancel(new CallException(Code.CANCELLED, "enough")) ? 1 : 0;
    }

    @Arbiter
    public void count(III_Result result) {
        result.r2 = ends;
        result.r3 = claimed - told;
    }
}
