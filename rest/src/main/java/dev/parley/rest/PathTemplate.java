package dev.parley.rest;

import dev.parley.http.PercentEncoding;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A path with parameters: {@code /users/{id}/files/{path...}}. {@code {id}} is one segment, never empty; {@code
 * {path...}} is all that is left, and may be empty.
 *
 * @param text as it was written
 * @param segments in order; a {@link Segment.Rest} only at the end
 */
record PathTemplate(String text, List<Segment> segments) {

    /** One segment. */
    sealed interface Segment {
        /** These characters, without escapes. */
        record Literal(String value) implements Segment {}

        /** Any segment but an empty one. */
        record One(String name) implements Segment {}

        /** All that is left. */
        record Rest(String name) implements Segment {}
    }

    /**
     * Parses {@code text}.
     *
     * @throws IllegalArgumentException that says what is wrong
     */
    static PathTemplate parse(String text) {
        if (!text.startsWith("/")) {
            throw wrong(text, "it must start with /");
        }
        List<Segment> segments = new ArrayList<>();
        Set<String> names = new HashSet<>();
        String[] parts = text.substring(1).split("/", -1);
        for (int i = 0; i < parts.length; i++) {
            Segment segment = segment(text, parts[i]);
            String name = switch (segment) {
                case Segment.Literal literal -> {
                    if (literal.value().isEmpty() && i < parts.length - 1) {
                        throw wrong(text, "a segment is empty");
                    }
                    yield "";
                }
                case Segment.One one -> one.name();
                case Segment.Rest rest -> {
                    if (i < parts.length - 1) {
                        throw wrong(text, "{" + rest.name() + "...} must be the last segment");
                    }
                    yield rest.name();
                }
            };
            if (!name.isEmpty() && !names.add(name)) {
                throw wrong(text, "parameter " + name + " stands there twice");
            }
            segments.add(segment);
        }
        return new PathTemplate(text, List.copyOf(segments));
    }

    private static Segment segment(String text, String part) {
        if (part.indexOf('{') < 0 && part.indexOf('}') < 0) {
            if (part.indexOf('?') >= 0 || part.indexOf('#') >= 0) {
                throw wrong(text, "a path has no '?' and no '#'");
            }
            if (part.startsWith(":") || part.equals("*") || part.equals("**")) {
                // Other routers' words for a parameter, which would be a route that nobody ever asks for.
                throw wrong(
                        text,
                        "a parameter is {name}, the rest of a path {name...}; '" + part + "' itself is "
                                + part.replace(":", "%3A").replace("*", "%2A"));
            }
            String literal = PercentEncoding.decode(part, false)
                    .orElseThrow(() -> wrong(text, "'" + part + "' holds an escape that is not UTF-8"));
            if (literal.equals(".") || literal.equals("..")) {
                throw wrong(text, "'" + literal + "' is no segment that a client can ask for");
            }
            return new Segment.Literal(literal);
        }
        if (!part.startsWith("{") || part.indexOf('}') != part.length() - 1 || part.indexOf('{', 1) >= 0) {
            throw wrong(text, "a parameter is a whole segment such as {id}, but this one is '" + part + "'");
        }
        String name = part.substring(1, part.length() - 1);
        boolean rest = name.endsWith("...");
        name = rest ? name.substring(0, name.length() - 3) : name;
        if (!isName(name)) {
            throw wrong(text, "'" + name + "' is no name: letters, digits, '_' and '-', a letter first");
        }
        return rest ? new Segment.Rest(name) : new Segment.One(name);
    }

    private static boolean isName(String name) {
        return !name.isEmpty()
                && Character.isLetter(name.charAt(0))
                && name.chars().allMatch(c -> Character.isLetterOrDigit(c) || c == '_' || c == '-');
    }

    private static IllegalArgumentException wrong(String text, String what) {
        return new IllegalArgumentException("path template \"" + text + "\": " + what);
    }

    /** This template below {@code prefix}, which has no parameter for the rest; {@code /} is the prefix itself. */
    PathTemplate below(PathTemplate prefix) {
        if (prefix.text.equals("/")) {
            return this;
        }
        return parse(text.equals("/") ? prefix.text : prefix.text + text);
    }

    /** The parameters' names, in order. */
    List<String> names() {
        List<String> names = new ArrayList<>(segments.size());
        for (Segment segment : segments) {
            switch (segment) {
                case Segment.Literal literal -> {}
                case Segment.One one -> names.add(one.name());
                case Segment.Rest rest -> names.add(rest.name());
            }
        }
        return names;
    }

    /** As OpenAPI writes it, where a parameter for the rest looks like any other. */
    String openApi() {
        return text.replace("...}", "}");
    }

    @Override
    public String toString() {
        return text;
    }
}
