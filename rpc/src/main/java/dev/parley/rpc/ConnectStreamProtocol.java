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
import dev.parley.http.RequestTimeout;
import dev.parley.http.RetryAfter;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Connect's streams: envelopes, the last of which is JSON with error and trailers, so that no HTTP trailers are needed.
 *
 * @see <a href="https://connectrpc.com/docs/protocol#streaming-request">the specification</a>
 */
final class ConnectStreamProtocol implements Protocol {

    private final MessageCodec codec;
    private final ProtocolOptions options;
    private final Metadata headers;

    ConnectStreamProtocol(MessageCodec codec, ProtocolOptions options) {
        this.codec = codec;
        this.options = options;
        this.headers = Metadata.of("content-type", contentType(codec.codec()));
    }

    static String contentType(Codec codec) {
        return "application/connect+" + codec.suffix();
    }

    @Override
    public RpcProtocol name() {
        return RpcProtocol.CONNECT;
    }

    @Override
    public boolean carries(Method.Kind kind) {
        return kind != Method.Kind.UNARY;
    }

    @Override
    public Optional<Duration> timeout(Metadata requestHeaders) {
        return RequestTimeout.read(requestHeaders, Timeouts.CONNECT);
    }

    @Override
    public Object read(Route<?, ?> route, Call call, HttpRequest request) {
        ConnectHeaders.checkVersion(request.headers(), options);
        Compression compression = Compression.of(request.headers(), ConnectHeaders.STREAM_ENCODING, Side.REQUEST);
        Message prototype = route.method().requestPrototype();
        Messages<byte[]> chunks = request.body().limit(Long.MAX_VALUE).chunks();
        EnvelopeReader reader = new EnvelopeReader(
                call,
                chunks,
                route.maxMessageBytes(),
                compression,
                Side.REQUEST,
                Envelope.COMPRESSED,
                Side.REQUEST::truncated);
        if (route.method().kind().clientStreams()) {
            return EnvelopeReader.messages(reader, codec, prototype, chunks::close);
        }
        return reader.only(codec, prototype);
    }

    @Override
    public HttpResponse one(Call call, Message response) {
        Metadata head = new Metadata(headers);
        ReservedHeaders.copy(call.responseHeaders(), head);
        byte[] message = ResponsePacking.only(
                call, ResponsePacking.Names.CONNECT_STREAM, options.compressAbove(), codec, response, head);
        byte[] end = end(call, null);
        byte[] both = new byte[message.length + end.length];
        System.arraycopy(message, 0, both, 0, message.length);
        System.arraycopy(end, 0, both, message.length, end.length);
        return new HttpResponse(200, head, Body.of(both));
    }

    @Override
    public HttpResponse many(CallScope call, Messages<? extends Message> responses) {
        return ResponseStream.of(call, responses, codec, new Metadata(headers), new ResponseStream.End() {
            @Override
            public ResponsePacking packing(Metadata head) {
                return ResponsePacking.announced(
                        call, ResponsePacking.Names.CONNECT_STREAM, options.compressAbove(), head);
            }

            @Override
            public byte[] lastBytes(@Nullable CallException error) {
                return end(call, error);
            }

            @Override
            public Metadata trailers(@Nullable CallException error) {
                return new Metadata();
            }
        });
    }

    @Override
    public HttpResponse failed(@Nullable Call call, CallException error) {
        Metadata head = new Metadata(headers);
        if (call != null) {
            ReservedHeaders.copy(call.responseHeaders(), head);
        }
        if (error.code() == Code.UNIMPLEMENTED) {
            head.put(ConnectHeaders.STREAM_ACCEPT, Compression.accepted());
        }
        return new HttpResponse(200, head, Body.of(end(call, error)));
    }

    private static byte[] end(@Nullable Call call, @Nullable CallException error) {
        Metadata trailers = new Metadata();
        if (call != null) {
            ReservedHeaders.copy(call.responseTrailers(), trailers);
        }
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        if (error != null) {
            json.set("error", ConnectError.toJson(error));
            if (error.origin() == CallException.Origin.LOCAL) {
                ReservedHeaders.copy(error.metadata(), trailers);
            }
            RetryAfter.write(error, trailers);
        }
        if (!trailers.isEmpty()) {
            json.set("metadata", ConnectError.metadata(trailers));
        }
        return Envelope.of(Envelope.END_STREAM, ConnectError.bytes(json));
    }
}
