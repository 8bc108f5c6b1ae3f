package dev.parley.resilience;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.ErrorDetail;
import dev.parley.Metadata;
import dev.parley.RetryAdvice;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A call that a policy of this process refused before it left. It says nothing of the other side, so breakers do not
 * count it.
 */
public final class RejectedException extends CallException {

    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /** What refused it. */
    public enum Reason {
        /** A breaker that is open. */
        BREAKER_OPEN("breaker"),
        /** A bulkhead without room. */
        BULKHEAD_FULL("bulkhead"),
        /** A rate that is used up. */
        RATE_LIMITED("rate-limit"),
        /** Too much load. */
        LOAD_SHED("load-shedding");

        private final String policy;

        Reason(String policy) {
            this.policy = policy;
        }

        /** The kind of policy, as the default chains call it. */
        String policy() {
            return policy;
        }
    }

    RejectedException(Reason reason, Code code, String message, RetryAdvice advice) {
        this(reason, code, message, null, List.of(), new Metadata(), advice);
    }

    private RejectedException(
            Reason reason,
            Code code,
            String message,
            @Nullable Throwable cause,
            List<ErrorDetail> details,
            Metadata metadata,
            RetryAdvice advice) {
        super(code, message, cause, details, metadata, Origin.LOCAL, advice);
        this.reason = reason;
    }

    /** What refused the call. */
    public Reason reason() {
        return reason;
    }

    @Override
    public RejectedException withDetail(ErrorDetail detail) {
        List<ErrorDetail> more = new ArrayList<>(details());
        more.add(detail);
        return new RejectedException(reason, code(), message(), getCause(), more, metadata(), retryAdvice());
    }

    @Override
    public RejectedException withRetryAdvice(RetryAdvice advice) {
        return new RejectedException(reason, code(), message(), getCause(), details(), metadata(), advice);
    }
}
