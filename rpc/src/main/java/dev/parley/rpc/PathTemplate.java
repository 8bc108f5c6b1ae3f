package dev.parley.rpc;

import dev.parley.http.PercentEncoding;
import java.util.ArrayList;
import java.util.List;

/**
 * A path of {@code google.api.http}: {@code /v1/{name=shelves/*}/books/{book.id}:publish}. {@code *} is one segment, which is
 * not empty; {@code **} all that are left, or none. Beyond the grammar {@code /} alone is a template, as other servers have it.
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

    /** The template as it would be written: without {@code =*}, which says nothing. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < segments.size(); ) {
            Variable variable = startingAt(i);
            text.append('/');
            if (variable == null) {
                text.append(segments.get(i++));
                continue;
            }
            List<String> captured = segments.subList(variable.from(), variable.to());
            text.append('{').append(variable.field());
            if (!captured.equals(List.of(ONE))) {
                text.append('=').append(String.join("/", captured));
            }
            text.append('}');
            i = variable.to();
        }
        return verb.isEmpty() ? text.toString() : text.append(':').append(verb).toString();
    }

    private @org.jspecify.annotations.Nullable Variable startingAt(int segment) {
        for (Variable variable : variables) {
            if (variable.from() == segment) {
                return variable;
            }
        }
        return null;
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
            if (peek() != '/') {
                throw wrong("it must start with /");
            }
            if (template.length() == 1) {
                return new PathTemplate(List.of(""), List.of(), "");
            }
            do {
                at++;
                if (peek() == '{') {
                    variable();
                } else {
                    segments.add(segment());
                }
            } while (peek() == '/');
            String verb = peek() == ':' ? verb() : "";
            if (at < template.length()) {
                throw wrong("'" + peek() + "' is not expected");
            }
            return new PathTemplate(List.copyOf(segments), List.copyOf(variables), verb);
        }

        private String verb() {
            at++;
            String verb = literal();
            if (verb.isEmpty() || verb.contains(ONE)) {
                throw wrong("':' must be followed by a verb, which goes to the end");
            }
            return verb;
        }

        private void variable() {
            at++;
            int start = at;
            String field = fieldPath();
            for (Variable other : variables) {
                if (other.field().equals(field)) {
                    at = start;
                    throw wrong("variable " + field + " stands there twice");
                }
            }
            int from = segments.size();
            checkNotBehindRest();
            if (peek() == '=') {
                do {
                    at++;
                    if (peek() == '{') {
                        throw wrong("a variable must not contain another one");
                    }
                    segments.add(segment());
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

        private String fieldPath() {
            int start = at;
            do {
                if (at > start) {
                    at++;
                }
                if (!isLetter(peek())) {
                    throw wrong("a variable needs a field's name, or names joined by dots");
                }
                while (isLetter(peek()) || (peek() >= '0' && peek() <= '9')) {
                    at++;
                }
            } while (peek() == '.');
            return template.substring(start, at);
        }

        private static boolean isLetter(char c) {
            return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        }

        private void checkNotBehindRest() {
            if (!segments.isEmpty() && segments.getLast().equals(REST)) {
                throw wrong("** must be the last segment");
            }
        }

        private String segment() {
            checkNotBehindRest();
            int start = at;
            String segment = literal();
            if (segment.isEmpty()) {
                throw wrong("a segment is empty");
            }
            if (segment.contains(ONE) && !segment.equals(ONE) && !segment.equals(REST)) {
                at = start + segment.indexOf(ONE);
                throw wrong("* must be a segment of its own");
            }
            String decoded = PercentEncoding.decode(segment, false).orElse("");
            if (decoded.isEmpty()) {
                at = start + segment.indexOf('%');
                throw wrong("this is not UTF-8 in percent-encoding");
            }
            if (decoded.equals(".") || decoded.equals("..")) {
                at = start;
                throw wrong("a segment . or .. is never asked for: clients resolve it");
            }
            return segment;
        }

        /** What goes on to the next character with a meaning. */
        private String literal() {
            int start = at;
            while (at < template.length() && "/:{}".indexOf(peek()) < 0) {
                if (peek() <= ' ' || peek() == 0x7f || peek() == '?' || peek() == '#') {
                    throw wrong("no path has this character; it must be percent-encoded");
                }
                at++;
            }
            return template.substring(start, at);
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
