package dev.parley.rpc;

import com.google.protobuf.Message;
import dev.parley.Call;
import dev.parley.Handler;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.http.Body;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.http.ServiceAddress;

/** The end of a client's chain: a typed call becomes an HTTP request, and its response the typed response. */
final class Outbound<Q, R> implements Handler<Q, R> {

    private final RpcMethod<Q, R> method;
    private final ClientProtocol protocol;
    private final ClientSettings settings;
    private final Handler<HttpRequest, HttpResponse> transport;
    private final String target;

    Outbound(
            RpcMethod<Q, R> method,
            ClientProtocol protocol,
            ClientSettings settings,
            Handler<HttpRequest, HttpResponse> transport) {
        this.method = method;
        this.protocol = protocol;
        this.settings = settings;
        this.transport = transport;
        this.target = settings.address().prefix() + method.path();
    }

    @Override
    @SuppressWarnings("unchecked") // the prototype and the kind are those of R
    public R handle(Call call, Q request) throws Exception {
        Metadata headers = protocol.headers(call);
        ServiceAddress address = settings.address();
        HttpRequest sent =
                new HttpRequest("POST", address.scheme(), address.authority(), target, headers, body(request));
        Message prototype = method.responsePrototype();
        if (method.kind().serverStreams()) {
            return (R) ResponseMessages.start(
                    call,
                    exchange -> transport.handle(exchange, sent),
                    response -> protocol.readMany(call, prototype, response),
                    settings.streamIdleTimeout());
        }
        HttpResponse response = transport.handle(call, sent);
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
    private Body body(Q request) {
        return method.kind().clientStreams()
                ? Body.stream(((Messages<Message>) request).map(protocol::encode))
                : Body.of(protocol.encode((Message) request));
    }

    @Override
    public String toString() {
        return method + " at " + settings.address().authority();
    }
}
