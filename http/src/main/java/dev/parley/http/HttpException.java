package dev.parley.http;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Metadata;
import dev.parley.RetryAdvice;
import java.util.List;

/** An error with an HTTP status that its {@link Code} alone would not give, such as 413 or 431. */
public final class HttpException extends CallException {

    private static final long serialVersionUID = 1L;

    private final int status;

    /** A local error that is answered with {@code status}; a repeat is the same request, so it is advised against. */
    public HttpException(int status, Code code, String message) {
        super(code, message, null, List.of(), new Metadata(), Origin.LOCAL, RetryAdvice.NEVER);
        this.status = status;
    }

    /** The status. */
    public int status() {
        return status;
    }

    /** The status that answers {@code error}: its own if it has one, otherwise its code's (after google.rpc.Code). */
    public static int statusOf(CallException error) {
        if (error instanceof HttpException http) {
            return http.status;
        }
        return switch (error.code()) {
            case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE -> 400;
            case UNAUTHENTICATED -> 401;
            case PERMISSION_DENIED -> 403;
            case NOT_FOUND -> 404;
            case ALREADY_EXISTS, ABORTED -> 409;
            case RESOURCE_EXHAUSTED -> 429;
            case CANCELLED -> 499;
            case UNKNOWN, INTERNAL, DATA_LOSS -> 500;
            case UNIMPLEMENTED -> 501;
            case UNAVAILABLE -> 503;
            case DEADLINE_EXCEEDED -> 504;
        };
    }
}
