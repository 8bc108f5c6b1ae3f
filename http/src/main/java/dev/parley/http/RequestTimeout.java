package dev.parley.http;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Metadata;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Headers that carry the time that is left, in milliseconds: plain HTTP's, and Connect's of the same form. */
public final class RequestTimeout {

    /** The header of plain HTTP. */
    public static final String HEADER = "x-request-timeout-ms";

    private static final int DIGITS = 10;
    private static final long MOST = 9_999_999_999L;

    private RequestTimeout() {}

    /**
     * What the header {@code name} says; empty if it is missing.
     *
     * @throws CallException INVALID_ARGUMENT if it is not up to ten digits
     */
    public static Optional<Duration> read(Metadata headers, String name) {
        Optional<String> header = headers.get(name);
        if (header.isEmpty()) {
            return Optional.empty();
        }
        String value = header.get();
        boolean digits = !value.isEmpty() && value.length() <= DIGITS;
        for (int i = 0; digits && i < value.length(); i++) {
            digits = value.charAt(i) >= '0' && value.charAt(i) <= '9';
        }
        if (!digits) {
            throw new CallException(Code.INVALID_ARGUMENT, name + " is malformed: \"" + value + '"');
        }
        return Optional.of(Duration.ofMillis(Long.parseLong(value)));
    }

    /** The time that is left; at least one millisecond, so that what is left is not cut to nothing. */
    public static String of(Deadline deadline) {
        long nanos = deadline.remainingNanos();
        long millis = nanos <= 0 ? 0 : Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos));
        return Long.toString(Math.min(MOST, millis));
    }
}
