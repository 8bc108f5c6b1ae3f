package dev.parley.http;

import dev.parley.CallException;
import java.util.ArrayList;
import java.util.List;

/** Server-sent events as a client reads them: the same events however the bytes are cut, and none over the limit. */
public final class EventsFuzz {

    private EventsFuzz() {}

    /** The fuzzer's entry. */
    public static void fuzzerTestOneInput(byte[] input) {
        List<Object> whole = read(input, Math.max(1, input.length));
        List<Object> cut = read(input, 1);
        if (!whole.equals(cut)) {
            throw new AssertionError(whole + " but byte by byte " + cut);
        }
    }

    private static List<Object> read(byte[] input, int size) {
        EventParser parser = new EventParser(300);
        List<Object> read = new ArrayList<>();
        try {
            for (int at = 0; at < input.length; at += size) {
                parser.feed(java.util.Arrays.copyOfRange(input, at, Math.min(input.length, at + size)));
            }
        } catch (CallException tooLarge) {
            read.add(tooLarge.code());
        }
        List<Object> events = new ArrayList<>();
        for (ServerSentEvent event = parser.next(); event != null; event = parser.next()) {
            if (event.data().length() > 300) {
                throw new AssertionError("an event of " + event.data().length());
            }
            ServerSentEvents.encode(event); // what is read can be written
            events.add(event);
        }
        events.addAll(read);
        return events;
    }
}
