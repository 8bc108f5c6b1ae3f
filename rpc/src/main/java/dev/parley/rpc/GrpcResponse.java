package dev.parley.rpc;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Metadata;
import dev.parley.http.HttpException;
import dev.parley.http.HttpResponse;
import dev.parley.http.RetryAfter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An answer in gRPC or gRPC-Web, whose status may stand in three places: behind the messages, in the head of an answer that is
 * nothing else, or nowhere, when a proxy has answered.
 *
 * @see <a href="https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md">statuses of HTTP</a>
 */
final class GrpcResponse {

    private static final int FOREIGN_MOST = 64 << 10;

    private final Call call;
    private final HttpResponse response;

    private GrpcResponse(Call call, HttpResponse response) {
        this.call = call;
        this.response = response;
    }

    /**
     * Begins to read. The head's metadata is kept, unless it may turn out to be trailers.
     *
     * @param family the content type up to the codec
     * @throws CallException if the answer is not of {@code family}, or in another codec
     */
    static GrpcResponse begin(Call call, HttpResponse response, String family, Codec codec) {
        GrpcResponse begun = new GrpcResponse(call, response);
        Metadata head = response.headers();
        String contentType = head.get("content-type").orElse("");
        String bare = ProtocolTable.bare(contentType);
        if (bare == null || !(bare.equals(family) || bare.startsWith(family + '+'))) {
            ReservedHeaders.copy(head, call.responseHeaders());
            throw begun.foreign();
        }
        if (response.status() != 200) {
            begun.readForeign();
        }
        if (!head.contains(GrpcStatus.STATUS)) {
            ReservedHeaders.copy(head, call.responseHeaders());
            if (bare.length() > family.length()
                    && !bare.substring(family.length() + 1).equals(codec.suffix())) {
                throw Side.RESPONSE.protocolError(
                        "is of content type \"" + contentType + "\", but was asked for in " + codec.suffix());
            }
        }
        return begun;
    }

    /** The body of another status is no message; trailers behind it count all the same. */
    private void readForeign() {
        Metadata told = response.headers();
        if (!told.contains(GrpcStatus.STATUS)) {
            try {
                response.body().limit(FOREIGN_MOST).readAll();
            } catch (HttpException tooLarge) {
                throw foreign();
            }
            told = response.body().trailers();
        }
        if (told.contains(GrpcStatus.STATUS)) {
            throwError(told);
        }
        throw foreign();
    }

    /** A first message has come: the head was one. */
    void message() {
        if (response.headers().contains(GrpcStatus.STATUS)
                && call.responseHeaders().isEmpty()) {
            ReservedHeaders.copy(response.headers(), call.responseHeaders());
        }
    }

    /**
     * The body has come to its end.
     *
     * @param trailers what stood behind it; null if there was nothing
     * @param empty whether there was no message
     * @throws CallException the error that the answer is
     */
    void end(@Nullable Metadata trailers, boolean empty) {
        Metadata head = response.headers();
        boolean none = trailers == null || trailers.isEmpty();
        if (none && empty && head.contains(GrpcStatus.STATUS)) {
            ReservedHeaders.copy(head, call.responseTrailers());
            throwError(head);
            return;
        }
        message();
        if (trailers == null || none) {
            throw empty
                    ? foreign()
                    : Side.RESPONSE.protocolError("ended without trailers, so that it may be cut short");
        }
        ReservedHeaders.copy(trailers, call.responseTrailers());
        if (!trailers.contains(GrpcStatus.STATUS)) {
            throw foreign();
        }
        throwError(trailers);
    }

    /** What to say of a body that could not be read: broken framing is explained by the server's error, if it told one. */
    CallException broken(CallException fault, Metadata trailers) {
        boolean framing = fault.code() == Code.INTERNAL && fault.origin() == CallException.Origin.LOCAL;
        return framing && trailers.contains(GrpcStatus.STATUS)
                ? GrpcStatus.read(trailers, trailers).orElse(fault)
                : fault;
    }

    private static void throwError(Metadata trailers) {
        GrpcStatus.read(trailers, trailers).ifPresent(error -> {
            throw error;
        });
    }

    private CallException foreign() {
        int status = response.status();
        return new CallException(
                status == 200 ? Code.UNKNOWN : GrpcStatus.ofHttp(status),
                "the answer is not gRPC: no grpc-status with HTTP status " + status + " and content type \""
                        + response.headers().get("content-type").orElse("") + '"',
                null,
                List.of(),
                response.headers(),
                CallException.Origin.REMOTE,
                RetryAfter.read(response.headers()));
    }
}
