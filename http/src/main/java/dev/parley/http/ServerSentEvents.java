package dev.parley.http;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.Metadata;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * Server-sent events (WHATWG HTML, 9.2): a stream of text that browsers read with {@code EventSource}.
 *
 * <pre>{@code
 * Handler<HttpRequest, HttpResponse> ticks = (call, request) ->
 *         ServerSentEvents.response(Messages.produce(sink -> sink.send(ServerSentEvent.of("tick", "1"))));
 * }</pre>
 */
public final class ServerSentEvents {

    /** What they are called in {@code Content-Type} and {@code Accept}. */
    public static final String CONTENT_TYPE = "text/event-stream";

    /** How long nothing is sent before a comment is, so that a client that has left is noticed: 15 s. */
    public static final Duration HEARTBEAT = Duration.ofSeconds(15);

    /** The most bytes of an event that are read: 1 MiB. */
    public static final int MAX_EVENT_BYTES = 1 << 20;

    private ServerSentEvents() {}

    /**
     * A response of these events, with a heartbeat. The stream is closed when the client leaves, and the call cancelled.
     * Not reading is back-pressure to whoever produces them.
     */
    public static HttpResponse response(Messages<ServerSentEvent> events) {
        return response(events, HEARTBEAT);
    }

    /**
     * A response of these events.
     *
     * @throws IllegalArgumentException if {@code heartbeat} is not positive
     */
    public static HttpResponse response(Messages<ServerSentEvent> events, Duration heartbeat) {
        ClientTls.positive("heartbeat", heartbeat);
        Metadata headers = Metadata.of("content-type", CONTENT_TYPE)
                .add("cache-control", "no-store")
                .add("x-accel-buffering", "no");
        return new HttpResponse(200, headers, Body.stream(Heartbeat.between(events, heartbeat)));
    }

    /** The id of the last event that a client has seen before it lost the connection. */
    public static Optional<String> lastEventId(HttpRequest request) {
        return request.headers().get("last-event-id");
    }

    /**
     * The events of a response, as they come. Closing it cancels the request.
     *
     * @throws CallException {@code FAILED_PRECONDITION} if it is not 200 with this content type; while reading, {@code
     *     RESOURCE_EXHAUSTED} for an event of more than {@link #MAX_EVENT_BYTES}
     */
    public static Messages<ServerSentEvent> read(HttpResponse response) {
        String type = response.headers().get("content-type").orElse("");
        if (response.status() != 200 || !isEvents(type)) {
            response.body().close();
            throw new CallException(
                    Code.FAILED_PRECONDITION,
                    "expected status 200 and " + CONTENT_TYPE + ", but got " + response.status() + " and \"" + type
                            + '"');
        }
        Messages<byte[]> chunks = response.body().limit(Long.MAX_VALUE).chunks();
        EventParser parser = new EventParser(MAX_EVENT_BYTES);
        return Messages.pull(new Messages.Source<ServerSentEvent>() {
            @Override
            public @org.jspecify.annotations.Nullable ServerSentEvent receive() {
                while (true) {
                    ServerSentEvent event = parser.next();
                    if (event != null) {
                        return event;
                    }
                    byte[] chunk = chunks.receive();
                    if (chunk == null) {
                        return null; // what has no empty line behind it is not an event
                    }
                    parser.feed(chunk);
                }
            }

            @Override
            public void cancel(CallException reason) {
                chunks.close();
            }
        });
    }

    private static boolean isEvents(String type) {
        int end = type.indexOf(';');
        return (end < 0 ? type : type.substring(0, end)).strip().equalsIgnoreCase(CONTENT_TYPE);
    }

    /** An event as it is sent. */
    static byte[] encode(ServerSentEvent event) {
        StringBuilder text = new StringBuilder(event.data().length() + 32);
        event.id().ifPresent(id -> text.append("id: ").append(id).append('\n'));
        event.retry()
                .ifPresent(
                        wait -> text.append("retry: ").append(wait.toMillis()).append('\n'));
        if (!event.event().equals(ServerSentEvent.MESSAGE)) {
            text.append("event: ").append(event.event()).append('\n');
        }
        String data = event.data();
        for (int start = 0, i = 0; i <= data.length(); i++) {
            char c = i < data.length() ? data.charAt(i) : '\n';
            if (c == '\n' || c == '\r') {
                text.append("data: ").append(data, start, i).append('\n');
                i += c == '\r' && i + 1 < data.length() && data.charAt(i + 1) == '\n' ? 1 : 0;
                start = i + 1;
            }
        }
        return text.append('\n').toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Whether the call's client asks for events. */
    public static boolean isAskedFor(Call call) {
        return call.requestHeaders().get("accept").orElse("").contains(CONTENT_TYPE);
    }
}
