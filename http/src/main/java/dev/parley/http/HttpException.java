package dev.parley.http;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Metadata;
import dev.parley.RetryAdvice;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An error with an HTTP status that its {@link Code} alone would not give, such as 413 or 431. */
public class HttpException extends CallException {

    private static final long serialVersionUID = 1L;

    private final int status;

    /** A local error that is answered with {@code status}; a repeat is the same request, so it is advised against. */
    public HttpException(int status, Code code, String message) {
        this(status, code, message, null);
    }

    /** As {@link #HttpException(int, Code, String)}, with a cause that stays in this process. */
    public HttpException(int status, Code code, String message, @Nullable Throwable cause) {
        super(code, message, cause, List.of(), new Metadata(), Origin.LOCAL, RetryAdvice.NEVER);
        this.status = status;
    }

    /** The status. */
    public final int status() {
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

    /**
     * What an answer with an error's {@code status} means in REST, where it says no more:
     *
     * <table>
     * <caption>statuses to codes</caption>
     * <tr><td>401, 403, 404</td><td>UNAUTHENTICATED, PERMISSION_DENIED, NOT_FOUND</td></tr>
     * <tr><td>410; 451</td><td>NOT_FOUND; PERMISSION_DENIED</td></tr>
     * <tr><td>400, 406, 411, 415, 422</td><td>INVALID_ARGUMENT</td></tr>
     * <tr><td>405, 501, 505</td><td>UNIMPLEMENTED</td></tr>
     * <tr><td>408, 425, 502, 503</td><td>UNAVAILABLE</td></tr>
     * <tr><td>504</td><td>DEADLINE_EXCEEDED</td></tr>
     * <tr><td>409, 423</td><td>ABORTED</td></tr>
     * <tr><td>413, 414, 429, 431, 507</td><td>RESOURCE_EXHAUSTED</td></tr>
     * <tr><td>416; 499</td><td>OUT_OF_RANGE; CANCELLED</td></tr>
     * <tr><td>any other of 300 to 499, such as 412</td><td>FAILED_PRECONDITION</td></tr>
     * <tr><td>any other of 500 to 599</td><td>INTERNAL</td></tr>
     * <tr><td>all else</td><td>UNKNOWN</td></tr>
     * </table>
     *
     * <p>gRPC and Connect have tables of their own, in which 404 is UNIMPLEMENTED.
     */
    public static Code codeOf(int status) {
        return switch (status) {
            case 400, 406, 411, 415, 422 -> Code.INVALID_ARGUMENT;
            case 401 -> Code.UNAUTHENTICATED;
            case 403, 451 -> Code.PERMISSION_DENIED;
            case 404, 410 -> Code.NOT_FOUND;
            case 405, 501, 505 -> Code.UNIMPLEMENTED;
            case 408, 425, 502, 503 -> Code.UNAVAILABLE;
            case 409, 423 -> Code.ABORTED;
            case 413, 414, 429, 431, 507 -> Code.RESOURCE_EXHAUSTED;
            case 416 -> Code.OUT_OF_RANGE;
            case 499 -> Code.CANCELLED;
            case 504 -> Code.DEADLINE_EXCEEDED;
            default ->
                status >= 300 && status < 500
                        ? Code.FAILED_PRECONDITION
                        : status >= 500 && status < 600 ? Code.INTERNAL : Code.UNKNOWN;
        };
    }
}
