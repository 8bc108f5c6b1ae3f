package dev.parley.rpc;

import com.google.protobuf.Message;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Messages;
import dev.parley.Outcome;
import dev.parley.Timer;
import dev.parley.http.HttpException;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One call on the server, from its routed request to its response, whatever the protocol. */
final class ServerCall {

    private static final System.Logger LOG = System.getLogger(RpcHandler.class.getName());

    private ServerCall() {}

    static <Q, R> HttpResponse answer(Protocol protocol, Route<Q, R> route, Call http, HttpRequest request) {
        CallScope call = null;
        try {
            call = open(protocol, route, http, request);
            R response = call.run((scope, received) -> route.call(scope, protocol, received), request);
            return route.method().kind().serverStreams()
                    ? many(protocol, call, response)
                    : one(protocol, call, response);
        } catch (Throwable thrown) {
            CallException error = error(route.method(), call, thrown);
            HttpResponse response = protocol.failed(call, error);
            if (call != null) {
                call.end(Outcome.failed(error));
            }
            return response;
        }
    }

    private static HttpResponse one(Protocol protocol, CallScope call, @Nullable Object response) {
        if (!(response instanceof Message message)) {
            throw new CallException(Code.INTERNAL, call.method() + " returned no message");
        }
        HttpResponse answer = protocol.one(call, message);
        call.end(Outcome.OK);
        return answer;
    }

    @SuppressWarnings("unchecked") // a method whose server streams has Messages<M> for R
    private static HttpResponse many(Protocol protocol, CallScope call, @Nullable Object response) {
        if (!(response instanceof Messages<?> messages)) {
            throw new CallException(Code.INTERNAL, call.method() + " returned no stream");
        }
        return protocol.many(call, (Messages<? extends Message>) messages);
    }

    private static CallScope open(Protocol protocol, Route<?, ?> route, Call http, HttpRequest request) {
        Deadline deadline = http.deadline();
        boolean own = false;
        Optional<Duration> timeout = protocol.timeout(request.headers());
        if (timeout.isPresent()) {
            Deadline asked = Deadline.after(timeout.get());
            Deadline earlier = deadline.earlier(asked);
            own = earlier == asked;
            deadline = earlier;
        }
        CallScope call = CallScope.builder(route.method().method())
                .parent(http)
                .receivedWith(http)
                .requestHeaders(request.headers())
                .deadline(deadline)
                .peer(http.peer())
                .protocol(protocol.name().name())
                .build();
        if (own) {
            // Under an engine that was not given RpcHandler.timeout, or was given more: otherwise its own timer is the
            // earlier one.
            call.armDeadline(Timer.system());
            if (call.deadline().remainingNanos() <= 0) {
                call.cancel(call.deadlineExceeded()); // at once, not when the timer comes round to it
            }
        }
        return call;
    }

    /** What is answered for {@code thrown}; a fault of this server is logged here, and only here. */
    static CallException error(RpcMethod<?, ?> method, @Nullable CallScope call, Throwable thrown) {
        return error(method.method(), call, thrown);
    }

    static CallException error(dev.parley.Method method, @Nullable CallScope call, Throwable thrown) {
        CallException error = thrown instanceof CallException known
                ? known
                : Optional.ofNullable(call)
                        .flatMap(CallScope::cancellation)
                        .orElseGet(() -> CallException.from(thrown));
        boolean callersFault = error instanceof HttpException http && http.status() < 500;
        if (error.code() == Code.INTERNAL && error.origin() == CallException.Origin.LOCAL && !callersFault) {
            Throwable cause = error.getCause() == null ? error : error.getCause();
            LOG.log(System.Logger.Level.ERROR, () -> method + " failed: " + error.message(), cause);
        }
        return error;
    }
}
