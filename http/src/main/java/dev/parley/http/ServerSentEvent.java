package dev.parley.http;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * One server-sent event (WHATWG HTML, 9.2).
 *
 * @param event its type; {@code message} if nothing else is said
 * @param data its text, of any number of lines
 * @param id what a client that connects again names as the last it has seen ({@code Last-Event-ID})
 * @param retry how long a client waits before it connects again
 */
public record ServerSentEvent(String event, String data, Optional<String> id, Optional<Duration> retry) {

    /** The type of an event that names none. */
    public static final String MESSAGE = "message";

    /** Checks that type and id are of one line, and the id without NUL: more would be another field. */
    public ServerSentEvent {
        Objects.requireNonNull(data, "data");
        oneLine("event", event);
        id.ifPresent(value -> oneLine("id", value));
        if (event.isEmpty()) {
            throw new IllegalArgumentException("event must not be empty; the default is " + MESSAGE);
        }
        if (id.isPresent() && id.get().indexOf('\0') >= 0) {
            throw new IllegalArgumentException("id must not contain NUL");
        }
        if (retry.isPresent() && retry.get().isNegative()) {
            throw new IllegalArgumentException("retry must not be negative, but is " + retry.get());
        }
    }

    /** An event of the default type. */
    public static ServerSentEvent of(String data) {
        return of(MESSAGE, data);
    }

    /** An event of a type. */
    public static ServerSentEvent of(String event, String data) {
        return new ServerSentEvent(event, data, Optional.empty(), Optional.empty());
    }

    /** With an id. */
    public ServerSentEvent withId(String value) {
        return new ServerSentEvent(event, data, Optional.of(value), retry);
    }

    /** With a time to wait. */
    public ServerSentEvent withRetry(Duration wait) {
        return new ServerSentEvent(event, data, id, Optional.of(wait));
    }

    private static void oneLine(String name, String value) {
        if (value.indexOf('\n') >= 0 || value.indexOf('\r') >= 0) {
            throw new IllegalArgumentException(name + " must be one line, but is \""
                    + value.replace("\n", "\\n").replace("\r", "\\r") + '"');
        }
    }
}
