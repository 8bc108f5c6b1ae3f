package dev.parley.cli;

import java.io.IOException;
import java.io.Reader;
import org.jspecify.annotations.Nullable;

/**
 * Splits a text into the JSON values that stand in it one after another, each as soon as its last character is there: a
 * line that somebody types is a request at once. Whether a value is well-formed is found out by who parses it.
 */
final class JsonValues {

    private final Reader in;
    private final int most;
    private int line = 1;
    private int startLine = 1;
    private int pushedBack = -1;

    /** Reads from {@code in} values of {@code most} characters each. */
    JsonValues(Reader in, int most) {
        this.in = in;
        this.most = most;
    }

    /** The line in which the last value began. */
    int startLine() {
        return startLine;
    }

    /**
     * The next value, or null at the end.
     *
     * @throws IllegalArgumentException if the text ends inside a value or one is too long; the message names the line
     */
    @Nullable
    String next() throws IOException {
        int c = read();
        while (c >= 0 && isSpace(c)) {
            c = read();
        }
        if (c < 0) {
            return null;
        }
        startLine = line;
        return c == '{' || c == '[' ? nested(c) : c == '"' ? string() : scalar(c);
    }

    private String nested(int first) throws IOException {
        StringBuilder value = new StringBuilder().append((char) first);
        int depth = 1;
        boolean inString = false;
        boolean escaped = false;
        while (depth > 0) {
            char c = inside(value);
            if (escaped) {
                escaped = false;
            } else if (inString) {
                escaped = c == '\\';
                inString = c != '"';
            } else {
                switch (c) {
                    case '"' -> inString = true;
                    case '{', '[' -> depth++;
                    case '}', ']' -> depth--;
                    default -> {}
                }
            }
        }
        return value.toString();
    }

    private String string() throws IOException {
        StringBuilder value = new StringBuilder("\"");
        boolean escaped = false;
        while (true) {
            char c = inside(value);
            if (c == '"' && !escaped) {
                return value.toString();
            }
            escaped = c == '\\' && !escaped;
        }
    }

    /** A number, a literal, or something that is no JSON at all: up to the next space or the beginning of a value. */
    private String scalar(int first) throws IOException {
        StringBuilder value = new StringBuilder().append((char) first);
        for (int c = read(); c >= 0; c = read()) {
            if (isSpace(c) || c == '{' || c == '[' || c == '"') {
                pushedBack = c;
                break;
            }
            append(value, (char) c);
        }
        return value.toString();
    }

    private char inside(StringBuilder value) throws IOException {
        int c = read();
        if (c < 0) {
            throw new IllegalArgumentException("the JSON value that begins in line " + startLine + " does not end");
        }
        append(value, (char) c);
        return (char) c;
    }

    private void append(StringBuilder value, char c) {
        if (value.length() >= most) {
            throw new IllegalArgumentException(
                    "the JSON value that begins in line " + startLine + " has more than " + most + " characters");
        }
        value.append(c);
    }

    private int read() throws IOException {
        int c = pushedBack;
        if (c >= 0) {
            pushedBack = -1;
            return c;
        }
        c = in.read();
        if (c == '\n') {
            line++;
        }
        return c;
    }

    private static boolean isSpace(int c) {
        return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\uFEFF';
    }
}
