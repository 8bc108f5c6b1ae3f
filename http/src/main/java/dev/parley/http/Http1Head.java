package dev.parley.http;

import dev.parley.Code;
import dev.parley.Metadata;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.Map;

/** The head of an HTTP/1.1 request, checked for what Netty leaves to its user. */
final class Http1Head {

    private Http1Head() {}

    /**
     * The headers of {@code received}.
     *
     * @throws HttpException if the request is broken: nothing behind it on the connection can be trusted
     */
    static Metadata metadata(HttpRequest received, HttpLimits limits) {
        if (!received.decoderResult().isSuccess()) {
            throw broken(received.decoderResult().cause(), limits);
        }
        if (received.protocolVersion().majorVersion() != 1) {
            throw new HttpException(
                    505,
                    Code.UNIMPLEMENTED,
                    "this server speaks HTTP/1.1 and HTTP/2, not " + received.protocolVersion());
        }
        Metadata headers = new Metadata();
        int hosts = 0;
        for (Map.Entry<String, String> header : received.headers()) {
            String name = header.getKey();
            try {
                headers.add(name, header.getValue());
            } catch (IllegalArgumentException e) {
                throw badRequest(String.valueOf(e.getMessage()));
            }
            if (name.length() == 4 && name.equalsIgnoreCase("host")) {
                hosts++;
            }
        }
        if (hosts > 1 || (hosts == 0 && received.protocolVersion().minorVersion() > 0)) {
            throw badRequest("a request has one Host header (RFC 9112, 3.2), but this one has " + hosts);
        }
        return headers;
    }

    private static HttpException broken(Throwable cause, HttpLimits limits) {
        if (cause instanceof TooLongHttpLineException) {
            return new HttpException(
                    414,
                    Code.RESOURCE_EXHAUSTED,
                    "the request line is longer than " + limits.maxTargetBytes() + " bytes");
        }
        if (cause instanceof TooLongHttpHeaderException) {
            return new HttpException(
                    431, Code.RESOURCE_EXHAUSTED, "the headers are larger than " + limits.maxHeaderBytes() + " bytes");
        }
        return badRequest("this is not a valid HTTP/1.1 request: " + cause.getMessage());
    }

    private static HttpException badRequest(String message) {
        return new HttpException(400, Code.INVALID_ARGUMENT, message);
    }
}
