package dev.parley.guide;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Outcome;
import dev.parley.Timer;
import java.time.Duration;

/** Step 2: ends the call in time, and whatever it calls. */
record Interrupting(Duration limit, Timer timer) implements Interceptor {

    @Override
    public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
        CallScope timed = CallScope.within(call, Deadline.after(limit, timer));
        Timer.Scheduled alarm = timer.schedule(limit.toNanos(), () -> timed.cancel(late(call)));
        timed.onEnd(outcome -> alarm.cancel());
        try {
            R response = timed.attempt(next, request);
            timed.end(Outcome.OK);
            return response;
        } catch (Throwable thrown) {
            CallException error = timed.cancellation().orElseGet(() -> CallException.from(thrown));
            timed.end(Outcome.failed(error));
            throw error;
        }
    }

    private CallException late(Call call) {
        return new CallException(Code.DEADLINE_EXCEEDED, call.method() + " took longer than " + limit);
    }
}
