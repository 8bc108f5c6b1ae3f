package dev.parley.rpc;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.RetryAdvice;
import dev.parley.resilience.RejectedException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A client's interceptor that keeps the errors of the services behind this one from reaching its own callers as they
 * are: {@code PERMISSION_DENIED} from there says that <em>this</em> service may not, and its message is not for strangers.
 *
 * <p>{@code NOT_FOUND}, {@code FAILED_PRECONDITION}, {@code UNAVAILABLE} and {@code DEADLINE_EXCEEDED} pass, and so does
 * {@code CANCELLED} if our own call was cancelled. All else becomes {@code INTERNAL} with a message that says nothing;
 * what it was stands in the log and in the cause. Errors inside a stream are treated the same. Immutable and thread-safe.
 */
public final class ErrorTranslation implements Interceptor {

    private static final System.Logger LOG = System.getLogger(ErrorTranslation.class.getName());

    private final Map<Code, Target> table;

    /** What a code becomes; a null message keeps the one there is, and the details with it. */
    private record Target(Code code, @Nullable String message) {}

    private ErrorTranslation(Map<Code, Target> table) {
        this.table = table;
    }

    /** The table above. */
    public static ErrorTranslation defaults() {
        Map<Code, Target> table = new EnumMap<>(Code.class);
        for (Code kept : List.of(Code.NOT_FOUND, Code.FAILED_PRECONDITION, Code.UNAVAILABLE, Code.DEADLINE_EXCEEDED)) {
            table.put(kept, new Target(kept, null));
        }
        return new ErrorTranslation(table);
    }

    /** With {@code from} passed on as {@code to}, its message and details kept. */
    public ErrorTranslation map(Code from, Code to) {
        return with(from, new Target(to, null));
    }

    /** With {@code from} passed on as {@code to}, its message replaced and its details dropped. */
    public ErrorTranslation map(Code from, Code to, String message) {
        return with(from, new Target(to, message));
    }

    private ErrorTranslation with(Code from, Target target) {
        Map<Code, Target> changed = new EnumMap<>(Code.class);
        changed.putAll(table);
        changed.put(from, target);
        return new ErrorTranslation(changed);
    }

    @Override
    public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
        try {
            R response = next.handle(call, request);
            return translated(call, response);
        } catch (CallException e) {
            throw translate(call, e);
        }
    }

    @SuppressWarnings("unchecked") // the same messages in the same kind of stream
    private <R> R translated(Call call, R response) {
        if (!(response instanceof Messages<?> stream)) {
            return response;
        }
        return (R) Messages.<Object>pull(new Messages.Source<Object>() {
            @Override
            public @Nullable Object receive() {
                try {
                    return stream.receive();
                } catch (CallException e) {
                    throw translate(call, e);
                }
            }

            @Override
            public void cancel(CallException reason) {
                stream.close();
            }
        });
    }

    private CallException translate(Call call, CallException error) {
        // Which limit of ours kept a call back is nobody's business: to our caller that service is not available.
        Code code = error instanceof RejectedException ? Code.UNAVAILABLE : error.code();
        Target target = table.get(code);
        if (target != null) {
            return target.code() == code && target.message() == null ? kept(call, error, code) : changed(error, target);
        }
        if (error.code() == Code.CANCELLED && isOurs(call)) {
            return error;
        }
        LOG.log(
                System.Logger.Level.WARNING,
                () -> call.method() + " failed with " + error + "; passed on as INTERNAL, details " + error.details());
        return changed(error, new Target(Code.INTERNAL, "a service behind this one failed"));
    }

    private static CallException kept(Call call, CallException error, Code code) {
        if (error.origin() == CallException.Origin.REMOTE) {
            // The call of our caller did reach a handler, whatever became of this one.
            return error.retryAdvice() instanceof RetryAdvice.NeverLeft
                    ? error.withRetryAdvice(RetryAdvice.UNSTATED)
                    : error;
        }
        String service = call.method().service();
        // What the transport says names hosts and ports, which are nobody's business further up.
        return switch (code) {
            case UNAVAILABLE -> changed(error, new Target(code, service + " is not available"));
            case DEADLINE_EXCEEDED -> changed(error, new Target(code, service + " did not answer in time"));
            default -> error;
        };
    }

    private static boolean isOurs(Call call) {
        return call.cancellation().isPresent()
                || Call.find().flatMap(Call::cancellation).isPresent();
    }

    private static CallException changed(CallException error, Target target) {
        String message = target.message();
        return new CallException(
                target.code(),
                message == null ? error.message() : message,
                error,
                message == null ? error.details() : List.of(),
                new Metadata(),
                error.origin(),
                // Who has exhausted the retries is this service, and the hops above are to let it be.
                error.retryAdvice() instanceof RetryAdvice.Never ? RetryAdvice.NEVER : RetryAdvice.UNSTATED);
    }
}
