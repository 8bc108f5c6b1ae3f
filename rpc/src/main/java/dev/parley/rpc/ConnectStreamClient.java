package dev.parley.rpc;

import com.google.protobuf.Message;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Metadata;
import dev.parley.http.HttpResponse;
import dev.parley.http.RetryAfter;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Connect's streams on a client. */
final class ConnectStreamClient implements ClientProtocol {

    private final MessageCodec codec;
    private final int limit;
    private final Metadata headers;

    ConnectStreamClient(MessageCodec codec, int limit, boolean acceptsCompressed) {
        this.codec = codec;
        this.limit = limit;
        this.headers = Metadata.of(
                "content-type", ConnectStreamProtocol.contentType(codec.codec()), ConnectHeaders.VERSION, "1");
        if (acceptsCompressed) {
            headers.add(ConnectHeaders.STREAM_ACCEPT, Compression.accepted());
        }
    }

    @Override
    public Metadata headers(Call call, Packing packing) {
        Metadata sent = ConnectUnaryClient.headers(headers, call);
        if (packing.compression() != Compression.IDENTITY) {
            sent.add(ConnectHeaders.STREAM_ENCODING, packing.compression().wireName());
        }
        return sent;
    }

    @Override
    public byte[] encode(Call call, Message message, Packing packing) {
        return packing.envelope(call, codec, message);
    }

    @Override
    public Message readOne(Call call, Message prototype, HttpResponse response) {
        return ClientProtocol.only(readMany(call, prototype, response));
    }

    @Override
    public Reader readMany(Call call, Message prototype, HttpResponse response) {
        ReservedHeaders.copy(response.headers(), call.responseHeaders());
        String contentType = response.headers().get("content-type").orElse("");
        ConnectUnaryClient.checkType(response, contentType, "application/connect+", codec.codec());
        Compression compression = Compression.of(response.headers(), ConnectHeaders.STREAM_ENCODING, Side.RESPONSE);
        EnvelopeReader reader = new EnvelopeReader(
                call,
                response.body().limit(Long.MAX_VALUE).chunks(),
                limit,
                compression,
                Side.RESPONSE,
                Envelope.COMPRESSED | Envelope.END_STREAM,
                Side.RESPONSE::truncated);
        return () -> {
            if (!reader.next()) {
                throw Side.RESPONSE.protocolError("ended without Connect's end of a stream");
            }
            if (!reader.is(Envelope.END_STREAM)) {
                return reader.message(codec, prototype);
            }
            readEnd(call, reader.content());
            if (reader.fill()) {
                throw Side.RESPONSE.protocolError("goes on behind its end");
            }
            return null;
        };
    }

    private static void readEnd(Call call, byte[] content) {
        ObjectNode json = ConnectError.parse(content)
                .orElseThrow(() -> Side.RESPONSE.protocolError("has an end that is not a JSON object"));
        Metadata trailers = new Metadata();
        ConnectError.readMetadata(json.get("metadata"), trailers);
        ReservedHeaders.copy(trailers, call.responseTrailers());
        JsonNode error = json.get("error");
        if (error instanceof ObjectNode object) {
            throw received(object, trailers);
        }
        if (error != null && !error.isNull()) {
            throw Side.RESPONSE.protocolError("has an end whose error is not a JSON object");
        }
    }

    private static CallException received(ObjectNode error, Metadata trailers) {
        return ConnectError.fromJson(error, Code.UNKNOWN, trailers, RetryAfter.read(trailers));
    }
}
