package dev.parley.rpc;

import com.google.protobuf.Descriptors.FileDescriptor;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Messages;
import dev.parley.Method;
import dev.parley.Outcome;
import dev.parley.Peer;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A channel over any handler of HTTP requests. */
final class ClientChannel implements Channel {

    private final ClientSettings settings;
    private final Function<Method.Kind, Handler<HttpRequest, HttpResponse>> transports;
    private final Runnable onClose;
    private final Peer peer;
    // One chain a method for good: nothing is put together when a call is made.
    private final Map<RpcMethod<?, ?>, Handler<?, ?>> handlers = new ConcurrentHashMap<>();
    private final Map<FileDescriptor, JsonCodec> jsonCodecs = new ConcurrentHashMap<>();

    ClientChannel(
            ClientSettings settings,
            Function<Method.Kind, Handler<HttpRequest, HttpResponse>> transports,
            Runnable onClose) {
        this.settings = settings;
        this.transports = transports;
        this.onClose = onClose;
        this.peer = new Peer(settings.address().authority(), settings.protocol().name());
    }

    @Override
    public <Q, R> R call(RpcMethod<Q, R> method, CallOptions options, Q request) {
        Call parent = Call.find().orElse(null);
        CallScope call = open(method, options, parent);
        if (request instanceof Messages<?> requests) {
            // However the call ends, even unsent: whoever follows the requests hears of it.
            call.onEnd(outcome -> requests.close());
        }
        try {
            R response = handler(method).handle(call, request);
            if (response instanceof Messages<?> stream) {
                stream.onClose(call::end);
            } else {
                call.end(Outcome.OK);
            }
            return response;
        } catch (Throwable thrown) {
            CallException error = thrown instanceof CallException known
                    ? known
                    : call.cancellation().orElseGet(() -> CallException.from(thrown));
            // What an interceptor has left open behind itself must not go on.
            call.cancel(error);
            call.end(Outcome.failed(error));
            if (thrown instanceof Error fatal) {
                throw fatal;
            }
            throw error;
        }
    }

    private CallScope open(RpcMethod<?, ?> method, CallOptions options, @Nullable Call parent) {
        Deadline deadline = options.deadlineFromNow();
        if (parent != null) {
            CallException cancelled = parent.cancellation().orElse(null);
            if (cancelled != null) {
                throw cancelled;
            }
            deadline = deadline.earlier(parent.deadline());
        }
        if (deadline.isNone() && method.kind() == Method.Kind.UNARY) {
            deadline = Deadline.after(settings.defaultTimeout());
        }
        CallScope call = CallScope.builder(options.asCalled(method.method()))
                .parent(parent)
                .requestHeaders(options.copyOfHeaders())
                .deadline(deadline)
                .peer(peer)
                .build();
        options.compression().ifPresent(how -> call.attributes().put(Compression.REQUEST, how));
        options.explanation().ifPresent(why -> why.follow(call));
        options.responseMetadata().ifPresent(sink -> sink.follow(call));
        if (parent != null && method.kind() != Method.Kind.UNARY) {
            Call.Registration withParent = parent.onEnd(outcome -> call.cancel(
                    new CallException(Code.CANCELLED, "the call that made this one has ended: " + parent.method())));
            call.onEnd(outcome -> withParent.remove());
        }
        return call;
    }

    @SuppressWarnings("unchecked") // put in under the same types below
    private <Q, R> Handler<Q, R> handler(RpcMethod<Q, R> method) {
        Handler<?, ?> known = handlers.get(method);
        return (Handler<Q, R>) (known != null ? known : handlers.computeIfAbsent(method, this::create));
    }

    private <Q, R> Handler<Q, R> create(RpcMethod<Q, R> method) {
        if (settings.protocol() == RpcProtocol.REST) {
            return chained(method, new RestOutbound<>(method, settings, transports.apply(method.kind()), json(method)));
        }
        MessageCodec codec = switch (settings.codec()) {
            case PROTO -> ProtoCodec.INSTANCE;
            case JSON -> json(method);
        };
        int limit = settings.maxMessageBytes();
        boolean accepts = settings.acceptsCompressed();
        ClientProtocol protocol = switch (settings.protocol()) {
            case GRPC -> new GrpcClient(codec, limit, accepts);
            case GRPC_WEB -> new GrpcWebClient(codec, limit, false, accepts);
            case GRPC_WEB_TEXT -> new GrpcWebClient(codec, limit, true, accepts);
            case CONNECT ->
                method.kind() == Method.Kind.UNARY
                        ? new ConnectUnaryClient(codec, limit, getMost(method), accepts)
                        : new ConnectStreamClient(codec, limit, accepts);
            case REST -> throw new AssertionError("REST has a chain of its own");
        };
        return chained(method, new Outbound<>(method, protocol, settings, transports.apply(method.kind())));
    }

    private <Q, R> Handler<Q, R> chained(RpcMethod<Q, R> method, Handler<Q, R> outbound) {
        return Interceptor.chain(settings.interceptors(), settings.chain().around(method.method(), outbound));
    }

    private int getMost(RpcMethod<?, ?> method) {
        return method.method().idempotency() == Method.Idempotency.NO_SIDE_EFFECTS ? settings.getMost() : 0;
    }

    private JsonCodec json(RpcMethod<?, ?> method) {
        return jsonCodecs.computeIfAbsent(
                method.descriptor().getFile(), file -> JsonCodec.connect(JsonCodec.types(List.of(file))));
    }

    @Override
    public void close() {
        onClose.run();
    }

    @Override
    public String toString() {
        return "channel to " + settings.address().authority();
    }
}
