package dev.parley.http;

import dev.parley.CallException;

/**
 * A failure that brings its own response. A {@linkplain Body#stream streamed} body throws it before its first bytes, under a
 * response whose {@linkplain HttpResponse#headWithBody head waits} for them: the server then sends this response instead. Once
 * something has been sent, it breaks the response off like any other failure.
 */
public final class ResponseException extends HttpException {

    private static final long serialVersionUID = 1L;

    private final transient HttpResponse response;

    /**
     * The failure {@code reason}, answered with {@code response}.
     *
     * @throws IllegalArgumentException if the response's body is not at hand
     */
    public ResponseException(HttpResponse response, CallException reason) {
        super(response.status(), reason.code(), reason.message()); // no cause: who made the response has seen to it
        if (!(response.body() instanceof Body.Bytes)) {
            throw new IllegalArgumentException("the response of a failure must have its bytes at hand");
        }
        this.response = response;
    }

    /** What is sent. */
    public HttpResponse response() {
        return response;
    }
}
