package dev.parley.http;

import dev.parley.Code;
import dev.parley.Metadata;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.AsciiString;
import java.util.Iterator;
import java.util.List;
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
        checkLine(received, limits);
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
        checkHosts(hosts, received);
        return headers;
    }

    /**
     * The same checks, but for names and values that only Metadata refuses, of headers that stay as they are.
     *
     * @throws HttpException if the request is broken: nothing behind it on the connection can be trusted
     */
    static Fields fields(HttpRequest received, HttpLimits limits) {
        checkLine(received, limits);
        int hosts = 0;
        for (Iterator<Map.Entry<CharSequence, CharSequence>> all =
                        received.headers().iteratorCharSequence();
                all.hasNext(); ) {
            Map.Entry<CharSequence, CharSequence> header = all.next();
            CharSequence name = header.getKey();
            if (name.length() == 4 && AsciiString.contentEqualsIgnoreCase(name, HttpHeaderNames.HOST)) {
                hosts++;
            }
            checkValue(name, header.getValue());
        }
        checkHosts(hosts, received);
        return Fields.of(received.headers());
    }

    /** A body that is framed otherwise than all others would frame it lets a request be smuggled in. */
    private static void checkFraming(HttpRequest received) {
        List<String> codings = received.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
        if (codings.isEmpty()) {
            return;
        }
        if (received.protocolVersion().minorVersion() == 0) {
            throw badRequest("HTTP/1.0 has no Transfer-Encoding (RFC 9112, 6.1)");
        }
        if (received.headers().contains(HttpHeaderNames.CONTENT_LENGTH)) {
            throw badRequest("a request has Transfer-Encoding or Content-Length, not both (RFC 9112, 6.1)");
        }
        if (codings.size() > 1 || !codings.getFirst().equalsIgnoreCase("chunked")) {
            throw new HttpException(
                    501,
                    Code.UNIMPLEMENTED,
                    "Transfer-Encoding must be chunked, once, and nothing else, but is " + codings);
        }
    }

    private static void checkValue(CharSequence name, CharSequence value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f) {
                throw badRequest(String.format("value of header %s holds U+%04X at index %d", name, (int) c, i));
            }
        }
    }

    private static void checkLine(HttpRequest received, HttpLimits limits) {
        if (!received.decoderResult().isSuccess()) {
            throw broken(received.decoderResult().cause(), limits);
        }
        if (received.protocolVersion().majorVersion() != 1) {
            throw new HttpException(
                    505,
                    Code.UNIMPLEMENTED,
                    "this server speaks HTTP/1.1 and HTTP/2, not " + received.protocolVersion());
        }
        checkFraming(received);
        if (received.protocolVersion().minorVersion() > 0) {
            RequestParts.checkExpect(received.headers().getAll(HttpHeaderNames.EXPECT));
        }
    }

    private static void checkHosts(int hosts, HttpRequest received) {
        if (hosts > 1 || (hosts == 0 && received.protocolVersion().minorVersion() > 0)) {
            throw badRequest("a request has one Host header (RFC 9112, 3.2), but this one has " + hosts);
        }
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
