package dev.parley.messaging.kafka;

import java.time.Duration;
import java.util.List;

/**
 * The partitions of a topic of retries: by how long a message waits, so that one that waits for days does not stand before those that wait
 * for seconds. Inside a partition what is due first comes first, as far as a consumer looks ahead ({@link InFlight}); only behind more than
 * that a message may be late, by the width of its tier at most.
 */
final class RetryTier {

    /** How many there are. */
    static final int COUNT = 4;

    /** Upper bounds; the last tier has none. */
    private static final List<Duration> BOUNDS =
            List.of(Duration.ofSeconds(10), Duration.ofMinutes(5), Duration.ofHours(3));

    private RetryTier() {}

    /** The partition for a wait. */
    static int of(Duration wait) {
        int tier = 0;
        while (tier < BOUNDS.size() && wait.compareTo(BOUNDS.get(tier)) > 0) {
            tier++;
        }
        return tier;
    }
}
