package dev.parley.resilience;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Messages;
import dev.parley.Method;
import dev.parley.Outcome;
import dev.parley.Timer;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Ends calls that take too long with {@code DEADLINE_EXCEEDED}. The work runs on its caller's thread under a deadline of
 * its own, which calls made inside it take over; when it passes, that thread is interrupted. What it does after the work
 * is never interrupted. An answer that comes late all the same is dropped.
 *
 * <p>Calls with a stream pass through, unless the policy says otherwise. Thread-safe.
 */
public final class Timeout implements Interceptor {

    private final String name;
    private final TimeoutPolicy policy;
    private final Timer timer;
    private final Classifier classifier;
    private final Listeners listeners = new Listeners();
    private final LongAdder timedOut = new LongAdder();

    /** A timeout on the system's clock. */
    public Timeout(String name, TimeoutPolicy policy) {
        this(name, policy, Timer.system());
    }

    /** A timeout whose late answers hold nothing that has to be freed. */
    public Timeout(String name, TimeoutPolicy policy, Timer timer) {
        this(name, policy, timer, Classifier.EXCEPTIONS);
    }

    /**
     * A timeout.
     *
     * @param name says in errors and events which one it is; not blank
     * @param classifier {@linkplain Classifier#discard frees} what a late answer holds
     */
    public Timeout(String name, TimeoutPolicy policy, Timer timer, Classifier classifier) {
        this.name = Settings.name(name);
        this.policy = Objects.requireNonNull(policy, "policy");
        this.timer = Objects.requireNonNull(timer, "timer");
        this.classifier = Objects.requireNonNull(classifier, "classifier");
    }

    @Override
    public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
        return call.method().kind() == Method.Kind.UNARY || policy.streams()
                ? within(call, request, next, false)
                : next.handle(call, request);
    }

    /**
     * Does {@code work} under the limit, and under the current call's deadline if that is earlier.
     *
     * @throws CallException {@code DEADLINE_EXCEEDED} if it takes longer
     * @throws Exception what {@code work} throws
     */
    public <T> T call(Callable<T> work) throws Exception {
        Call around = Call.find()
                .orElseGet(
                        () -> CallScope.builder(Method.unary("timeout", name)).build());
        return within(around, work, (call, task) -> task.call(), true);
    }

    /** {@code current}: whether the timed call is what calls made inside are part of, as it is on a server anyway. */
    private <Q, R> R within(Call call, Q request, Handler<Q, R> next, boolean current) throws Exception {
        CallScope timed = CallScope.within(call, Deadline.after(policy.limit(), timer));
        Timer.Scheduled alarm = timer.schedule(policy.limit().toNanos(), () -> expire(timed));
        timed.onEnd(outcome -> alarm.cancel());
        R response;
        try {
            response = current ? timed.run(next, request) : timed.attempt(next, request);
        } catch (Throwable thrown) {
            Optional<CallException> late = timed.cancellation();
            timed.end(Outcome.failed(late.orElseGet(() -> CallException.from(thrown))));
            if (late.isPresent()) {
                throw late.get(); // what the interrupt led to is not the reason
            }
            throw thrown;
        }
        if (response instanceof Messages<?> stream) {
            @SuppressWarnings("unchecked") // a stream of R's messages for a stream of R's messages
            R limited = (R) untilClosed(timed, stream);
            return limited;
        }
        return inTime(timed, response);
    }

    private <R> R inTime(CallScope timed, R response) {
        Optional<CallException> late = timed.cancellation();
        timed.end(late.map(Outcome::failed).orElse(Outcome.OK));
        if (late.isPresent()) {
            classifier.discard(response);
            throw late.get();
        }
        return response;
    }

    /** The handler has returned, so there is no thread to interrupt: closing the stream wakes who reads it. */
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

    private void expire(CallScope timed) {
        CallException late = new CallException(
                Code.DEADLINE_EXCEEDED,
                timed.method() + " took longer than the limit of " + policy.limit() + " of timeout " + name);
        if (timed.cancel(late)) {
            timedOut.increment();
            if (listeners.any()) {
                listeners.tell(new ResilienceEvent.TimedOut(name, policy.limit()));
            }
        }
    }

    /** Hears of calls that took too long from now on, on the timer's thread. */
    public Call.Registration listen(ResilienceListener listener) {
        return listeners.add(listener);
    }

    /** What it is like now. */
    public TimeoutSnapshot snapshot() {
        return new TimeoutSnapshot(name, policy.limit(), timedOut.sum());
    }

    @Override
    public String toString() {
        return "timeout " + name + " (" + policy.limit() + ')';
    }
}
