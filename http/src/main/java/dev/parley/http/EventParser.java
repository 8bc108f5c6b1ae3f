package dev.parley.http;

import dev.parley.CallException;
import dev.parley.Code;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads server-sent events out of bytes, however they are cut (WHATWG HTML, 9.2.6). */
final class EventParser {

    private static final String BOM = "\uFEFF";
    private static final int MOST_RETRY_DIGITS = 12;

    private final int limit;
    private final ArrayDeque<ServerSentEvent> ready = new ArrayDeque<>();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final StringBuilder data = new StringBuilder();
    private boolean hasData;
    private boolean firstLine = true;
    private boolean afterReturn;
    private int bytes;
    private String event = "";
    private Optional<String> id = Optional.empty();
    private Optional<Duration> retry = Optional.empty();

    EventParser(int limit) {
        this.limit = limit;
    }

    /** An event that is complete, or null. */
    @Nullable
    ServerSentEvent next() {
        return ready.poll();
    }

    void feed(byte[] chunk) {
        for (byte b : chunk) {
            boolean second = afterReturn && b == '\n';
            afterReturn = b == '\r';
            if (second) {
                continue; // of a line end that was taken for one at its first character
            }
            if (b == '\n' || b == '\r') {
                end();
            } else {
                line.write(b);
                if (++bytes > limit) {
                    throw new CallException(
                            Code.RESOURCE_EXHAUSTED, "a server-sent event is larger than " + limit + " bytes");
                }
            }
        }
    }

    private void end() {
        String text = line.toString(StandardCharsets.UTF_8);
        line.reset();
        if (firstLine) {
            firstLine = false;
            text = text.startsWith(BOM) ? text.substring(1) : text;
        }
        if (text.isEmpty()) {
            dispatch();
            return;
        }
        int colon = text.indexOf(':');
        if (colon == 0) {
            bytes = data.length(); // a comment; a heartbeat for days must not add up
            return;
        }
        String value = colon < 0 ? "" : text.substring(colon + 1);
        field(colon < 0 ? text : text.substring(0, colon), value.startsWith(" ") ? value.substring(1) : value);
    }

    private void field(String name, String value) {
        switch (name) {
            case "event" -> event = value;
            case "data" -> {
                if (hasData) {
                    data.append('\n');
                }
                data.append(value);
                hasData = true;
            }
            case "id" -> {
                if (value.indexOf('\0') < 0) {
                    id = Optional.of(value);
                }
            }
            case "retry" -> {
                if (!value.isEmpty()
                        && value.length() <= MOST_RETRY_DIGITS
                        && value.chars().allMatch(c -> c >= '0' && c <= '9')) {
                    retry = Optional.of(Duration.ofMillis(Long.parseLong(value)));
                }
            }
            default -> {
                // ignored, as the specification says
            }
        }
    }

    private void dispatch() {
        if (hasData) {
            ready.add(
                    new ServerSentEvent(event.isEmpty() ? ServerSentEvent.MESSAGE : event, data.toString(), id, retry));
        }
        data.setLength(0);
        hasData = false;
        event = "";
        retry = Optional.empty();
        bytes = 0;
    }
}
