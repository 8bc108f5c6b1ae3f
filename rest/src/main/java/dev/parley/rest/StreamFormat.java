package dev.parley.rest;

import dev.parley.CallException;
import dev.parley.Sink;
import dev.parley.http.ServerSentEvent;
import dev.parley.http.ServerSentEvents;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a stream of messages is written. The first is what a client gets that takes any. */
enum StreamFormat {
    /** Each in a line of its own. */
    NDJSON(MediaType.NDJSON, "", "", "\n", ""),
    /** One array. */
    ARRAY(MediaType.JSON, "[", ",", "", "]"),
    /** Server-sent events, which browsers read; {@link EventAnswer} writes them. */
    EVENTS(ServerSentEvents.CONTENT_TYPE, "", "", "", "");

    static final List<String> TYPES =
            Arrays.stream(values()).map(format -> format.contentType).toList();

    /** What a stream of {@code element} may be written as: events are never anything else, the rest is as clients like. */
    static List<String> typesOf(@Nullable Type element) {
        return element == ServerSentEvent.class ? List.of(EVENTS.contentType) : TYPES;
    }

    final String contentType;
    private final String begin;
    private final String before;
    private final String behind;
    private final String end;

    StreamFormat(String contentType, String begin, String before, String behind, String end) {
        this.contentType = contentType;
        this.begin = begin;
        this.before = before;
        this.behind = behind;
        this.end = end;
    }

    static StreamFormat of(String contentType) {
        return switch (contentType) {
            case MediaType.JSON -> ARRAY;
            case ServerSentEvents.CONTENT_TYPE -> EVENTS;
            default -> NDJSON;
        };
    }

    /** Writes one stream. */
    Writer writer(Json json, Sink<? super byte[]> sink) {
        return new Writer(json, sink);
    }

    /** One stream on its way; used by one thread. */
    final class Writer {
        private final Json json;
        private final Sink<? super byte[]> sink;
        private boolean begun;

        private Writer(Json json, Sink<? super byte[]> sink) {
            this.json = json;
            this.sink = sink;
        }

        /**
         * Sends one message.
         *
         * @throws CallException when the receiver has gone
         */
        void write(Object message) {
            byte[] value = json.write(message);
            byte[] first = bytes(begun ? before : begin);
            byte[] last = bytes(behind);
            begun = true;
            byte[] chunk = Arrays.copyOf(first, first.length + value.length + last.length);
            System.arraycopy(value, 0, chunk, first.length, value.length);
            System.arraycopy(last, 0, chunk, first.length + value.length, last.length);
            sink.send(chunk);
        }

        /** Sends the end. */
        void end() {
            if (!end.isEmpty()) {
                sink.send(bytes(begun ? end : begin + end));
            }
        }

        private static byte[] bytes(String text) {
            return text.getBytes(StandardCharsets.US_ASCII);
        }
    }
}
