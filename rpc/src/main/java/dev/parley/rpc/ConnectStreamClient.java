package dev.parley.rpc;

import com.google.gson.JsonObject;
import com.google.protobuf.Message;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Metadata;
import dev.parley.http.HttpResponse;
import dev.parley.http.RetryAfter;

/** Connect's streams on a client. */
final class ConnectStreamClient implements ClientProtocol {

    private final MessageCodec codec;
    private final int limit;
    private final Metadata headers;

    ConnectStreamClient(MessageCodec codec, int limit) {
        this.codec = codec;
        this.limit = limit;
        this.headers = Metadata.of(
                "content-type",
                ConnectStreamProtocol.contentType(codec.codec()),
                ConnectHeaders.VERSION,
                "1",
                "user-agent",
                "connect-java-parley/0.1",
                "connect-accept-encoding",
                Gzip.NAME);
    }

    @Override
    public Metadata headers(Call call) {
        return ConnectUnaryClient.headers(headers, call);
    }

    @Override
    public byte[] encode(Message message) {
        return Envelope.of(codec, message);
    }

    @Override
    public Message readOne(Call call, Message prototype, HttpResponse response) {
        Reader reader = readMany(call, prototype, response);
        Message message = reader.next();
        if (message == null) {
            throw Side.RESPONSE.cardinality("none");
        }
        if (reader.next() != null) {
            throw Side.RESPONSE.cardinality("more");
        }
        return message;
    }

    @Override
    public Reader readMany(Call call, Message prototype, HttpResponse response) {
        ReservedHeaders.copy(response.headers(), call.responseHeaders());
        String contentType = response.headers().get("content-type").orElse("");
        if (response.status() != 200
                || !ConnectStreamProtocol.contentType(codec.codec()).equals(ProtocolTable.bare(contentType))) {
            throw ConnectUnaryClient.notConnect(response, contentType);
        }
        boolean gzip = Gzip.isGzip(
                response.headers().get(ConnectHeaders.STREAM_ENCODING).orElse(""));
        EnvelopeReader reader = new EnvelopeReader(
                response.body().limit(Long.MAX_VALUE).chunks(),
                limit,
                gzip,
                Side.RESPONSE,
                Envelope.COMPRESSED | Envelope.END_STREAM,
                Side.RESPONSE.truncated());
        return () -> {
            if (!reader.next()) {
                throw Side.RESPONSE.protocolError("ended without Connect's end of a stream");
            }
            if (!reader.isEndStream()) {
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
        JsonObject json = ConnectError.parse(content)
                .orElseThrow(() -> Side.RESPONSE.protocolError("has an end that is not a JSON object"));
        Metadata trailers = new Metadata();
        ConnectError.readMetadata(json.get("metadata"), trailers);
        ReservedHeaders.copy(trailers, call.responseTrailers());
        if (json.get("error") instanceof JsonObject error) {
            throw received(error, trailers);
        }
    }

    private static CallException received(JsonObject error, Metadata trailers) {
        return ConnectError.fromJson(error, Code.UNKNOWN, trailers, RetryAfter.read(trailers));
    }
}
