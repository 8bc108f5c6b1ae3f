package dev.parley.rpc;

import com.google.protobuf.Message;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.Method;
import dev.parley.http.Body;
import dev.parley.http.HttpException;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.http.RequestTimeout;
import dev.parley.http.RetryAfter;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Connect's unary calls: the bare message as the body of plain HTTP, {@code POST}, or {@code GET} where the method has no
 * side effects.
 *
 * @see <a href="https://connectrpc.com/docs/protocol#unary-request">the specification</a>
 */
final class ConnectUnaryProtocol implements Protocol {

    private final MessageCodec codec;
    private final ProtocolOptions options;
    private final Metadata headers;

    ConnectUnaryProtocol(MessageCodec codec, ProtocolOptions options) {
        this.codec = codec;
        this.options = options;
        this.headers = Metadata.of("content-type", contentType(codec.codec()));
    }

    static String contentType(Codec codec) {
        return "application/" + codec.suffix();
    }

    @Override
    public RpcProtocol name() {
        return RpcProtocol.CONNECT;
    }

    @Override
    public boolean carries(Method.Kind kind) {
        return kind == Method.Kind.UNARY;
    }

    @Override
    public Optional<Duration> timeout(Metadata requestHeaders) {
        return RequestTimeout.read(requestHeaders, Timeouts.CONNECT);
    }

    @Override
    public Object read(Route<?, ?> route, Call call, HttpRequest request) {
        int limit = route.maxMessageBytes();
        byte[] bytes;
        Compression compression;
        if (request.method().equals("GET")) {
            ConnectGet query = ConnectGet.parse(request.query(), options.requireConnectVersion());
            bytes = query.message();
            compression = Compression.named(query.compression(), Side.REQUEST);
            if (bytes.length > limit) {
                throw Side.REQUEST.tooLarge(bytes.length, limit);
            }
        } else {
            ConnectHeaders.checkVersion(request.headers(), options);
            compression = Compression.of(request.headers(), ConnectHeaders.CONTENT_ENCODING, Side.REQUEST);
            bytes = BodyBytes.read(request.body(), limit, 0, Side.REQUEST);
        }
        int received = bytes.length;
        if (compression != Compression.IDENTITY) {
            bytes = compression.inflate(bytes, 0, bytes.length, limit, Side.REQUEST);
        }
        Message message = Side.REQUEST.decode(codec, route.method().requestPrototype(), bytes, 0, bytes.length);
        MessageEvents.receivedOnly(call, Side.REQUEST, message, bytes.length, received);
        return message;
    }

    @Override
    public HttpResponse one(Call call, Message response) {
        Metadata head = new Metadata(headers);
        addMetadata(call, head);
        return new HttpResponse(
                200,
                head,
                Body.of(ResponsePacking.body(
                        call, options.compressAbove(), response, codec.encode(response, 0), head)));
    }

    @Override
    public HttpResponse many(CallScope call, Messages<? extends Message> responses) {
        throw new AssertionError("a unary protocol was asked to stream");
    }

    @Override
    public HttpResponse failed(@Nullable Call call, CallException error) {
        return failure(call, error);
    }

    static HttpResponse failure(@Nullable Call call, CallException error) {
        Metadata head = Metadata.of("content-type", "application/json");
        if (call != null) {
            addMetadata(call, head);
        }
        if (error.origin() == CallException.Origin.LOCAL) {
            ReservedHeaders.copy(error.metadata(), head);
        }
        RetryAfter.write(error, head);
        if (error.code() == Code.UNIMPLEMENTED) {
            head.put(ConnectHeaders.ACCEPT, Compression.accepted());
        }
        return new HttpResponse(status(error), head, Body.of(ConnectError.bytes(ConnectError.toJson(error))));
    }

    /** Connect's status is that of the code alone: its clients read the code from the body, other tools from here. */
    private static int status(CallException error) {
        return error instanceof HttpException http && http.status() != 413
                ? http.status()
                : HttpException.statusOf(new CallException(error.code(), ""));
    }

    private static void addMetadata(Call call, Metadata head) {
        ReservedHeaders.copy(call.responseHeaders(), head);
        ReservedHeaders.copy(call.responseTrailers(), head, ConnectHeaders.TRAILER_PREFIX);
    }
}
