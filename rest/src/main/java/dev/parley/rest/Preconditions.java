package dev.parley.rest;

import dev.parley.Metadata;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Conditional requests for GET and HEAD, in the order of RFC 9110, 13.2.2. */
final class Preconditions {

    /** What they come to. */
    enum Result {
        /** Go on. */
        PASSED,
        /** 304. */
        NOT_MODIFIED,
        /** 412. */
        FAILED
    }

    private Preconditions() {}

    /** For a representation with this strong {@code tag}, quoted, and time. */
    static Result evaluate(Metadata headers, String tag, Instant modified) {
        List<String> match = headers.getAll("if-match");
        if (!match.isEmpty()) {
            if (!contains(match, tag, false)) {
                return Result.FAILED;
            }
        } else if (time(headers, "if-unmodified-since")
                .filter(modified::isAfter)
                .isPresent()) {
            return Result.FAILED;
        }
        List<String> noneMatch = headers.getAll("if-none-match");
        if (!noneMatch.isEmpty()) {
            return contains(noneMatch, tag, true) ? Result.NOT_MODIFIED : Result.PASSED;
        }
        Optional<Instant> since = time(headers, "if-modified-since");
        return since.isPresent() && !modified.isAfter(since.get()) ? Result.NOT_MODIFIED : Result.PASSED;
    }

    /** Whether a range may be answered: {@code If-Range} is not there, or names what is there now. */
    static boolean rangeApplies(Metadata headers, String tag, Instant modified) {
        Optional<String> condition = headers.get("if-range");
        return condition.isEmpty()
                || condition.get().trim().equals(tag)
                || HttpTime.parse(condition.get()).filter(modified::equals).isPresent();
    }

    private static Optional<Instant> time(Metadata headers, String name) {
        return headers.get(name).flatMap(HttpTime::parse);
    }

    private static boolean contains(List<String> headers, String tag, boolean weak) {
        for (String header : headers) {
            for (String item : HeaderList.split(header, ',')) {
                String listed = item.trim();
                if (listed.equals("*") || listed.equals(tag) || (weak && listed.equals("W/" + tag))) {
                    return true;
                }
            }
        }
        return false;
    }
}
