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
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * gRPC over HTTP/2.
 *
 * @see <a href="https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md">the specification</a>
 */
final class GrpcProtocol implements Protocol {

    static final String CONTENT_TYPE = "application/grpc";
    static final String ENCODING = "grpc-encoding";
    static final String ACCEPT_ENCODING = "grpc-accept-encoding";

    private static final byte[] NOTHING = {};

    private final MessageCodec codec;
    private final int compressAbove;
    private final Metadata headers;

    GrpcProtocol(MessageCodec codec, String contentType, ProtocolOptions options) {
        this.codec = codec;
        this.compressAbove = options.compressAbove();
        this.headers = Metadata.of("content-type", contentType);
    }

    @Override
    public RpcProtocol name() {
        return RpcProtocol.GRPC;
    }

    @Override
    public boolean carries(Method.Kind kind) {
        return true;
    }

    @Override
    public boolean needsHttp2(Method.Kind kind) {
        return true;
    }

    @Override
    public Optional<Duration> timeout(Metadata requestHeaders) {
        return Timeouts.grpc(requestHeaders);
    }

    @Override
    public Object read(Route<?, ?> route, Call call, HttpRequest request) {
        Compression compression = Compression.of(request.headers(), ENCODING, Side.REQUEST);
        Message prototype = route.method().requestPrototype();
        int limit = route.maxMessageBytes();
        if (!route.method().kind().clientStreams()) {
            byte[] body = BodyBytes.read(request.body(), limit, Envelope.PREFIX, Side.REQUEST);
            return Envelope.single(call, codec, prototype, body, limit, compression, Side.REQUEST);
        }
        Messages<byte[]> chunks = request.body().limit(Long.MAX_VALUE).chunks();
        EnvelopeReader reader = new EnvelopeReader(
                call, chunks, limit, compression, Side.REQUEST, Envelope.COMPRESSED, () -> truncated(Side.REQUEST));
        return EnvelopeReader.messages(reader, codec, prototype, chunks::close);
    }

    static CallException truncated(Side side) {
        return side.brokenFraming("ends inside a message");
    }

    @Override
    public HttpResponse one(Call call, Message response) {
        Metadata head = new Metadata(headers);
        ReservedHeaders.copy(call.responseHeaders(), head);
        Metadata trailers = GrpcStatus.trailers(call, null);
        byte[] message = ResponsePacking.only(call, ResponsePacking.Names.GRPC, compressAbove, codec, response, head);
        return new HttpResponse(200, head, Body.of(message, trailers));
    }

    @Override
    public HttpResponse many(CallScope call, Messages<? extends Message> responses) {
        return ResponseStream.of(call, responses, codec, new Metadata(headers), new ResponseStream.End() {
            @Override
            public ResponsePacking packing(Metadata head) {
                return ResponsePacking.announced(call, ResponsePacking.Names.GRPC, compressAbove, head);
            }

            @Override
            public byte[] lastBytes(@Nullable CallException error) {
                return NOTHING;
            }

            @Override
            public Metadata trailers(@Nullable CallException error) {
                return GrpcStatus.trailers(call, error);
            }
        });
    }

    @Override
    public HttpResponse failed(@Nullable Call call, CallException error) {
        Metadata head = new Metadata(headers);
        Metadata trailers = failedHead(call, error, head);
        return new HttpResponse(200, head, Body.of(NOTHING, trailers));
    }

    /** Completes the head of a call that failed before its first message; the trailers if they have to follow it. */
    static Metadata failedHead(@Nullable Call call, CallException error, Metadata head) {
        if (error.code() == Code.UNIMPLEMENTED) {
            head.put(ACCEPT_ENCODING, Compression.accepted());
        }
        if (call == null || call.responseHeaders().isEmpty()) {
            if (call != null) {
                ReservedHeaders.copy(call.responseTrailers(), head);
            }
            GrpcStatus.write(error, head); // trailers-only
            return new Metadata();
        }
        ReservedHeaders.copy(call.responseHeaders(), head);
        return GrpcStatus.trailers(call, error);
    }
}
