package dev.parley.messaging;

import dev.parley.CallException;
import dev.parley.RetryAdvice;
import java.time.Duration;

/**
 * What a handler's error does to its message:
 *
 * <table>
 *   <caption>Dispositions of errors</caption>
 *   <tr><th>code</th><th>disposition</th></tr>
 *   <tr><td>{@code INVALID_ARGUMENT}, {@code OUT_OF_RANGE}, {@code FAILED_PRECONDITION}, {@code ALREADY_EXISTS}, {@code NOT_FOUND}, {@code
 *       UNIMPLEMENTED}, {@code PERMISSION_DENIED}, {@code UNAUTHENTICATED}, {@code DATA_LOSS}</td><td>{@code Reject}: it fails again
 *       however often it is tried</td></tr>
 *   <tr><td>{@code UNAVAILABLE}, {@code DEADLINE_EXCEEDED}, {@code RESOURCE_EXHAUSTED}, {@code ABORTED}, {@code INTERNAL}, {@code
 *       UNKNOWN}</td><td>{@code Retry}, no earlier than the error's own advice says</td></tr>
 *   <tr><td>{@code CANCELLED}, because the subscription closes</td><td>{@code Release}</td></tr>
 *   <tr><td>{@code CANCELLED} otherwise</td><td>{@code Retry}</td></tr>
 * </table>
 *
 * <p>Other exceptions have the codes of {@link CallException#from}.
 */
public final class ErrorDispositions {

    private static final Duration LONGEST = Duration.ofDays(7);

    private ErrorDispositions() {}

    /**
     * The disposition of an error.
     *
     * @param closing whether the subscription closes
     */
    public static Disposition of(CallException error, boolean closing) {
        String cause = error.code() + ": " + error.getMessage();
        return switch (error.code()) {
            case INVALID_ARGUMENT,
                    OUT_OF_RANGE,
                    FAILED_PRECONDITION,
                    ALREADY_EXISTS,
                    NOT_FOUND,
                    UNIMPLEMENTED,
                    PERMISSION_DENIED,
                    UNAUTHENTICATED,
                    DATA_LOSS -> Disposition.reject(cause);
            case UNAVAILABLE, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, INTERNAL, UNKNOWN -> retry(error, cause);
            case CANCELLED -> closing ? Disposition.release() : retry(error, cause);
        };
    }

    private static Disposition retry(CallException error, String cause) {
        return error.retryAdvice() instanceof RetryAdvice.After(Duration delay)
                ? Disposition.retryAfter(delay.compareTo(LONGEST) < 0 ? delay : LONGEST, cause)
                : Disposition.retry(cause);
    }
}
