package dev.parley.http;

import dev.parley.CallException;
import dev.parley.Metadata;
import dev.parley.RetryAdvice;
import io.netty.handler.codec.DateFormatter;
import java.time.Duration;
import java.util.Date;
import java.util.Optional;

/**
 * HTTP's header that says when to try again: seconds, or a date (RFC 9110, 10.2.3). Written in seconds, rounded up.
 *
 * <p>That a repeat cannot succeed, as of a service that has exhausted its own retries, HTTP has no word for: it is said
 * with gRPC's {@code grpc-retry-pushback-ms: -1}, on the errors that a caller might repeat otherwise (429 and 500 to 599).
 */
public final class RetryAfter {

    private static final System.Logger LOG = System.getLogger(RetryAfter.class.getName());
    private static final String NAME = "retry-after";
    private static final String PUSHBACK = "grpc-retry-pushback-ms";
    private static final int MOST_DIGITS = 9;
    private static final int MOST_CHARACTERS = 64;

    private RetryAfter() {}

    /** Puts the advice of {@code error} into {@code headers}, if it says when, or never. */
    public static void write(CallException error, Metadata headers) {
        switch (error.retryAdvice()) {
            case RetryAdvice.After after ->
                headers.put(NAME, Long.toString(after.delay().plusMillis(999).toSeconds()));
            case RetryAdvice.Never never when mightBeRepeated(error) -> headers.put(PUSHBACK, "-1");
            default -> {}
        }
    }

    /** Of an error that is a status in the first place the status says all. */
    private static boolean mightBeRepeated(CallException error) {
        int status = HttpException.statusOf(error);
        return !(error instanceof HttpException) && (status == 429 || status >= 500);
    }

    /**
     * What {@code headers} advise: {@link RetryAdvice#after} (zero for a date that has passed), {@link
     * RetryAdvice#NEVER}, or {@link RetryAdvice#UNSTATED} if the header is missing or malformed. A date is compared with this machine's clock.
     */
    public static RetryAdvice read(Metadata headers) {
        if (headers.get(PUSHBACK).filter(millis -> millis.startsWith("-")).isPresent()) {
            return RetryAdvice.NEVER;
        }
        Optional<String> value = headers.get(NAME);
        if (value.isEmpty()) {
            return RetryAdvice.UNSTATED;
        }
        String text = value.get().trim();
        if (text.matches("[0-9]+")) {
            // More digits are beyond 31 years.
            return text.length() > MOST_DIGITS
                    ? RetryAdvice.NEVER
                    : RetryAdvice.after(Duration.ofSeconds(Long.parseLong(text)));
        }
        return date(text);
    }

    @SuppressWarnings("JavaUtilDate") // Netty's parser, which knows all three forms (RFC 9110, 5.6.7)
    private static RetryAdvice date(String text) {
        Date date = text.length() > MOST_CHARACTERS ? null : DateFormatter.parseHttpDate(text);
        if (date == null) {
            LOG.log(
                    System.Logger.Level.DEBUG,
                    () -> "a Retry-After is passed over, because it is neither seconds nor a date: "
                            + text.substring(0, Math.min(text.length(), MOST_CHARACTERS)));
            return RetryAdvice.UNSTATED;
        }
        return RetryAdvice.after(Duration.ofMillis(Math.max(0, date.getTime() - System.currentTimeMillis())));
    }
}
