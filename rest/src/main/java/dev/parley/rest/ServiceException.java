package dev.parley.rest;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.ErrorDetail;
import dev.parley.Metadata;
import dev.parley.RetryAdvice;
import dev.parley.http.RemoteStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a service answered, if that is an error or not what was expected. Its message names service, method and path
 * template, and what a {@linkplain #problem problem document} says; never a value of path or query nor a header. Its
 * {@link #metadata()} are the headers of the response.
 */
public final class ServiceException extends CallException implements RemoteStatus {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final transient @Nullable ServiceProblem problem;
    private final String body;

    ServiceException(
            Code code,
            String message,
            @Nullable Throwable cause,
            List<ErrorDetail> details,
            Metadata headers,
            RetryAdvice advice,
            int status,
            @Nullable ServiceProblem problem,
            String body) {
        super(code, message, cause, details, headers, Origin.REMOTE, advice);
        this.status = status;
        this.problem = problem;
        this.body = body;
    }

    /** The status of the response. */
    @Override
    public int status() {
        return status;
    }

    /** What the body says about the error, if it is JSON that says so. */
    public Optional<ServiceProblem> problem() {
        return Optional.ofNullable(problem);
    }

    /** The beginning of the body, at most 2 KiB of text in one line; for logs, not for strangers. */
    public String body() {
        return body;
    }

    @Override
    public ServiceException withDetail(ErrorDetail detail) {
        List<ErrorDetail> more = new ArrayList<>(details());
        more.add(detail);
        return new ServiceException(
                code(), message(), getCause(), more, metadata(), retryAdvice(), status, problem, body);
    }

    @Override
    public ServiceException withRetryAdvice(RetryAdvice advice) {
        return new ServiceException(
                code(), message(), getCause(), details(), metadata(), advice, status, problem, body);
    }

    /** With the beginning of a body that no problem document was made of: a log shows it, the wire does not. */
    @Override
    @SuppressWarnings("OverrideThrowableToString") // as CallException
    public String toString() {
        return super.toString() + (problem == null && !body.isEmpty() ? ", body: " + body : "");
    }
}
