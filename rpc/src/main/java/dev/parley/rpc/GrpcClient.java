package dev.parley.rpc;

import com.google.protobuf.Message;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Metadata;
import dev.parley.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/** gRPC on a client. */
final class GrpcClient implements ClientProtocol {

    static final String USER_AGENT = "grpc-java-parley/0.1";

    private final MessageCodec codec;
    private final int limit;
    private final Metadata headers;

    GrpcClient(MessageCodec codec, int limit, boolean acceptsCompressed) {
        this.codec = codec;
        this.limit = limit;
        this.headers = Metadata.of(
                "content-type", GrpcProtocol.CONTENT_TYPE + '+' + codec.codec().suffix(), "te", "trailers");
        if (acceptsCompressed) {
            headers.add(GrpcProtocol.ACCEPT_ENCODING, Compression.accepted());
        }
    }

    @Override
    public Metadata headers(Call call, Packing packing) {
        return headers(headers, call, packing, USER_AGENT);
    }

    static Metadata headers(Metadata fixed, Call call, Packing packing, String userAgent) {
        Metadata sent = new Metadata();
        if (!call.deadline().isNone()) {
            sent.add(Timeouts.GRPC, Timeouts.grpc(call.deadline()));
        }
        sent.addAll(fixed);
        if (packing.compression() != Compression.IDENTITY) {
            sent.add(GrpcProtocol.ENCODING, packing.compression().wireName());
        }
        ReservedHeaders.copyRequest(call.requestHeaders(), sent, userAgent);
        return sent;
    }

    @Override
    public byte[] encode(Call call, Message message, Packing packing) {
        return packing.envelope(call, codec, message);
    }

    @Override
    public Message readOne(Call call, Message prototype, HttpResponse response) {
        GrpcResponse begun = GrpcResponse.begin(call, response, GrpcProtocol.CONTENT_TYPE, codec.codec());
        byte[] body = BodyBytes.read(response.body(), limit, Envelope.PREFIX, Side.RESPONSE);
        begun.end(response.body().trailers(), body.length == 0);
        Compression compression = Compression.of(response.headers(), GrpcProtocol.ENCODING, Side.RESPONSE);
        return Envelope.single(call, codec, prototype, body, limit, compression, Side.RESPONSE);
    }

    @Override
    public Reader readMany(Call call, Message prototype, HttpResponse response) {
        GrpcResponse begun = GrpcResponse.begin(call, response, GrpcProtocol.CONTENT_TYPE, codec.codec());
        EnvelopeReader reader = new EnvelopeReader(
                call,
                response.body().limit(Long.MAX_VALUE).chunks(),
                limit,
                Compression.of(response.headers(), GrpcProtocol.ENCODING, Side.RESPONSE),
                Side.RESPONSE,
                Envelope.COMPRESSED,
                () -> GrpcProtocol.truncated(Side.RESPONSE));
        return new Reader() {
            private boolean empty = true;

            @Override
            public @Nullable Message next() {
                if (advance()) {
                    begun.message();
                    empty = false;
                    return reader.message(codec, prototype);
                }
                begun.end(response.body().trailers(), empty);
                return null;
            }

            private boolean advance() {
                try {
                    return reader.next();
                } catch (CallException fault) {
                    throw begun.broken(fault, response.body().trailers());
                }
            }
        };
    }
}
