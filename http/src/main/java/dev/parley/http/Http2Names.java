package dev.parley.http;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Metadata;
import dev.parley.RetryAdvice;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Between HTTP/2's header blocks and error codes, and Parley's. */
final class Http2Names {

    private Http2Names() {}

    /** All but the pseudo-headers. Values that no header may hold are left out. */
    static Metadata metadata(Http2Headers headers) {
        Metadata metadata = new Metadata();
        for (Map.Entry<CharSequence, CharSequence> header : headers) {
            CharSequence name = header.getKey();
            if (name.length() > 0 && name.charAt(0) != ':') {
                try {
                    metadata.add(name.toString(), header.getValue().toString());
                } catch (IllegalArgumentException dropped) {
                    // gRPC lets an implementation drop what is not a header value; the rest of the call is good.
                }
            }
        }
        return metadata;
    }

    /** Adds to {@code headers}; what HTTP/2 forbids (RFC 9113, 8.2.2) is left out. */
    static void addTo(Http2Headers headers, Metadata metadata) {
        metadata.forEach((name, value) -> add(headers, name, value));
    }

    /** Adds to {@code headers} unless HTTP/2 forbids it. */
    static void add(Http2Headers headers, String name, String value) {
        if (!HopByHop.isForbidden(name)) {
            headers.add(name, trimmed(value));
        }
    }

    /** Peers refuse a value with space around it as malformed (RFC 9113, 8.2.1). */
    private static String trimmed(String value) {
        int length = value.length();
        return length > 0 && (value.charAt(0) <= ' ' || value.charAt(length - 1) <= ' ') ? value.trim() : value;
    }

    static Http2Headers trailers(Metadata metadata) {
        Http2Headers headers = new DefaultHttp2Headers(false, Math.max(4, metadata.size()));
        addTo(headers, metadata);
        return headers;
    }

    static String text(@Nullable CharSequence value) {
        return value == null ? "" : value.toString();
    }

    /** What a RST_STREAM or GOAWAY of the peer means, by gRPC's table. */
    static CallException error(long http2Error, String what) {
        Http2Error error = Http2Error.valueOf(http2Error);
        String message = what + " by the peer: " + (error == null ? http2Error : error.name());
        if (error == null) {
            return remote(Code.INTERNAL, message, RetryAdvice.UNSTATED);
        }
        return switch (error) {
            case REFUSED_STREAM -> remote(Code.UNAVAILABLE, message, RetryAdvice.NEVER_LEFT);
            case CANCEL -> remote(Code.CANCELLED, message, RetryAdvice.UNSTATED);
            case ENHANCE_YOUR_CALM -> remote(Code.RESOURCE_EXHAUSTED, message, RetryAdvice.UNSTATED);
            case INADEQUATE_SECURITY -> remote(Code.PERMISSION_DENIED, message, RetryAdvice.NEVER);
            case HTTP_1_1_REQUIRED -> remote(Code.UNKNOWN, message, RetryAdvice.NEVER);
            default -> remote(Code.INTERNAL, message, RetryAdvice.UNSTATED);
        };
    }

    static CallException remote(Code code, String message, RetryAdvice advice) {
        return new CallException(code, message, null, List.of(), new Metadata(), CallException.Origin.REMOTE, advice);
    }

    /** What a reset of ours says for {@code reason}. */
    static Http2Error reset(CallException reason) {
        return switch (reason.code()) {
            case CANCELLED, DEADLINE_EXCEEDED -> Http2Error.CANCEL;
            case RESOURCE_EXHAUSTED -> Http2Error.ENHANCE_YOUR_CALM;
            default -> Http2Error.INTERNAL_ERROR;
        };
    }
}
