package dev.parley.resilience;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.RetryAdvice;
import dev.parley.resilience.ResilienceEvent.StopReason;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What becomes of one call from its first failure on. Used by the thread that makes the call. */
final class RetryRun {

    /** Who asks for more means something else, or nothing. */
    private static final Duration LONGEST_ADVICE = Duration.ofHours(1);

    private final Retry retry;
    private final @Nullable Call call;
    private final boolean idempotent;
    private int attempts;
    private long delay;
    private boolean exhausted;
    private volatile @Nullable Pause pause;
    private volatile boolean left;

    RetryRun(Retry retry, @Nullable Call call, boolean idempotent) {
        this.retry = retry;
        this.call = call;
        this.idempotent = idempotent;
    }

    /** What {@code thrown} is, if {@code attempt} threw it; the reason, if it was cancelled. */
    static CallException failure(Call attempt, Exception thrown) {
        return thrown instanceof CallException known && attempt.cancellation().isEmpty()
                ? known
                : attempt.cancellation().orElseGet(() -> CallException.from(thrown));
    }

    /** How many were made. */
    int attempts() {
        return attempts;
    }

    void succeeded() {
        if (attempts > 0) {
            retry.recovered.increment();
        }
    }

    /**
     * Another attempt has failed; is there to be one more?
     *
     * @param retryable whether it is one to repeat whatever its code is
     * @param repeatable whether the request can be sent again
     */
    boolean goesOn(CallException failure, boolean retryable, boolean repeatable) {
        attempts++;
        StopReason stop = forbidden(failure, retryable, repeatable);
        if (stop == null) {
            stop = unaffordable(failure);
        }
        if (stop == null) {
            retry.repeats.increment();
            tell(() -> new ResilienceEvent.RetryScheduled(retry.name, attempts + 1, Duration.ofNanos(delay), failure));
            return true;
        }
        stopped(stop, failure);
        return false;
    }

    private void stopped(StopReason reason, CallException failure) {
        tell(() -> new ResilienceEvent.RetryStopped(retry.name, attempts, reason, failure));
    }

    private void tell(Supplier<ResilienceEvent> event) {
        retry.listeners.tell(call, event);
    }

    private @Nullable StopReason forbidden(CallException failure, boolean retryable, boolean repeatable) {
        if (call != null && call.cancellation().isPresent()) {
            return StopReason.CANCELLED;
        }
        RetryAdvice advice = failure.retryAdvice();
        boolean rejected = failure instanceof RejectedException; // and so it has not left
        if (advice instanceof RetryAdvice.Never || (rejected && !retry.policy.retryRejected())) {
            return StopReason.ADVICE;
        }
        if (!retryable && !rejected && !isRetryable(failure, advice)) {
            return StopReason.CODE;
        }
        if (!idempotent && !rejected && !(advice instanceof RetryAdvice.NeverLeft)) {
            return StopReason.NOT_IDEMPOTENT;
        }
        return repeatable ? null : StopReason.NOT_REPLAYABLE;
    }

    private boolean isRetryable(CallException failure, RetryAdvice advice) {
        return retry.policy.retryableCodes().contains(failure.code())
                || ((advice instanceof RetryAdvice.Safe || advice instanceof RetryAdvice.After)
                        && retry.policy.advisedCodes().contains(failure.code()));
    }

    private @Nullable StopReason unaffordable(CallException failure) {
        if (attempts >= retry.policy.maxAttempts()) {
            exhausted = attempts > 1; // who never repeats has exhausted nothing
            return StopReason.ATTEMPTS;
        }
        delay = delay(failure);
        if (call != null && delay >= call.deadline().remainingNanos()) {
            return StopReason.DEADLINE;
        }
        if (!retry.budget.withdraw()) {
            exhausted = true;
            return StopReason.BUDGET;
        }
        return null;
    }

    private long delay(CallException failure) {
        if (failure.retryAdvice() instanceof RetryAdvice.After(Duration advised)) {
            if (advised.compareTo(LONGEST_ADVICE) <= 0) {
                return advised.toNanos();
            }
            tell(() -> new ResilienceEvent.AdviceIgnored(
                    retry.name,
                    "the server advises a delay of " + advised + ", but no more than " + LONGEST_ADVICE
                            + " is taken from it"));
        }
        return retry.policy.backoffNanos(attempts, retry.random);
    }

    /** What the caller is told in the end: if this hop has tried all it may, the hops above must not try again. */
    Exception last(Exception thrown) {
        if (!exhausted) {
            return thrown;
        }
        retry.exhausted.increment();
        if (!(thrown instanceof CallException error)) {
            return thrown;
        }
        CallException told = error.withRetryAdvice(RetryAdvice.NEVER);
        told.setStackTrace(error.getStackTrace());
        for (Throwable suppressed : error.getSuppressed()) {
            told.addSuppressed(suppressed);
        }
        return told;
    }

    /**
     * Waits for the next attempt.
     *
     * @throws CallException the reason, if the call is cancelled or the thread interrupted
     */
    void pause(CallException failure) {
        try {
            Pause next = new Pause(retry.timer, call);
            pause = next; // first, and then looks: leave() does so the other way round
            if (!left) {
                next.await(delay);
            }
        } catch (CallException cancelled) {
            stopped(StopReason.CANCELLED, failure);
            throw cancelled;
        }
    }

    /** Ends the wait, if there is one or when there will be: the caller does not want the answer any more. From any thread. */
    void leave() {
        left = true;
        Pause current = pause;
        if (current != null) {
            current.wake();
        }
    }
}
