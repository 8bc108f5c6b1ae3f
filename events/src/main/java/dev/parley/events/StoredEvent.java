package dev.parley.events;

import dev.parley.store.Position;
import java.time.Instant;

/**
 * An event of an {@link EventStore}.
 *
 * @param position among all events, in the order of commits
 * @param stream to which it belongs
 * @param version of the stream with this event: 1 for its first
 * @param id of the event, and of its message if it was published as well
 * @param time when it was appended
 * @param event itself, upcast to the current version of its type
 */
public record StoredEvent<E>(Position position, String stream, long version, String id, Instant time, E event) {}
