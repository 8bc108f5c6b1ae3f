package dev.parley.resilience;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Handler;
import dev.parley.Outcome;
import dev.parley.Timer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One attempt at a call, as a child of it, within the time that the policy gives an attempt. */
final class RetryAttempt {

    private final Retry retry;
    private final Call call;
    private final CallScope child;
    private Timer.@Nullable Scheduled limit;

    /** The attempt behind {@code previous} others. */
    RetryAttempt(Retry retry, Call call, int previous) {
        this.retry = retry;
        this.call = call;
        Duration timeout = retry.policy.perAttemptTimeout();
        // A stream that has begun goes on for as long as the call does.
        this.child = timeout != null && !call.method().kind().serverStreams()
                ? CallScope.child(call, call.deadline().earlier(Deadline.after(timeout, retry.timer)))
                : CallScope.child(call);
        if (previous > 0) {
            child.requestHeaders().put(Retry.PREVIOUS_ATTEMPTS, Integer.toString(previous));
        }
        if (timeout != null) {
            limit = retry.timer.schedule(timeout.toNanos(), () -> child.cancel(retry.attemptTimedOut(call)));
        }
    }

    <Q, R> R run(Handler<Q, R> handler, Q request) throws Exception {
        return child.attempt(handler, request);
    }

    /** It is the one that counts, and ends with the call. */
    void keep() {
        answered();
        child.keepMetadata();
        call.onEnd(child::end);
    }

    /** Its response metadata are the call's. */
    void keepMetadata() {
        child.keepMetadata();
    }

    /** Its first answer has come: it has all the time that the call has. */
    void answered() {
        Timer.Scheduled task = limit;
        if (task != null) {
            task.cancel();
        }
    }

    /** It has failed. Without effect if it has ended. */
    void lost(CallException failure) {
        answered();
        child.end(Outcome.failed(failure));
    }

    void end(Outcome outcome) {
        answered();
        child.end(outcome);
    }

    CallException failure(Exception thrown) {
        return RetryRun.failure(child, thrown);
    }

    /** Whether it was stopped, and the call goes on: what was thrown then is no more than the consequence. */
    boolean isCancelledAlone() {
        return child.cancellation().isPresent() && call.cancellation().isEmpty();
    }

    /** Whether {@code failure} says that the time of this attempt was over, and not the time of the call. */
    boolean timedOut(CallException failure) {
        return retry.policy.perAttemptTimeout() != null
                && failure.code() == Code.DEADLINE_EXCEEDED
                && !call.deadline().isExpired()
                && call.cancellation().isEmpty();
    }
}
