package dev.parley.rpc;

import com.google.protobuf.Message;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Metadata;
import dev.parley.RetryAdvice;
import dev.parley.http.HttpResponse;
import dev.parley.http.RetryAfter;
import java.util.List;
import java.util.Optional;

/** gRPC on a client. */
final class GrpcClient implements ClientProtocol {

    private final MessageCodec codec;
    private final int limit;
    private final Metadata headers;

    GrpcClient(MessageCodec codec, int limit) {
        this.codec = codec;
        this.limit = limit;
        this.headers = Metadata.of(
                "content-type",
                GrpcProtocol.CONTENT_TYPE + '+' + codec.codec().suffix(),
                "te",
                "trailers",
                "user-agent",
                "grpc-java-parley/0.1",
                GrpcProtocol.ACCEPT_ENCODING,
                Gzip.ACCEPTED);
    }

    @Override
    public Metadata headers(Call call) {
        Metadata sent = new Metadata(headers);
        if (!call.deadline().isNone()) {
            sent.add(Timeouts.GRPC, Timeouts.grpc(call.deadline()));
        }
        ReservedHeaders.copy(call.requestHeaders(), sent);
        return sent;
    }

    @Override
    public byte[] encode(Message message) {
        return Envelope.of(codec, message);
    }

    @Override
    public Message readOne(Call call, Message prototype, HttpResponse response) {
        if (isTrailersOnly(call, response)) {
            throw Side.RESPONSE.cardinality("none");
        }
        byte[] body = BodyBytes.read(response.body(), limit, Envelope.PREFIX, Side.RESPONSE);
        finish(call, response);
        return Envelope.single(codec, prototype, body, limit, isGzip(response), Side.RESPONSE);
    }

    @Override
    public Reader readMany(Call call, Message prototype, HttpResponse response) {
        if (isTrailersOnly(call, response)) {
            return () -> null;
        }
        EnvelopeReader reader = new EnvelopeReader(
                response.body().limit(Long.MAX_VALUE).chunks(),
                limit,
                isGzip(response),
                Side.RESPONSE,
                Envelope.COMPRESSED,
                GrpcProtocol.truncated(Side.RESPONSE));
        return () -> {
            if (reader.next()) {
                return reader.message(codec, prototype);
            }
            finish(call, response);
            return null;
        };
    }

    private static boolean isGzip(HttpResponse response) {
        return Gzip.isGzip(response.headers().get(GrpcProtocol.ENCODING).orElse(""));
    }

    /** Looks at the head: whether it is already the end. Throws the error if it is one, or if it is not gRPC at all. */
    private static boolean isTrailersOnly(Call call, HttpResponse response) {
        Metadata head = response.headers();
        if (head.contains(GrpcStatus.STATUS)) {
            ReservedHeaders.copy(head, call.responseTrailers());
            throwError(GrpcStatus.read(head, head));
            return true;
        }
        ReservedHeaders.copy(head, call.responseHeaders());
        String contentType = head.get("content-type").orElse("");
        if (response.status() != 200 || !ProtocolTable.isGrpc(contentType)) {
            throw notGrpc(response, "HTTP status " + response.status() + " with content type \"" + contentType + '"');
        }
        return false;
    }

    /** Looks at the trailers; the body must have been read to its end. */
    private static void finish(Call call, HttpResponse response) {
        Metadata trailers = response.body().trailers();
        ReservedHeaders.copy(trailers, call.responseTrailers());
        if (!trailers.contains(GrpcStatus.STATUS)) {
            throw notGrpc(response, "no grpc-status behind HTTP status " + response.status());
        }
        throwError(GrpcStatus.read(trailers, trailers));
    }

    private static void throwError(Optional<CallException> error) {
        if (error.isPresent()) {
            throw error.get();
        }
    }

    private static CallException notGrpc(HttpResponse response, String what) {
        RetryAdvice advice = RetryAfter.read(response.headers());
        Code code = response.status() == 200 ? Code.UNKNOWN : GrpcStatus.ofHttp(response.status());
        return new CallException(
                code,
                "the answer is not gRPC: " + what,
                null,
                List.of(),
                response.headers(),
                CallException.Origin.REMOTE,
                advice);
    }
}
