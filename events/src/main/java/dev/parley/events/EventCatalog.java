package dev.parley.events;

import dev.parley.messaging.Message;
import dev.parley.messaging.PayloadCodec;
import dev.parley.messaging.Topic;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The types of domain events that a program knows, by class and by name, and how they are written: JSON by Jackson, or a protobuf message in
 * its binary form, the schema's version in the message's version. Immutable.
 */
public final class EventCatalog {

    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final JsonMapper mapper;
    private final Map<String, EventType<?>> byName = new LinkedHashMap<>();
    private final Map<Class<?>, EventType<?>> byClass = new LinkedHashMap<>();

    private EventCatalog(JsonMapper mapper, List<EventType<?>> types) {
        this.mapper = mapper;
        for (EventType<?> type : types) {
            if (byName.put(type.name(), type) != null) {
                throw new IllegalArgumentException("two types of events are named \"" + type.name() + "\"");
            }
            if (byClass.put(type.eventClass(), type) != null) {
                throw new IllegalArgumentException("two types of events have the class "
                        + type.eventClass().getName());
            }
            type.checkNoGap();
        }
    }

    /**
     * A catalog.
     *
     * @throws IllegalArgumentException if two types have one name or class, or a type's upcasts have a gap
     */
    public static EventCatalog of(EventType<?>... types) {
        return new EventCatalog(JSON, List.of(types));
    }

    /** This with another way to write and read; for modules, naming and such. It should pass over unknown properties. */
    public EventCatalog withMapper(JsonMapper other) {
        return new EventCatalog(other, types());
    }

    /** All types, as they were given. */
    public List<EventType<?>> types() {
        return List.copyOf(byName.values());
    }

    /** The type of this name. */
    public Optional<EventType<?>> named(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /**
     * The type of a class.
     *
     * @throws IllegalArgumentException if there is none
     */
    @SuppressWarnings("unchecked") // the map's keys are the types' classes
    public <E> EventType<E> typeOf(Class<E> eventClass) {
        EventType<?> type = byClass.get(eventClass);
        if (type == null) {
            throw new IllegalArgumentException("%s is not a registered class of events; registered: %s"
                    .formatted(eventClass.getName(), byName.keySet()));
        }
        return (EventType<E>) type;
    }

    /**
     * The types whose events are of a class or interface: one, or those of a sealed interface.
     *
     * @throws IllegalArgumentException if there is none
     */
    public List<EventType<?>> typesOf(Class<?> eventClass) {
        List<EventType<?>> types = byName.values().stream()
                .filter(type -> eventClass.isAssignableFrom(type.eventClass()))
                .toList();
        if (types.isEmpty()) {
            throw new IllegalArgumentException("no registered class of events is a %s; registered: %s"
                    .formatted(eventClass.getName(), byName.keySet()));
        }
        return types;
    }

    /** The topic of a type, for {@code broker.publish} and {@code outbox.publish}. */
    public <E> Topic<E> topic(EventType<E> type) {
        return new Topic<>(type.topic(), new Codec<>(type));
    }

    /**
     * The message of an event, with a random id, its type, version and key.
     *
     * @throws IllegalArgumentException if its class is not registered
     */
    public <E> Message<E> message(E event) {
        EventType<E> type = typeOfEvent(event);
        Message<E> message = Message.of(type.name(), event).withVersion(Integer.toString(type.version()));
        Optional<String> key = type.keyOf(event);
        return key.isPresent() ? message.withKey(key.get()) : message;
    }

    /** Writes an event. */
    <E> byte[] encode(EventType<E> type, E event) {
        return type.protobuf().isPresent() ? type.protobuf().get().codec().encode(event) : json(event);
    }

    /** Writes an object. */
    byte[] json(Object value) {
        try {
            return mapper.writeValueAsBytes(value);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "an object of %s cannot be written as JSON: %s"
                            .formatted(value.getClass().getName(), e.getOriginalMessage()),
                    e);
        }
    }

    /** Reads an event of any registered type. A message without a version has version 1. */
    public EventReading read(Message<byte[]> message) {
        return read(message.type(), message.metadata().version().orElse("1"), message.payload());
    }

    EventReading read(String typeName, String versionText, byte[] payload) {
        EventType<?> type = byName.get(typeName);
        if (type == null) {
            return new EventReading.Unknown(typeName);
        }
        try {
            return new EventReading.Known(type, readKnown(type, versionOf(type, versionText), payload));
        } catch (IllegalArgumentException e) {
            return new EventReading.Unreadable(Objects.requireNonNullElse(e.getMessage(), e.toString()));
        }
    }

    private static int versionOf(EventType<?> type, String text) {
        int version;
        try {
            version = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            version = 0;
        }
        if (version < 1) {
            throw new IllegalArgumentException(
                    "the version of an event \"%s\" must be a number from 1 on, but is \"%s\""
                            .formatted(type.name(), text));
        }
        if (version > type.version()) {
            throw new IllegalArgumentException(
                    "event \"%s\" has version %d, but this program knows versions up to %d: bring it up to date, then redrive"
                            .formatted(type.name(), version, type.version()));
        }
        return version;
    }

    private Object readKnown(EventType<?> type, int version, byte[] payload) {
        if (type.protobuf().isPresent()) {
            try {
                return type.protobuf().get().codec().decode(payload, type.contentType());
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "event \"%s\" of version %d cannot be read: %s".formatted(type.name(), version, e.getMessage()),
                        e);
            }
        }
        Object event;
        try {
            if (version == type.version()) {
                event = mapper.readValue(payload, type.eventClass());
            } else {
                JsonNode tree = mapper.readTree(payload);
                if (!(tree instanceof ObjectNode object)) {
                    throw new IllegalArgumentException("the payload of an event \"%s\" must be a JSON object, but is %s"
                            .formatted(type.name(), tree.getNodeType()));
                }
                event = mapper.treeToValue(type.upcast(object, version), type.eventClass());
            }
        } catch (JacksonException e) {
            // Without the source, which quotes from the payload.
            throw new IllegalArgumentException(
                    "event \"%s\" of version %d cannot be read as %s: %s"
                            .formatted(type.name(), version, type.eventClass().getName(), e.getOriginalMessage()),
                    e);
        }
        if (event == null) {
            throw new IllegalArgumentException("the payload of an event \"" + type.name() + "\" is JSON null");
        }
        return event;
    }

    @SuppressWarnings("unchecked") // the class of an object of E is one of E or below; exact classes are registered
    <E> EventType<E> typeOfEvent(E event) {
        return (EventType<E>) typeOf(event.getClass());
    }

    JsonMapper mapper() {
        return mapper;
    }

    /** Payloads of one type, of its current version only: what {@link #topic} writes. */
    private final class Codec<E> implements PayloadCodec<E> {
        private final EventType<E> type;

        Codec(EventType<E> type) {
            this.type = type;
        }

        @Override
        public String contentType() {
            return type.contentType();
        }

        @Override
        public byte[] encode(E payload) {
            return EventCatalog.this.encode(type, payload);
        }

        @Override
        public E decode(byte[] payload, String contentType) {
            return type.eventClass().cast(readKnown(type, type.version(), payload));
        }
    }
}
