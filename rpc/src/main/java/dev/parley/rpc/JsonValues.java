package dev.parley.rpc;

import dev.parley.CallException;
import dev.parley.Messages;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a body's chunks into the texts of JSON values, as they arrive: the lines of newline-delimited JSON, or, under plain
 * JSON, the elements of one array, or values one behind the other. Only the ends of values are looked for; whether they are
 * JSON is for who reads them. At most one value is held, within the limit of a message.
 */
final class JsonValues {

    /** How values stand in a body. */
    enum Layout {
        /** One in each line; empty lines are passed over. */
        LINES,
        /** The elements of an array, if the first character is {@code [}; otherwise values with or without space between. */
        ARRAY_OR_SEQUENCE
    }

    private static final byte[] NOTHING = {};

    private final Messages<byte[]> chunks;
    private final int limit;
    private final Layout layout;
    private byte[] chunk = NOTHING;
    private int at;
    private byte[] value = NOTHING;
    private int length;
    private int line = 1;
    private int count;
    private boolean begun;
    private boolean inArray;

    JsonValues(Messages<byte[]> chunks, int limit, Layout layout) {
        this.chunks = chunks;
        this.limit = limit;
        this.layout = layout;
    }

    /**
     * The next value in UTF-8; null at the end.
     *
     * @throws CallException RESOURCE_EXHAUSTED over the limit, INVALID_ARGUMENT if the array is none or has no end
     */
    byte @Nullable [] next() {
        length = 0;
        boolean found = layout == Layout.LINES ? line() : element();
        if (!found) {
            return null;
        }
        count++;
        return Arrays.copyOf(value, length);
    }

    /** Where the value that was read last stands, for an error. */
    String place() {
        return layout == Layout.LINES ? "line " + line : "message " + count;
    }

    private boolean line() {
        if (count > 0) {
            line++;
        }
        while (true) {
            int c = read();
            if (c == '\n' || c < 0) {
                trim();
                if (length > 0) {
                    return true;
                }
                if (c < 0) {
                    return false;
                }
                line++;
            } else {
                keep(c);
            }
        }
    }

    /** Takes space from both ends; a line of nothing else is an empty one. */
    private void trim() {
        int start = 0;
        while (length > start && isSpace(value[length - 1])) {
            length--;
        }
        while (start < length && isSpace(value[start])) {
            start++;
        }
        if (start > 0) {
            System.arraycopy(value, start, value, 0, length - start);
            length -= start;
        }
    }

    private boolean element() {
        int c = afterSpace();
        if (!begun) {
            begun = true;
            inArray = c == '[';
            c = inArray ? afterSpace() : c;
            if (inArray && c == ']') {
                return endOfArray();
            }
        } else if (inArray) {
            if (c == ']') {
                return endOfArray();
            }
            if (c != ',') {
                throw malformed(c < 0 ? "has no end" : "has '" + (char) c + "' where ',' or ']' was expected");
            }
            c = afterSpace();
        }
        if (c < 0) {
            if (inArray) {
                throw malformed("has no end");
            }
            return false;
        }
        if (inArray && (c == ',' || c == ']')) {
            throw malformed("has an element that is empty");
        }
        value(c);
        return true;
    }

    private boolean endOfArray() {
        if (afterSpace() >= 0) {
            throw malformed("has more behind it");
        }
        inArray = false;
        return false;
    }

    private void value(int first) {
        int depth = 0;
        int c = first;
        while (true) {
            keep(c);
            switch (c) {
                case '{', '[' -> depth++;
                case '}', ']' -> depth--;
                case '"' -> string();
                default -> {}
            }
            boolean closed = depth <= 0 && (c == '}' || c == ']' || c == '"');
            if (closed || (depth <= 0 && endsScalar(peek()))) {
                return;
            }
            c = read();
            if (c < 0) {
                return; // cut off: the parser says so, and where
            }
        }
    }

    /** Whether a number or a word ends before {@code next}. */
    private static boolean endsScalar(int next) {
        return next < 0 || isSpace(next) || ",]}{[\"".indexOf(next) >= 0;
    }

    private void string() {
        for (int c = read(); c >= 0; c = read()) {
            keep(c);
            if (c == '"') {
                return;
            }
            if (c == '\\') {
                int escaped = read();
                if (escaped >= 0) {
                    keep(escaped);
                }
            }
        }
    }

    private static boolean isSpace(int c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }

    private int afterSpace() {
        int c = read();
        while (c >= 0 && isSpace(c)) {
            c = read();
        }
        return c;
    }

    private int peek() {
        return fill() ? chunk[at] & 0xff : -1;
    }

    private int read() {
        return fill() ? chunk[at++] & 0xff : -1;
    }

    private boolean fill() {
        while (at == chunk.length) {
            byte[] next = chunks.receive();
            if (next == null) {
                return false;
            }
            chunk = next;
            at = 0;
        }
        return true;
    }

    private void keep(int c) {
        if (length == limit) {
            throw Side.REQUEST.largerThan(limit);
        }
        if (length == value.length) {
            // As much as has arrived, twice over at most.
            value = Arrays.copyOf(value, (int) Math.min(limit, Math.max(256, length * 2L)));
        }
        value[length++] = (byte) c;
    }

    private static CallException malformed(String what) {
        return Side.REQUEST.protocolError("is a JSON array that " + what);
    }
}
