package dev.parley.rpc;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Metadata;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The headers that carry the time that is left. */
final class Timeouts {

    static final String GRPC = "grpc-timeout";
    static final String CONNECT = "connect-timeout-ms";

    static final Duration DEFAULT_UNARY = Duration.ofSeconds(15);

    private static final int GRPC_DIGITS = 8;
    private static final long GRPC_MOST = 99_999_999;

    private Timeouts() {}

    /**
     * What {@code grpc-timeout} says.
     *
     * @throws CallException INVALID_ARGUMENT if it is malformed
     */
    static Optional<Duration> grpc(Metadata headers) {
        Optional<String> header = headers.get(GRPC);
        if (header.isEmpty()) {
            return Optional.empty();
        }
        String value = header.get();
        int digits = value.length() - 1;
        long number = digits > GRPC_DIGITS ? -1 : number(value, digits);
        if (number < 0) {
            throw malformed(GRPC, value);
        }
        return Optional.of(
                switch (value.charAt(digits)) {
                    case 'H' -> Duration.ofHours(number);
                    case 'M' -> Duration.ofMinutes(number);
                    case 'S' -> Duration.ofSeconds(number);
                    case 'm' -> Duration.ofMillis(number);
                    case 'u' -> Duration.ofNanos(number * 1000);
                    case 'n' -> Duration.ofNanos(number);
                    default -> throw malformed(GRPC, value);
                });
    }

    /** The time that is left in gRPC's words: the finest unit that eight digits have room for. */
    static String grpc(Deadline deadline) {
        long nanos = Math.max(0, deadline.remainingNanos());
        if (nanos <= GRPC_MOST) {
            return nanos + "n";
        }
        if (nanos / 1000 <= GRPC_MOST) {
            return nanos / 1000 + "u";
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(nanos);
        return millis <= GRPC_MOST ? millis + "m" : Math.min(GRPC_MOST, millis / 1000) + "S";
    }

    /** The first {@code digits} characters as a number; -1 if they are not one. */
    private static long number(String value, int digits) {
        if (digits <= 0) {
            return -1;
        }
        long number = 0;
        for (int i = 0; i < digits; i++) {
            int digit = value.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = number * 10 + digit;
        }
        return number;
    }

    private static CallException malformed(String name, String value) {
        return new CallException(Code.INVALID_ARGUMENT, name + " is malformed: \"" + value + '"');
    }
}
