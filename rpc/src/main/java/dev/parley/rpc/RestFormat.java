package dev.parley.rpc;

import dev.parley.http.ServerSentEvents;
import java.util.List;

/**
 * How an answer is written. The streams are those of {@code dev.parley.rest.Routes}, under the same names and in the same
 * order of preference.
 */
enum RestFormat {
    /** One message. */
    JSON(RestBody.JSON),
    /** Each message in a line of its own; an error behind the first as a last line, {@code {"error": problem}}. */
    LINES(RestBody.NDJSON),
    /** One array; an error breaks it off. */
    ARRAY(RestBody.JSON),
    /** Server-sent events; an error is a last one of the type {@code error}. */
    EVENTS(ServerSentEvents.CONTENT_TYPE),
    /** The bytes of {@code google.api.HttpBody}, of the first one's type; an error breaks them off. */
    RAW(HttpBodies.UNKNOWN_TYPE);

    /** Of a stream; the first is what a client gets that takes any. */
    static final List<String> STREAM_TYPES = List.of(LINES.contentType, ARRAY.contentType, EVENTS.contentType);

    private final String contentType;

    RestFormat(String contentType) {
        this.contentType = contentType;
    }

    String contentType() {
        return contentType;
    }

    static RestFormat ofStream(String contentType) {
        return switch (contentType) {
            case RestBody.JSON -> ARRAY;
            case ServerSentEvents.CONTENT_TYPE -> EVENTS;
            default -> LINES;
        };
    }
}
