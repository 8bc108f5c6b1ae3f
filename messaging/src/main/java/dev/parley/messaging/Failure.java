package dev.parley.messaging;

import dev.parley.Code;
import java.time.Instant;
import java.util.Objects;

/**
 * How a message failed.
 *
 * @param first when it failed first
 * @param last when it failed last
 * @param code of the last failure
 * @param cause of the last failure, for people; cut to {@value #MAX_CAUSE} characters
 */
public record Failure(Instant first, Instant last, Code code, String cause) {

    /** Of a cause: characters that are kept. */
    public static final int MAX_CAUSE = 1000;

    /** Cuts the cause; control characters in it become spaces, because it travels in headers. */
    public Failure {
        Objects.requireNonNull(first, "first");
        Objects.requireNonNull(last, "last");
        Objects.requireNonNull(code, "code");
        cause = cause.length() > MAX_CAUSE ? cause.substring(0, MAX_CAUSE) : cause;
        cause = cause.chars()
                .map(c -> Character.isISOControl(c) ? ' ' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
