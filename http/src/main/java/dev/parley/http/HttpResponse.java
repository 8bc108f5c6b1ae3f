package dev.parley.http;

import dev.parley.Metadata;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Objects;

/**
 * An HTTP response, as a handler returns it and as a client receives it.
 *
 * @param status 200 to 599
 * @param headers not copied
 * @param body sent or read once; its {@linkplain Body#trailers() trailers} follow it
 * @param headWithBody on a server, whether status and headers wait for the first bytes of the body or its end, so that
 *     the producer of the body can still add headers before its first message; otherwise they are sent at once
 */
public record HttpResponse(int status, Metadata headers, Body body, boolean headWithBody) {

    /** Checks the status and that nothing is null. */
    public HttpResponse {
        Objects.requireNonNull(headers, "headers");
        Objects.requireNonNull(body, "body");
        if (status < 200 || status > 599) {
            throw new IllegalArgumentException("status must be from 200 to 599, but is " + status);
        }
    }

    /** A response whose head is sent at once. */
    public HttpResponse(int status, Metadata headers, Body body) {
        this(status, headers, body, false);
    }

    /** A response with no body. */
    public static HttpResponse of(int status) {
        return new HttpResponse(status, new Metadata(), Body.empty());
    }

    /** A response with these bytes of {@code contentType}. */
    public static HttpResponse of(int status, String contentType, byte[] bytes) {
        return new HttpResponse(status, new Metadata().add("content-type", contentType), Body.of(bytes));
    }

    /** A response with this text in UTF-8, as {@code text/plain}. */
    public static HttpResponse text(int status, String text) {
        return of(status, "text/plain; charset=utf-8", text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    /** The reason phrase of a status (RFC 9110, 15), such as {@code Not Found}; for an unknown one that of its class. */
    public static String reason(int status) {
        return switch (status) {
            // Netty has the words of older RFCs for these.
            case 413 -> "Content Too Large";
            case 416 -> "Range Not Satisfiable";
            case 422 -> "Unprocessable Content";
            default -> HttpResponseStatus.valueOf(status).reasonPhrase();
        };
    }
}
