package dev.parley.rpc.internal.json;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * The types of Anys that do not begin with them. The text is looked through once from the outermost such Any to its end,
 * and the types of all objects in it are kept by where they begin, so that nesting them costs no more.
 */
final class AnyTypes {

    static final String TYPE = "@type";

    private final Map<Integer, String> byStart = new HashMap<>();
    private int seenTo = -1;

    /** The type of the object that begins at {@code start}; null if it has none. */
    @Nullable
    String of(JsonInput in, int start) {
        if (start >= seenTo) {
            look(in, start);
        }
        return byStart.get(start);
    }

    private void look(JsonInput in, int start) {
        byStart.clear();
        seenTo = Integer.MAX_VALUE; // if it is broken there is nothing more to find out
        JsonParser ahead = in.again(start);
        Deque<Integer> open = new ArrayDeque<>();
        do {
            JsonToken token = next(ahead);
            if (token == null) {
                return;
            }
            if (token.isStructStart()) {
                open.push(start + (int) ahead.currentTokenLocation().getByteOffset());
            } else if (token.isStructEnd()) {
                open.pop();
            } else if (token == JsonToken.VALUE_STRING
                    && ahead.streamReadContext().inObject()
                    && TYPE.equals(ahead.currentName())) {
                byStart.putIfAbsent(open.element(), ahead.getString());
            }
        } while (!open.isEmpty());
        seenTo = start + (int) ahead.currentTokenLocation().getByteOffset();
    }

    // What is broken is told when it is read, with the right place.
    private static @Nullable JsonToken next(JsonParser ahead) {
        try {
            return ahead.nextToken();
        } catch (JacksonException e) {
            return null;
        }
    }
}
