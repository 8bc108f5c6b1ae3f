package dev.parley.rpc;

import com.google.protobuf.Message;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Handler;
import dev.parley.Messages;
import dev.parley.RetryAdvice;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;

/** The end of a client's chain: a typed call becomes an HTTP request, and its response the typed response. */
final class Outbound<Q, R> implements Handler<Q, R> {

    private final RpcMethod<Q, R> method;
    private final ClientProtocol protocol;
    private final ClientSettings settings;
    private final Handler<HttpRequest, HttpResponse> transport;
    private final ClientProtocol.Endpoint endpoint;

    Outbound(
            RpcMethod<Q, R> method,
            ClientProtocol protocol,
            ClientSettings settings,
            Handler<HttpRequest, HttpResponse> transport) {
        this.method = method;
        this.protocol = protocol;
        this.settings = settings;
        this.transport = transport;
        this.endpoint = new ClientProtocol.Endpoint(
                settings.address(), settings.address().prefix() + method.path());
    }

    @Override
    @SuppressWarnings("unchecked") // the prototype and the kind are those of R
    public R handle(Call call, Q request) throws Exception {
        HttpRequest sent = request(call, request);
        Message prototype = method.responsePrototype();
        if (method.kind().serverStreams()) {
            return (R) ResponseMessages.start(
                    call,
                    exchange -> send(transport, exchange, sent, !method.kind().clientStreams()),
                    response -> protocol.readMany(call, prototype, response),
                    settings.streamIdleTimeout());
        }
        HttpResponse response = send(transport, call, sent, !method.kind().clientStreams());
        boolean read = false;
        try {
            R message = (R) protocol.readOne(call, prototype, response);
            read = true;
            return message;
        } finally {
            if (!read) {
                response.body().close();
            }
        }
    }

    @SuppressWarnings("unchecked") // a method whose client streams has Messages<M> for Q
    private HttpRequest request(Call call, Q request) {
        Packing packing =
                call.attributes().get(Compression.REQUEST).map(Packing::always).orElse(settings.packing());
        return method.kind().clientStreams()
                ? protocol.request(call, endpoint, packing, (Messages<Message>) request)
                : protocol.request(call, endpoint, packing, (Message) request);
    }

    /**
     * Sends again, once, what the server has told that it did not look at (GOAWAY, REFUSED_STREAM): gRPC's transparent retry,
     * which no policy of the caller's need know of. Not what could not be connected, and not a stream of requests, of which
     * a part may have been taken.
     */
    static HttpResponse send(
            Handler<HttpRequest, HttpResponse> transport, Call call, HttpRequest sent, boolean repeatable)
            throws Exception {
        try {
            return transport.handle(call, sent);
        } catch (CallException refused) {
            boolean again = refused.retryAdvice() instanceof RetryAdvice.NeverLeft
                    && refused.origin() == CallException.Origin.REMOTE
                    && repeatable
                    && call.cancellation().isEmpty();
            if (!again) {
                throw refused;
            }
            return transport.handle(call, sent);
        }
    }

    @Override
    public String toString() {
        return method + " at " + settings.address().authority();
    }
}
