package dev.parley.messaging.internal.memory;

import dev.parley.messaging.BrokerUri;
import java.time.Duration;
import java.util.Set;

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

    static MemorySettings of(BrokerUri uri) {
        uri.checkParameters(KNOWN);
        return new MemorySettings(
                (int) uri.number("maxMessages", 1, 100_000_000, 1_000_000),
                uri.number("maxBytes", 1024, 1L << 40, 256 << 20),
                uri.duration("retention", 365, Duration.ofDays(7)),
                (int) uri.number("retentionMessages", 0, 100_000_000, 100_000));
    }
}
