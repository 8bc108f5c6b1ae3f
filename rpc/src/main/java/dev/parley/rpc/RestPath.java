package dev.parley.rpc;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.http.PercentEncoding;
import java.util.ArrayList;
import java.util.List;

/**
 * A request's path in segments, each as it came and without its escapes: {@code %2F} is data and parts nothing.
 *
 * @param raw the segments as they came; at least one
 * @param decoded the same without escapes
 */
record RestPath(List<String> raw, List<String> decoded) {

    /**
     * The segments of {@code path}, which begins with a slash.
     *
     * @throws CallException INVALID_ARGUMENT for what {@code dev.parley.rest.Routes} refuses, too: an escape that is not UTF-8,
     *     {@code .} or {@code ..} for a segment, NUL
     */
    static RestPath parse(String path) {
        List<String> raw = new ArrayList<>(8);
        List<String> decoded = new ArrayList<>(8);
        int start = 1;
        for (int slash = path.indexOf('/', start); slash >= 0; slash = path.indexOf('/', start)) {
            raw.add(path.substring(start, slash));
            start = slash + 1;
        }
        raw.add(path.substring(start));
        for (String segment : raw) {
            decoded.add(decoded(segment));
        }
        return new RestPath(raw, decoded);
    }

    private static String decoded(String segment) {
        String text = PercentEncoding.decode(segment, false)
                .orElseThrow(() -> wrong(segment, "is not UTF-8 in percent-encoding"));
        if (text.equals(".") || text.equals("..")) {
            throw wrong(segment, "is for the client to resolve (RFC 3986, 5.2.4)");
        }
        if (text.indexOf('\0') >= 0) {
            throw wrong(segment, "holds NUL");
        }
        return text;
    }

    private static CallException wrong(String segment, String what) {
        return new CallException(
                Code.INVALID_ARGUMENT,
                "the path is not accepted: segment \"" + FieldPath.abbreviated(segment) + "\" " + what);
    }

    int size() {
        return raw.size();
    }

    /** Whether the last segment ends in what may be a verb. An escaped colon is data, and so is one with nothing behind it. */
    boolean hasVerb() {
        return colon() >= 0 && !verb().isEmpty();
    }

    private int colon() {
        return raw.getLast().lastIndexOf(':');
    }

    /** The path without the {@code :verb}. */
    RestPath withoutVerb() {
        List<String> bare = new ArrayList<>(raw);
        List<String> bareDecoded = new ArrayList<>(decoded);
        String last = bare.removeLast().substring(0, colon());
        bareDecoded.removeLast();
        bare.add(last);
        bareDecoded.add(decoded(last));
        return new RestPath(bare, bareDecoded);
    }

    /** What is behind the last colon. */
    String verb() {
        return raw.getLast().substring(colon() + 1);
    }

    /**
     * What {@code variable} captures. All escapes of a single segment are resolved; where there may be more, an escaped slash
     * stays as it came, so that it is told from those that part segments.
     */
    String value(PathTemplate.Variable variable) {
        int to = variable.open() ? raw.size() : variable.to();
        if (!variable.spansSegments()) {
            return decoded.get(variable.from());
        }
        String text = String.join("/", raw.subList(Math.min(variable.from(), to), to));
        return PercentEncoding.decode(text, true).orElse(text); // whose segments were decoded before
    }
}
