package dev.parley.rpc;

import java.util.ArrayList;
import java.util.List;

/**
 * A path of {@code google.api.http}: {@code /v1/{name=shelves/*}/books/{book.id}:publish}. {@code *} is one segment,
 * {@code **} all that are left.
 *
 * @param segments {@code *}, {@code **}, or a literal, still percent-encoded
 * @param variables what is captured
 * @param verb the word behind the colon; empty if there is none
 * @see <a href="https://github.com/googleapis/googleapis/blob/master/google/api/http.proto">the grammar</a>
 */
record PathTemplate(List<String> segments, List<Variable> variables, String verb) {

    static final String ONE = "*";
    static final String REST = "**";

    /**
     * A captured field.
     *
     * @param field its path in the request message
     * @param from index of its first segment
     * @param to index behind its last; of no use if {@code open}
     * @param open whether it takes all segments that are left
     */
    record Variable(String field, int from, int to, boolean open) {
        /** Whether more than one segment may be in it, so that an escaped slash must stay escaped. */
        boolean spansSegments() {
            return open || to - from > 1;
        }
    }

    /**
     * Parses {@code template}.
     *
     * @throws IllegalArgumentException that says what is wrong and where
     */
    static PathTemplate parse(String template) {
        return new Parser(template).parse();
    }

    private static final class Parser {
        private final String template;
        private final List<String> segments = new ArrayList<>();
        private final List<Variable> variables = new ArrayList<>();
        private int at;

        Parser(String template) {
            this.template = template;
        }

        PathTemplate parse() {
            if (!template.startsWith("/")) {
                throw wrong("it must start with /");
            }
            do {
                at++;
                if (peek() == '{') {
                    variable();
                } else {
                    segments.add(segment(""));
                }
            } while (peek() == '/');
            String verb = "";
            if (peek() == ':') {
                verb = template.substring(at + 1);
                if (verb.isEmpty() || verb.contains("/") || verb.contains(":")) {
                    throw wrong("':' must be followed by a verb to the end");
                }
                at = template.length();
            }
            if (at < template.length()) {
                throw wrong("'" + peek() + "' is not expected");
            }
            int rest = segments.indexOf(REST);
            if (rest >= 0 && rest < segments.size() - 1) {
                throw wrong("** must be the last segment");
            }
            return new PathTemplate(List.copyOf(segments), List.copyOf(variables), verb);
        }

        private void variable() {
            at++;
            int start = at;
            while (peek() == '.' || peek() == '_' || Character.isLetterOrDigit(peek())) {
                at++;
            }
            String field = template.substring(start, at);
            if (field.isEmpty() || field.startsWith(".") || field.endsWith(".") || field.contains("..")) {
                throw wrong("a variable needs a field's name");
            }
            if (variables.stream().anyMatch(other -> other.field().equals(field))) {
                throw wrong("variable " + field + " stands there twice");
            }
            int from = segments.size();
            if (peek() == '=') {
                do {
                    at++;
                    segments.add(segment("}"));
                } while (peek() == '/');
            } else {
                segments.add(ONE);
            }
            if (peek() != '}') {
                throw wrong("'}' is missing");
            }
            at++;
            boolean open = segments.getLast().equals(REST);
            variables.add(new Variable(field, from, segments.size(), open));
        }

        private String segment(String alsoEndsAt) {
            int start = at;
            while (at < template.length() && "/:{}".indexOf(peek()) < 0 && alsoEndsAt.indexOf(peek()) < 0) {
                at++;
            }
            String segment = template.substring(start, at);
            if (segment.isEmpty()) {
                throw wrong("a segment is empty");
            }
            if (segment.contains("*") && !segment.equals(ONE) && !segment.equals(REST)) {
                throw wrong("* must be a segment of its own");
            }
            return segment;
        }

        /** The next character; 0 at the end. */
        private char peek() {
            return at < template.length() ? template.charAt(at) : 0;
        }

        private IllegalArgumentException wrong(String what) {
            return new IllegalArgumentException("path template \"" + template + "\" at " + at + ": " + what);
        }
    }
}
