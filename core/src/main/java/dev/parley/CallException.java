package dev.parley;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * The one exception of a call: a {@link Code}, a message for people, typed details, metadata, and what is known about
 * repeating it. Immutable but for {@link #metadata()}, which is filled by who creates it.
 *
 * <p>A handler throws it to answer with an error; a client receives it. The message goes over the wire, so it never
 * holds a secret; the {@linkplain #getCause() cause} never leaves the process.
 */
public class CallException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Which side said so. */
    public enum Origin {
        /** This process: a limit, a rejection, a deadline noticed here, a connection that could not be made. */
        LOCAL,
        /** The peer answered with it. */
        REMOTE
    }

    private final Code code;
    private final transient List<ErrorDetail> details;
    private final transient Metadata metadata;
    private final Origin origin;
    private final transient RetryAdvice retryAdvice;

    /** A local error. {@code message} is sent to the caller. */
    public CallException(Code code, String message) {
        this(code, message, null, List.of(), new Metadata(), Origin.LOCAL, RetryAdvice.UNSTATED);
    }

    /** A local error with a cause that stays in this process. */
    public CallException(Code code, String message, @Nullable Throwable cause) {
        this(code, message, cause, List.of(), new Metadata(), Origin.LOCAL, RetryAdvice.UNSTATED);
    }

    /** All of it. */
    public CallException(
            Code code,
            String message,
            @Nullable Throwable cause,
            List<ErrorDetail> details,
            Metadata metadata,
            Origin origin,
            RetryAdvice retryAdvice) {
        super(message, cause);
        this.code = code;
        this.details = List.copyOf(details);
        this.metadata = metadata;
        this.origin = origin;
        this.retryAdvice = retryAdvice;
    }

    /** What went wrong, in one of 16 words. */
    public final Code code() {
        return code;
    }

    /** The message for people; empty if there is none. */
    public final String message() {
        String message = getMessage();
        return message == null ? "" : message;
    }

    /** Typed details, in the order of the wire. */
    public final List<ErrorDetail> details() {
        return details;
    }

    /** Headers and trailers that came with the error, or that are to be sent with it. */
    public final Metadata metadata() {
        return metadata;
    }

    /** Which side said so. */
    public final Origin origin() {
        return origin;
    }

    /** What is known about repeating the call. */
    public final RetryAdvice retryAdvice() {
        return retryAdvice;
    }

    /** The same error with one more detail. */
    public CallException withDetail(ErrorDetail detail) {
        List<ErrorDetail> more = new java.util.ArrayList<>(details);
        more.add(detail);
        return new CallException(code, message(), getCause(), more, metadata, origin, retryAdvice);
    }

    /** The same error with other advice. */
    public CallException withRetryAdvice(RetryAdvice advice) {
        return new CallException(code, message(), getCause(), details, metadata, origin, advice);
    }

    /**
     * What an exception of user code becomes; the one table for it:
     *
     * <table>
     * <caption>exceptions to codes</caption>
     * <tr><td>a {@link CallException}</td><td>itself</td></tr>
     * <tr><td>anything, once the current call was cancelled or ran out of time</td><td>the reason of that</td></tr>
     * <tr><td>{@link InterruptedException}, {@link CancellationException}</td><td>{@code CANCELLED}</td></tr>
     * <tr><td>anything else</td><td>{@code INTERNAL}, message {@code internal error}; the cause is for the log</td></tr>
     * </table>
     */
    public static CallException from(Throwable thrown) {
        if (thrown instanceof CallException known) {
            return known;
        }
        Optional<CallException> cancellation = Call.find().flatMap(Call::cancellation);
        if (cancellation.isPresent()) {
            return cancellation.get();
        }
        if (thrown instanceof InterruptedException || thrown instanceof CancellationException) {
            return new CallException(Code.CANCELLED, "the call was interrupted", thrown);
        }
        return new CallException(Code.INTERNAL, "internal error", thrown);
    }

    /**
     * What a blocking method of Parley throws when its thread is interrupted: the reason why the current call was
     * cancelled if it was, otherwise {@code CANCELLED} that says what was {@code waitedFor}. Sets the thread's interrupt
     * flag again.
     */
    public static CallException interrupted(InterruptedException thrown, String waitedFor) {
        Thread.currentThread().interrupt();
        return Call.find()
                .flatMap(Call::cancellation)
                .orElseGet(
                        () -> new CallException(Code.CANCELLED, "interrupted while waiting for " + waitedFor, thrown));
    }

    @Override
    @SuppressWarnings("OverrideThrowableToString") // a log shows the code, the wire (getMessage) the message alone
    public String toString() {
        return code + ": " + message() + (origin == Origin.REMOTE ? " (remote)" : "");
    }
}
