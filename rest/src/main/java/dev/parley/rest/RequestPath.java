package dev.parley.rest;

import dev.parley.http.PercentEncoding;
import java.util.ArrayList;
import java.util.List;

/**
 * A request's path in segments, each without its escapes, so that {@code %2F} is data and parts nothing. What could pass
 * for a way out of a folder is refused here, before any handler: {@code .} and {@code ..}, escaped or not, and NUL.
 *
 * @param raw the path as it came
 * @param segments behind the first slash; at least one
 * @param starts where in {@code raw} each begins
 */
@SuppressWarnings("ArrayRecordComponent") // of one request, never compared
record RequestPath(String raw, List<String> segments, int[] starts) {

    /**
     * The segments of {@code raw}.
     *
     * @throws ProblemException 400 that says what is wrong
     */
    static RequestPath parse(String raw) {
        if (!raw.startsWith("/")) {
            throw wrong(raw, "it must start with /");
        }
        List<String> segments = new ArrayList<>(8);
        int[] starts = new int[8];
        int start = 1;
        while (true) {
            int slash = raw.indexOf('/', start);
            if (segments.size() == starts.length) {
                starts = java.util.Arrays.copyOf(starts, starts.length * 2);
            }
            starts[segments.size()] = start;
            segments.add(decoded(raw, raw.substring(start, slash < 0 ? raw.length() : slash)));
            if (slash < 0) {
                return new RequestPath(raw, segments, starts);
            }
            start = slash + 1;
        }
    }

    private static String decoded(String raw, String segment) {
        String decoded = PercentEncoding.decode(segment, false)
                .orElseThrow(() -> wrong(raw, "'" + segment + "' holds an escape that is not UTF-8"));
        if (decoded.equals(".") || decoded.equals("..")) {
            throw wrong(raw, "'" + segment + "' is for the client to resolve (RFC 3986, 5.2.4)");
        }
        if (decoded.indexOf('\0') >= 0) {
            throw wrong(raw, "it holds NUL");
        }
        return decoded;
    }

    private static ProblemException wrong(String raw, String what) {
        return ProblemException.of(400, "path " + Shown.quoted(raw) + " is not accepted: " + what);
    }

    /** The path from segment {@code at} on, as it came, with its slash. */
    String rawFrom(int at) {
        return at < segments.size() ? raw.substring(starts[at] - 1) : "/";
    }

    /** The segments from {@code at} on in one text; a slash that is data stays {@code %2F}. */
    String joinedFrom(int at) {
        StringBuilder joined = new StringBuilder();
        for (int i = at; i < segments.size(); i++) {
            joined.append(i == at ? "" : "/").append(segments.get(i).replace("/", "%2F"));
        }
        return joined.toString();
    }
}
