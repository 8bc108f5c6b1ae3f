package dev.parley.messaging.internal.memory;

import dev.parley.messaging.BrokerUri;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Limits of a broker in memory.
 *
 * @param maxMessages in the queues and dead letters of all groups together, a message counted once for each group
 * @param maxBytes of those messages; the log has as much once more
 * @param retention how old a message of the log may become
 * @param retentionMessages how many messages of a topic the log keeps
 */
record MemorySettings(int maxMessages, long maxBytes, Duration retention, int retentionMessages) {

    private static final Set<String> KNOWN = Set.of("maxMessages", "maxBytes", "retention", "retentionMessages");
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(s|m|h|d)");
    private static final Duration LONGEST = Duration.ofDays(365);

    static MemorySettings of(BrokerUri uri) {
        uri.checkParameters(KNOWN);
        return new MemorySettings(
                (int) number(uri, "maxMessages", 1, 100_000_000, 1_000_000),
                number(uri, "maxBytes", 1024, 1L << 40, 256 << 20),
                duration(uri, "retention", Duration.ofDays(7)),
                (int) number(uri, "retentionMessages", 0, 100_000_000, 100_000));
    }

    private static long number(BrokerUri uri, String name, long min, long max, long fallback) {
        String text = uri.parameter(name).orElse(null);
        if (text == null) {
            return fallback;
        }
        if (text.matches("[0-9]{1,15}")) {
            long value = Long.parseLong(text);
            if (value >= min && value <= max) {
                return value;
            }
        }
        throw new IllegalArgumentException(
                "%s of %s must be a number of %d to %d, but is \"%s\"".formatted(name, uri, min, max, text));
    }

    private static Duration duration(BrokerUri uri, String name, Duration fallback) {
        String text = uri.parameter(name).orElse(null);
        if (text == null) {
            return fallback;
        }
        Matcher matcher = DURATION.matcher(text);
        if (matcher.matches()) {
            long count = Long.parseLong(matcher.group(1));
            Duration value = switch (matcher.group(2)) {
                case "s" -> Duration.ofSeconds(count);
                case "m" -> Duration.ofMinutes(count);
                case "h" -> Duration.ofHours(count);
                default -> Duration.ofDays(count);
            };
            if (value.compareTo(LONGEST) <= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException(
                "%s of %s must be a time such as 30s, 15m, 12h or 7d, at most 365d, but is \"%s\""
                        .formatted(name, uri, text));
    }
}
