package dev.parley.rpc;

import com.google.protobuf.Message;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.Method;
import dev.parley.http.Body;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * gRPC-Web, binary and as text: gRPC over any version of HTTP, the trailers in the body. Each message of a text is encoded and
 * sent by itself, with padding.
 *
 * @see <a href="https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md">the specification</a>
 */
final class GrpcWebProtocol implements Protocol {

    private final MessageCodec codec;
    private final GrpcWebType received;
    private final GrpcWebType sent;
    private final int compressAbove;

    GrpcWebProtocol(MessageCodec codec, GrpcWebType received, GrpcWebType sent, ProtocolOptions options) {
        this.codec = codec;
        this.received = received;
        this.sent = sent;
        this.compressAbove = options.compressAbove();
    }

    @Override
    public RpcProtocol name() {
        return sent.text() ? RpcProtocol.GRPC_WEB_TEXT : RpcProtocol.GRPC_WEB;
    }

    @Override
    public boolean carries(Method.Kind kind) {
        return true;
    }

    @Override
    public Optional<Duration> timeout(Metadata headers) {
        return Timeouts.grpc(headers);
    }

    @Override
    public Object read(Route<?, ?> route, Call call, HttpRequest request) {
        Compression compression = Compression.of(request.headers(), GrpcProtocol.ENCODING, Side.REQUEST);
        Messages<byte[]> raw = request.body().limit(Long.MAX_VALUE).chunks();
        Messages<byte[]> chunks = received.text() ? Base64Chunks.decode(raw, Side.REQUEST) : raw;
        EnvelopeReader reader = new EnvelopeReader(
                call,
                chunks,
                route.maxMessageBytes(),
                compression,
                Side.REQUEST,
                Envelope.COMPRESSED,
                () -> GrpcProtocol.truncated(Side.REQUEST));
        Message prototype = route.method().requestPrototype();
        return route.method().kind().clientStreams()
                ? EnvelopeReader.messages(reader, codec, prototype, chunks::close)
                : reader.only(codec, prototype);
    }

    private Metadata head() {
        return Metadata.of("content-type", sent.toString());
    }

    private byte[] wire(byte[] bytes) {
        return sent.text() ? Base64.getEncoder().encode(bytes) : bytes;
    }

    @Override
    public HttpResponse one(Call call, Message response) {
        Metadata head = head();
        ReservedHeaders.copy(call.responseHeaders(), head);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(
                wire(ResponsePacking.only(call, ResponsePacking.Names.GRPC, compressAbove, codec, response, head)));
        body.writeBytes(wire(GrpcWebTrailers.envelope(GrpcStatus.trailers(call, null))));
        return new HttpResponse(200, head, Body.of(body.toByteArray()));
    }

    @Override
    public HttpResponse many(CallScope call, Messages<? extends Message> responses) {
        return ResponseStream.of(call, responses, codec, head(), new ResponseStream.End() {
            @Override
            public ResponsePacking packing(Metadata head) {
                return ResponsePacking.announced(call, ResponsePacking.Names.GRPC, compressAbove, head);
            }

            @Override
            public byte[] wire(byte[] bytes) {
                return GrpcWebProtocol.this.wire(bytes);
            }

            @Override
            public byte[] lastBytes(@Nullable CallException error) {
                return GrpcWebTrailers.envelope(GrpcStatus.trailers(call, error));
            }

            @Override
            public Metadata trailers(@Nullable CallException error) {
                return new Metadata();
            }
        });
    }

    @Override
    public HttpResponse failed(@Nullable Call call, CallException error) {
        Metadata head = head();
        Metadata trailers = GrpcProtocol.failedHead(call, error, head);
        return new HttpResponse(
                200, head, trailers.isEmpty() ? Body.empty() : Body.of(wire(GrpcWebTrailers.envelope(trailers))));
    }
}
