package dev.parley.rest;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/** Times in headers (RFC 9110, 5.6.7), in the one form that is still written. */
final class HttpTime {

    private static final DateTimeFormatter FORMAT = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private HttpTime() {}

    static String format(Instant time) {
        return FORMAT.format(time);
    }

    /** Empty for what is none; a condition on it is passed over then (RFC 9110, 13.1.3). */
    static Optional<Instant> parse(String text) {
        try {
            return Optional.of(Instant.from(FORMAT.parse(text.trim())));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
