package dev.parley.resilience;

import dev.parley.CallException;
import dev.parley.Explanation;
import java.time.Duration;

/**
 * What a policy has done, told to its {@linkplain ResilienceListener listeners}. A policy that nobody listens to makes no
 * events.
 */
public sealed interface ResilienceEvent extends Explanation.Decision {

    /** The name of the policy that did it, such as {@code payment-service/Charge}. */
    String policy();

    @Override
    default String by() {
        return switch (this) {
            case BreakerChanged changed -> "breaker";
            case Rejected rejected -> rejected.error().reason().policy();
            case RetryScheduled scheduled -> "retry";
            case RetryStopped stopped -> "retry";
            case AdviceIgnored ignored -> "retry";
            case HedgeStarted started -> "hedge";
            case HedgeWon won -> "hedge";
            case TimedOut timedOut -> "timeout";
            case FallbackUsed used -> "fallback";
            case LimitChanged changed -> "load-shedding";
        };
    }

    @Override
    default String what() {
        return switch (this) {
            case BreakerChanged changed -> changed.from() + " to " + changed.to() + ": " + changed.reason();
            case Rejected rejected -> "refused: " + rejected.error().message();
            case RetryScheduled scheduled ->
                "attempt %d in %d ms, because attempt %d failed: %s"
                        .formatted(
                                scheduled.attempt(),
                                scheduled.delay().toMillis(),
                                scheduled.attempt() - 1,
                                Told.briefly(scheduled.cause()));
            case RetryStopped stopped ->
                "no attempt after the %s: %s. It failed: %s"
                        .formatted(
                                Told.nth(stopped.attempts()),
                                stopped.reason().meaning(),
                                Told.briefly(stopped.cause()));
            case AdviceIgnored ignored -> ignored.reason();
            case HedgeStarted started ->
                "attempt %d beside the first, which had not answered after %d ms"
                        .formatted(started.attempt(), started.after().toMillis());
            case HedgeWon won -> "attempt " + won.attempt() + " answered first";
            case TimedOut timedOut -> "cancelled after " + timedOut.limit();
            case FallbackUsed used -> "answered by the fallback: " + Told.briefly(used.cause());
            case LimitChanged changed -> "limit from " + changed.from() + " to " + changed.to();
        };
    }

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
        ATTEMPTS("all attempts are used up"),
        /** The budget for retries is empty. */
        BUDGET("the budget for retries is empty"),
        /** The delay would end behind the call's deadline. */
        DEADLINE("the wait would end behind the call's deadline"),
        /** The server said so, or what is known of the failure says that a repeat cannot succeed. */
        ADVICE("the server, or what is known of the failure, advises against it"),
        /** The method is not safe to repeat, and the call may have acted. */
        NOT_IDEMPOTENT("the method is not safe to repeat, and the call may have acted"),
        /** The code is not one that the policy repeats. */
        CODE("the code is not one to repeat"),
        /** More of the requests have gone by than are kept for a repeat, or a response has come already. */
        NOT_REPLAYABLE("more has gone by than can be sent again, or a response has come already"),
        /** The call was cancelled. */
        CANCELLED("the call was cancelled");

        private final String meaning;

        StopReason(String meaning) {
            this.meaning = meaning;
        }

        /** The same for people, as a part of a sentence. */
        public String meaning() {
            return meaning;
        }
    }
}
