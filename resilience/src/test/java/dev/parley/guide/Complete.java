package dev.parley.guide;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Messages;
import dev.parley.Outcome;
import dev.parley.Timer;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Step 3: knows what a stream is, and what comes too late. */
record Complete(Duration limit, Timer timer) implements Interceptor {

    Complete {
        if (limit.isNegative() || limit.isZero()) {
            throw new IllegalArgumentException("limit must be positive, but is " + limit);
        }
    }

    @Override
    public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
        CallScope timed = CallScope.within(call, Deadline.after(limit, timer));
        Timer.Scheduled alarm = timer.schedule(limit.toNanos(), () -> timed.cancel(late(call)));
        timed.onEnd(outcome -> alarm.cancel());
        R response;
        try {
            response = timed.attempt(next, request);
        } catch (Throwable thrown) {
            Optional<CallException> reason = timed.cancellation();
            timed.end(Outcome.failed(reason.orElseGet(() -> CallException.from(thrown))));
            if (reason.isPresent()) {
                throw reason.get(); // what the interrupt led to is not the reason
            }
            throw thrown;
        }
        if (response instanceof Messages<?> stream) {
            @SuppressWarnings("unchecked") // a stream of R's messages for a stream of R's messages
            R limited = (R) untilClosed(timed, stream);
            return limited;
        }
        Optional<CallException> reason = timed.cancellation();
        timed.end(reason.map(Outcome::failed).orElse(Outcome.OK));
        if (reason.isPresent()) {
            throw reason.get(); // an answer, but too late
        }
        return response;
    }

    private static Messages<?> untilClosed(CallScope timed, Messages<?> stream) {
        timed.onCancel(reason -> stream.close());
        Messages<?> limited = Messages.pull(new Messages.Source<Object>() {
            @Override
            public @Nullable Object receive() {
                try {
                    return stream.receive();
                } catch (CallException e) {
                    throw timed.cancellation().orElse(e);
                }
            }

            @Override
            public void cancel(CallException reason) {
                stream.close();
            }
        });
        return limited.onClose(timed::end);
    }

    private CallException late(Call call) {
        return new CallException(Code.DEADLINE_EXCEEDED, call.method() + " took longer than " + limit);
    }
}
