package dev.parley.rpc;

import com.google.protobuf.Message;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Metadata;
import dev.parley.RetryAdvice;
import dev.parley.http.HttpResponse;
import dev.parley.http.RequestTimeout;
import dev.parley.http.RetryAfter;
import java.util.List;

/** Connect's unary calls on a client. */
final class ConnectUnaryClient implements ClientProtocol {

    private static final int ERROR_MOST = 64 << 10;

    private final MessageCodec codec;
    private final int limit;
    private final Metadata headers;

    ConnectUnaryClient(MessageCodec codec, int limit) {
        this.codec = codec;
        this.limit = limit;
        this.headers = Metadata.of(
                "content-type",
                ConnectUnaryProtocol.contentType(codec.codec()),
                ConnectHeaders.VERSION,
                "1",
                "user-agent",
                "connect-java-parley/0.1",
                "accept-encoding",
                Gzip.NAME);
    }

    static Metadata headers(Metadata fixed, Call call) {
        Metadata sent = new Metadata(fixed);
        if (!call.deadline().isNone()) {
            sent.add(Timeouts.CONNECT, RequestTimeout.of(call.deadline()));
        }
        ReservedHeaders.copy(call.requestHeaders(), sent);
        return sent;
    }

    @Override
    public Metadata headers(Call call) {
        return headers(headers, call);
    }

    @Override
    public byte[] encode(Message message) {
        return codec.encode(message, 0);
    }

    @Override
    public Message readOne(Call call, Message prototype, HttpResponse response) {
        keepMetadata(call, response.headers());
        if (response.status() != 200) {
            throw error(response);
        }
        String contentType = response.headers().get("content-type").orElse("");
        if (!ConnectUnaryProtocol.contentType(codec.codec()).equals(ProtocolTable.bare(contentType))) {
            throw notConnect(response, contentType);
        }
        byte[] bytes = BodyBytes.read(response.body(), limit, 0, Side.RESPONSE);
        if (Gzip.isGzip(response.headers().get(ConnectHeaders.CONTENT_ENCODING).orElse(""))) {
            bytes = Gzip.inflate(bytes, 0, bytes.length, limit, Side.RESPONSE);
        }
        return Side.RESPONSE.decode(codec, prototype, bytes, 0, bytes.length);
    }

    @Override
    public Reader readMany(Call call, Message prototype, HttpResponse response) {
        throw new AssertionError("a unary protocol was asked to stream");
    }

    private static void keepMetadata(Call call, Metadata received) {
        received.forEach((name, value) -> {
            if (name.startsWith(ConnectHeaders.TRAILER_PREFIX)) {
                call.responseTrailers().add(name.substring(ConnectHeaders.TRAILER_PREFIX.length()), value);
            } else if (!ReservedHeaders.isReserved(name)) {
                call.responseHeaders().add(name, value);
            }
        });
    }

    private static CallException error(HttpResponse response) {
        Code code = ConnectError.ofHttp(response.status());
        RetryAdvice advice = RetryAfter.read(response.headers());
        String contentType = response.headers().get("content-type").orElse("");
        if ("application/json".equals(ProtocolTable.bare(contentType))) {
            byte[] bytes = BodyBytes.read(response.body(), ERROR_MOST, 0, Side.RESPONSE);
            if (Gzip.isGzip(
                    response.headers().get(ConnectHeaders.CONTENT_ENCODING).orElse(""))) {
                bytes = Gzip.inflate(bytes, 0, bytes.length, ERROR_MOST, Side.RESPONSE);
            }
            CallException error = ConnectError.parse(bytes)
                    .map(json -> ConnectError.fromJson(json, code, response.headers(), advice))
                    .orElse(null);
            if (error != null) {
                return error;
            }
        }
        return notConnect(response, contentType);
    }

    static CallException notConnect(HttpResponse response, String contentType) {
        Code code = response.status() == 200 ? Code.UNKNOWN : ConnectError.ofHttp(response.status());
        return new CallException(
                code,
                "the answer is not Connect: HTTP status " + response.status() + " with content type \"" + contentType
                        + '"',
                null,
                List.of(),
                response.headers(),
                CallException.Origin.REMOTE,
                RetryAfter.read(response.headers()));
    }
}
