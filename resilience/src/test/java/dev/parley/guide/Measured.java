package dev.parley.guide;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Timer;
import java.time.Duration;

/** Step 1 of docs/guide/build-an-interceptor.md: notices that a call took too long, but only when it is over. */
record Measured(Duration limit, Timer timer) implements Interceptor {

    @Override
    public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
        Deadline end = Deadline.after(limit, timer);
        R response = next.handle(call, request);
        if (end.isExpired()) {
            throw new CallException(Code.DEADLINE_EXCEEDED, call.method() + " took longer than " + limit);
        }
        return response;
    }
}
