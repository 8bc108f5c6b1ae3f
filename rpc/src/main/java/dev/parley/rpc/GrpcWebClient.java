package dev.parley.rpc;

import com.google.protobuf.Message;
import dev.parley.Call;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.http.HttpResponse;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** gRPC-Web on a client, binary or as text. */
final class GrpcWebClient implements ClientProtocol {

    private static final String USER_AGENT = "grpc-web-java-parley/0.1";

    private final MessageCodec codec;
    private final int limit;
    private final boolean text;
    private final Metadata headers;

    GrpcWebClient(MessageCodec codec, int limit, boolean text, boolean acceptsCompressed) {
        this.codec = codec;
        this.limit = limit;
        this.text = text;
        String type = new GrpcWebType(text, '+' + codec.codec().suffix()).toString();
        this.headers = Metadata.of("content-type", type, "accept", type, "x-grpc-web", "1", "x-user-agent", USER_AGENT);
        if (acceptsCompressed) {
            headers.add(GrpcProtocol.ACCEPT_ENCODING, Compression.accepted());
        }
    }

    @Override
    public Metadata headers(Call call, Packing packing) {
        return GrpcClient.headers(headers, call, packing, USER_AGENT);
    }

    @Override
    public byte[] encode(Call call, Message message, Packing packing) {
        byte[] envelope = packing.envelope(call, codec, message);
        return text ? Base64.getEncoder().encode(envelope) : envelope;
    }

    @Override
    public Message readOne(Call call, Message prototype, HttpResponse response) {
        return ClientProtocol.only(readMany(call, prototype, response));
    }

    @Override
    public Reader readMany(Call call, Message prototype, HttpResponse response) {
        // Whatever was asked for: a server answers as it can.
        boolean answeredAsText = response.headers()
                .get("content-type")
                .filter(type -> type.regionMatches(true, 0, GrpcWebType.TEXT, 0, GrpcWebType.TEXT.length()))
                .isPresent();
        GrpcResponse begun = GrpcResponse.begin(
                call, response, answeredAsText ? GrpcWebType.TEXT : GrpcWebType.BINARY, codec.codec());
        Messages<byte[]> raw = response.body().limit(Long.MAX_VALUE).chunks();
        EnvelopeReader reader = new EnvelopeReader(
                call,
                answeredAsText ? Base64Chunks.decode(raw, Side.RESPONSE) : raw,
                limit,
                Compression.of(response.headers(), GrpcProtocol.ENCODING, Side.RESPONSE),
                Side.RESPONSE,
                Envelope.COMPRESSED | Envelope.TRAILERS,
                () -> GrpcProtocol.truncated(Side.RESPONSE));
        return new Reader() {
            private boolean empty = true;

            @Override
            public @Nullable Message next() {
                if (!reader.next()) {
                    begun.end(null, empty);
                    return null;
                }
                if (!reader.is(Envelope.TRAILERS)) {
                    begun.message();
                    empty = false;
                    return reader.message(codec, prototype);
                }
                Metadata trailers = GrpcWebTrailers.parse(reader.content(), Side.RESPONSE);
                begun.end(trailers.isEmpty() ? null : trailers, false);
                if (reader.fill()) {
                    throw Side.RESPONSE.protocolError("goes on behind its trailers");
                }
                return null;
            }
        };
    }
}
