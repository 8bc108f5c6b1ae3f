package dev.parley.rpc;

import com.google.protobuf.Message;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Metadata;
import dev.parley.RetryAdvice;
import dev.parley.http.Body;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.http.RequestTimeout;
import dev.parley.http.RetryAfter;
import java.util.List;

/** Connect's unary calls on a client. */
final class ConnectUnaryClient implements ClientProtocol {

    private static final int ERROR_MOST = 64 << 10;

    static final String USER_AGENT = "connect-java-parley/0.1";

    private final MessageCodec codec;
    private final int limit;
    private final int getMost;
    private final Metadata headers;

    /** {@code getMost}: the longest target of a GET, 0 for none. */
    ConnectUnaryClient(MessageCodec codec, int limit, int getMost, boolean acceptsCompressed) {
        this.codec = codec;
        this.limit = limit;
        this.getMost = getMost;
        this.headers = acceptsCompressed ? Metadata.of(ConnectHeaders.ACCEPT, Compression.accepted()) : new Metadata();
    }

    static Metadata headers(Metadata fixed, Call call) {
        Metadata sent = new Metadata(fixed);
        if (!call.deadline().isNone()) {
            sent.add(Timeouts.CONNECT, RequestTimeout.of(call.deadline()));
        }
        ReservedHeaders.copyRequest(call.requestHeaders(), sent, USER_AGENT);
        return sent;
    }

    @Override
    public Metadata headers(Call call, Packing packing) {
        return headers(headers, call)
                .add("content-type", ConnectUnaryProtocol.contentType(codec.codec()))
                .add(ConnectHeaders.VERSION, "1");
    }

    @Override
    public byte[] encode(Call call, Message message, Packing packing) {
        throw new AssertionError("a unary protocol was asked for a part of a body");
    }

    @Override
    public HttpRequest request(Call call, Endpoint endpoint, Packing packing, Message message) {
        if (getMost > 0) {
            ConnectGet.Query query = ConnectGet.query(codec, message, packing);
            if (endpoint.target().length() + 1 + query.text().length() <= getMost) {
                MessageEvents.sent(call, message, query.encodedBytes(), query.compressedBytes());
                return endpoint.get(query.text(), headers(headers, call));
            }
        }
        Metadata sent = headers(call, packing);
        byte[] plain = codec.encode(message, 0);
        byte[] bytes = plain;
        if (packing.applies(bytes.length)) {
            byte[] packed = packing.compression().deflate(bytes, 0, bytes.length, 0);
            if (packed.length < bytes.length || packing.above() <= 1) {
                bytes = packed;
                sent.add(ConnectHeaders.CONTENT_ENCODING, packing.compression().wireName());
            }
        }
        MessageEvents.sent(call, message, plain.length, bytes.length);
        return endpoint.post(sent, Body.of(bytes));
    }

    @Override
    public Message readOne(Call call, Message prototype, HttpResponse response) {
        keepMetadata(call, response.headers());
        if (response.status() != 200) {
            throw error(response);
        }
        String contentType = response.headers().get("content-type").orElse("");
        checkType(response, contentType, "application/", codec.codec());
        Compression compression = Compression.of(response.headers(), ConnectHeaders.CONTENT_ENCODING, Side.RESPONSE);
        byte[] received = BodyBytes.read(response.body(), limit, 0, Side.RESPONSE);
        byte[] bytes = compression == Compression.IDENTITY
                ? received
                : compression.inflate(received, 0, received.length, limit, Side.RESPONSE);
        Message message = Side.RESPONSE.decode(codec, prototype, bytes, 0, bytes.length);
        MessageEvents.received(call, message, bytes.length, received.length);
        return message;
    }

    /** Unknown, if the answer is not Connect at all; INTERNAL, if it is in another codec. */
    static void checkType(HttpResponse response, String contentType, String family, Codec codec) {
        String bare = ProtocolTable.bare(contentType);
        if (response.status() != 200 || bare == null || !bare.startsWith(family)) {
            throw notConnect(response, contentType);
        }
        if (!bare.equals(family + codec.suffix())) {
            throw Side.RESPONSE.protocolError(
                    "is of content type \"" + contentType + "\", but was asked for in " + family + codec.suffix());
        }
    }

    @Override
    public Reader readMany(Call call, Message prototype, HttpResponse response) {
        throw new AssertionError("a unary protocol was asked to stream");
    }

    private static void keepMetadata(Call call, Metadata received) {
        received.forEach((name, value) -> {
            if (isTrailer(name)) {
                String trailer = unprefixed(name);
                if (!trailer.isEmpty() && !ReservedHeaders.isReserved(trailer)) {
                    call.responseTrailers().add(trailer, value);
                }
            } else if (!ReservedHeaders.isReserved(name)) {
                call.responseHeaders().add(name, value);
            }
        });
    }

    private static boolean isTrailer(String name) {
        return name.startsWith(ConnectHeaders.TRAILER_PREFIX);
    }

    private static String unprefixed(String trailer) {
        return trailer.substring(ConnectHeaders.TRAILER_PREFIX.length());
    }

    /** Headers and trailers under the names that the service gave them. */
    private static Metadata ofError(Metadata received) {
        Metadata all = new Metadata();
        received.forEach((name, value) -> {
            String own = isTrailer(name) ? unprefixed(name) : name;
            if (!own.isEmpty()) {
                all.add(own, value);
            }
        });
        return all;
    }

    private static CallException error(HttpResponse response) {
        Code code = ConnectError.ofHttp(response.status());
        RetryAdvice advice = RetryAfter.read(response.headers());
        String contentType = response.headers().get("content-type").orElse("");
        if ("application/json".equals(ProtocolTable.bare(contentType))) {
            CallException error = ConnectError.parse(errorBytes(response))
                    .map(json -> ConnectError.fromJson(json, code, ofError(response.headers()), advice))
                    .orElse(null);
            if (error != null) {
                return error;
            }
        }
        return notConnect(response, contentType);
    }

    /** Nothing, if the body cannot be read: the status has said enough. */
    private static byte[] errorBytes(HttpResponse response) {
        try {
            Compression compression =
                    Compression.of(response.headers(), ConnectHeaders.CONTENT_ENCODING, Side.RESPONSE);
            byte[] bytes = BodyBytes.read(response.body(), ERROR_MOST, 0, Side.RESPONSE);
            return compression == Compression.IDENTITY
                    ? bytes
                    : compression.inflate(bytes, 0, bytes.length, ERROR_MOST, Side.RESPONSE);
        } catch (CallException unreadable) {
            if (unreadable.code() == Code.INTERNAL || unreadable.code() == Code.RESOURCE_EXHAUSTED) {
                return new byte[0];
            }
            throw unreadable;
        }
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
