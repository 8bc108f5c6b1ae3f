package dev.parley.events;

/** What a message is to an {@link EventCatalog}. */
public sealed interface EventReading {

    /**
     * An event of a known type, upcast to the current version.
     *
     * @param type its type
     * @param event itself
     */
    record Known(EventType<?> type, Object event) implements EventReading {}

    /**
     * Of a type that the catalog does not have.
     *
     * @param type its name
     */
    record Unknown(String type) implements EventReading {}

    /**
     * Of a known type, but not readable: a newer or too old version, or malformed.
     *
     * @param reason what is wrong, naming type and version
     */
    record Unreadable(String reason) implements EventReading {}
}
