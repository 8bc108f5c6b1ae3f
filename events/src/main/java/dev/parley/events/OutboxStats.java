package dev.parley.events;

import java.time.Duration;
import java.util.Optional;

/**
 * What waits in an outbox.
 *
 * @param depth messages that are committed and not marked as sent
 * @param oldestAge since when the oldest of them waits
 * @param setAside messages that the broker refuses for good, see {@link Outbox#setAside}
 */
public record OutboxStats(long depth, Optional<Duration> oldestAge, long setAside) {}
