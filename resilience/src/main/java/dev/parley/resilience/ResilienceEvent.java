package dev.parley.resilience;

import dev.parley.CallException;
import java.time.Duration;

/**
 * What a policy has done, told to its {@linkplain ResilienceListener listeners}. A policy that nobody listens to makes no
 * events.
 */
public sealed interface ResilienceEvent {

    /** The name of the policy that did it, such as {@code payment-service/Charge}. */
    String policy();

    /** A breaker went from one state to another, because of {@code reason}, which is for people. */
    record BreakerChanged(String policy, CircuitBreaker.State from, CircuitBreaker.State to, String reason)
            implements ResilienceEvent {}

    /** A call was refused here and did not leave. */
    record Rejected(String policy, RejectedException error) implements ResilienceEvent {}

    /**
     * Another attempt is made.
     *
     * @param attempt its number; 2 is the first retry
     * @param delay how long is waited before
     * @param cause what the attempt before failed with
     */
    record RetryScheduled(String policy, int attempt, Duration delay, CallException cause) implements ResilienceEvent {}

    /**
     * A failed call is not tried again.
     *
     * @param attempts how many were made
     */
    record RetryStopped(String policy, int attempts, StopReason reason, CallException cause)
            implements ResilienceEvent {}

    /** A server's advice on repeating was passed over, because of {@code reason}, which names the value. */
    record AdviceIgnored(String policy, String reason) implements ResilienceEvent {}

    /** A second attempt was started beside the first, which had not answered {@code after} that time. */
    record HedgeStarted(String policy, int attempt, Duration after) implements ResilienceEvent {}

    /** The hedge answered first; the attempts beside it were cancelled. */
    record HedgeWon(String policy, int attempt) implements ResilienceEvent {}

    /** A call took longer than {@code limit} and was cancelled. */
    record TimedOut(String policy, Duration limit) implements ResilienceEvent {}

    /** A failed call was answered by a fallback. */
    record FallbackUsed(String policy, CallException cause) implements ResilienceEvent {}

    /** An adaptive limit was moved. */
    record LimitChanged(String policy, int from, int to) implements ResilienceEvent {}

    /** Why a failed call is not tried again. */
    enum StopReason {
        /** All attempts of the policy are used up. */
        ATTEMPTS,
        /** The budget for retries is empty. */
        BUDGET,
        /** The delay would end behind the call's deadline. */
        DEADLINE,
        /** The server said so, or what is known of the failure says that a repeat cannot succeed. */
        ADVICE,
        /** The method is not safe to repeat, and the call may have acted. */
        NOT_IDEMPOTENT,
        /** The code is not one that the policy repeats. */
        CODE,
        /** More of the requests have gone by than are kept for a repeat, or a response has come already. */
        NOT_REPLAYABLE,
        /** The call was cancelled. */
        CANCELLED
    }
}
