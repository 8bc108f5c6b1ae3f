package dev.parley.rpc;

import dev.parley.Attributes;
import dev.parley.Call;

/**
 * REST by {@code google.api.http}: what a method may say about its answer when it is called so; without effect when it is called
 * otherwise.
 *
 * <table>
 * <caption>how it is spoken</caption>
 * <tr><td>a message</td><td>{@code application/json}, also with gzip on the way in</td></tr>
 * <tr><td>{@code google.api.HttpBody}</td><td>its bytes and its type, as a message or as a field that is the body</td></tr>
 * <tr><td>a stream of answers</td><td>{@code application/x-ndjson}, {@code application/json} (one array) or {@code
 *     text/event-stream}, by {@code Accept}, the first for a client that takes any</td></tr>
 * <tr><td>a stream of requests</td><td>{@code application/x-ndjson}, or {@code application/json}: an array, or values one behind
 *     the other; over HTTP/1.1 a bidirectional stream is read to its end before the method is called</td></tr>
 * <tr><td>headers and trailers</td><td>headers, behind a stream HTTP's trailers</td></tr>
 * <tr><td>an error</td><td>a problem (RFC 9457) with {@code code} and {@code details} and the status of {@link
 *     dev.parley.http.HttpException#statusOf}; behind the first message of a stream the last line, {@code {"error": problem}}, or
 *     an event of the type {@code error}; an array is broken off</td></tr>
 * </table>
 *
 * <p>HEAD is answered by the binding of GET, OPTIONS with {@code Allow}. Unknown query parameters and fields are a 400, none of
 * the types in {@code Accept} a 406, a body of another type or encoding a 415.
 */
public final class Rest {

    static final Attributes.Key<Integer> STATUS = Attributes.Key.of("rest-status");

    private Rest() {}

    /**
     * Sets the status of the current call's answer if it succeeds; 200 unless set. 204 and 205 send no body. For a stream, before
     * the method returns it; without effect on server-sent events.
     *
     * @throws IllegalArgumentException if {@code status} is not from 200 to 299
     * @throws IllegalStateException outside a handler
     */
    public static void status(int status) {
        if (status < 200 || status > 299) {
            throw new IllegalArgumentException(
                    "a status of success is from 200 to 299, but this is " + status + "; throw CallException to fail");
        }
        Call.current().attributes().put(STATUS, status);
    }
}
