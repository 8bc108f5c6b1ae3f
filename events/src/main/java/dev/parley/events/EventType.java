package dev.parley.events;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import dev.parley.messaging.Message;
import dev.parley.messaging.PayloadCodec;
import dev.parley.messaging.Topic;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A type of domain events: its name in messages, its class, its schema's version, and how older versions become this one. Immutable.
 *
 * <pre>{@code
 * EventType<OrderPlaced> placed = EventType.of("order.placed", OrderPlaced.class)
 *         .version(3)
 *         .upcast(1, json -> json.put("currency", "EUR"))
 *         .upcast(2, json -> json.set("lines", json.remove("items")))
 *         .key(OrderPlaced::orderId);
 * }</pre>
 *
 * @param <E> its events, a record, or a generated protobuf message
 */
public final class EventType<E> {

    private static final int MOST = 1_000_000;

    private final String name;
    private final Class<E> eventClass;
    private final int version;
    private final Map<Integer, UnaryOperator<ObjectNode>> upcasts;
    private final String topic;
    private final @Nullable Function<E, String> key;
    private final Optional<Protobuf<E>> protobuf;

    private EventType(
            String name,
            Class<E> eventClass,
            int version,
            Map<Integer, UnaryOperator<ObjectNode>> upcasts,
            String topic,
            @Nullable Function<E, String> key,
            Optional<Protobuf<E>> protobuf) {
        this.name = name;
        this.eventClass = eventClass;
        this.version = version;
        this.upcasts = upcasts;
        this.topic = topic;
        this.key = key;
        this.protobuf = protobuf;
    }

    /** How protobuf messages are written, and what they are. */
    record Protobuf<E>(PayloadCodec<E> codec, Descriptor descriptor) {}

    /**
     * A type of version 1, without a key, whose topic has its name.
     *
     * @param name as {@link Topic} and {@link Message#type} allow
     * @param eventClass a class, such as a record, that Jackson writes and reads; no interface
     * @throws IllegalArgumentException if either is not allowed
     */
    public static <E> EventType<E> of(String name, Class<E> eventClass) {
        if (eventClass.isInterface() || eventClass.isArray() || eventClass.isPrimitive()) {
            throw new IllegalArgumentException(
                    "the class of events \"%s\" must be a record or another class, but is %s; register each record of a sealed interface"
                            .formatted(name, eventClass.getName()));
        }
        return of(name, eventClass, Optional.empty());
    }

    /**
     * A type whose events are protobuf messages in their binary form, of version 1, without a key, whose topic has its name. Older versions
     * are read as they are, as protobuf's rules for changing a message allow, so there are no upcasts; a newer version is refused as it is of JSON.
     *
     * @param name as {@link Topic} and {@link Message#type} allow
     * @param instance any of the class, {@code OrderPlaced.getDefaultInstance()}
     * @throws IllegalArgumentException if the name is not allowed, or the message is a {@code DynamicMessage}, whose class says nothing
     */
    @SuppressWarnings("unchecked") // a message's class is that of its prototype
    public static <E extends com.google.protobuf.Message> EventType<E> ofProtobuf(String name, E instance) {
        if (instance instanceof DynamicMessage) {
            throw new IllegalArgumentException(
                    "the class of events \"%s\" must be a generated one, but is DynamicMessage".formatted(name));
        }
        return of(
                name,
                (Class<E>) instance.getClass(),
                Optional.of(new Protobuf<>(PayloadCodec.protobuf(instance), instance.getDescriptorForType())));
    }

    private static <E> EventType<E> of(String name, Class<E> eventClass, Optional<Protobuf<E>> protobuf) {
        checkTopic(name);
        Ranges.checkName("name of events", name, Message.MAX_NAME);
        return new EventType<>(name, eventClass, 1, Map.of(), name, null, protobuf);
    }

    /** This with the version of the schema that the class has; 1 to 1,000,000. */
    public EventType<E> version(int current) {
        Ranges.check("version of \"" + name + "\"", current, 1, MOST);
        if (upcasts.keySet().stream().anyMatch(from -> from >= current)) {
            throw new IllegalArgumentException(
                    "version of \"%s\" must be greater than those with an upcast, %s, but is %d"
                            .formatted(name, upcasts.keySet(), current));
        }
        return new EventType<>(name, eventClass, current, upcasts, topic, key, protobuf);
    }

    /**
     * This with a step from a version to the next one. Steps are taken one after the other until the current version is reached.
     *
     * @param from 1 to the current version - 1
     * @param step changes the payload, or returns another; what it throws makes the event unreadable
     * @throws IllegalArgumentException if there is one from there already, or events are protobuf messages
     */
    public EventType<E> upcast(int from, UnaryOperator<ObjectNode> step) {
        if (protobuf.isPresent()) {
            throw new IllegalArgumentException(
                    "events \"%s\" are protobuf messages, which have no upcasts: older ones are read as they are"
                            .formatted(name));
        }
        Ranges.check("upcast of \"" + name + "\" from version", from, 1, version - 1L);
        Map<Integer, UnaryOperator<ObjectNode>> more = new TreeMap<>(upcasts);
        if (more.put(from, Objects.requireNonNull(step, "step")) != null) {
            throw new IllegalArgumentException("\"%s\" has an upcast from version %d already".formatted(name, from));
        }
        return new EventType<>(name, eventClass, version, Map.copyOf(more), topic, key, protobuf);
    }

    /** This with keys: events of one key keep their order. */
    public EventType<E> key(Function<E, String> keyOf) {
        return new EventType<>(
                name, eventClass, version, upcasts, topic, Objects.requireNonNull(keyOf, "keyOf"), protobuf);
    }

    /** This on another topic. Types that share a topic keep the order of a key among each other. */
    public EventType<E> topic(String topicName) {
        checkTopic(topicName);
        return new EventType<>(name, eventClass, version, upcasts, topicName, key, protobuf);
    }

    /** Its name in messages. */
    public String name() {
        return name;
    }

    /** The class of its events. */
    public Class<E> eventClass() {
        return eventClass;
    }

    /** The version that the class has. */
    public int version() {
        return version;
    }

    /** The oldest version that can be read: all from here on have an upcast, or are protobuf messages. */
    public int oldestVersion() {
        if (protobuf.isPresent()) {
            return 1;
        }
        int oldest = version;
        while (upcasts.containsKey(oldest - 1)) {
            oldest--;
        }
        return oldest;
    }

    /** The name of its topic. */
    public String topic() {
        return topic;
    }

    /** What events are, if they are protobuf messages; otherwise they are JSON. */
    Optional<Protobuf<E>> protobuf() {
        return protobuf;
    }

    /** Of their payloads. */
    String contentType() {
        return protobuf.map(each -> each.codec().contentType()).orElse("application/json");
    }

    Optional<String> keyOf(E event) {
        return key == null ? Optional.empty() : Optional.of(key.apply(event));
    }

    /**
     * The payload of a version made one of the current version.
     *
     * @throws IllegalArgumentException if that is not possible
     */
    ObjectNode upcast(ObjectNode payload, int from) {
        ObjectNode json = payload;
        for (int at = from; at < version; at++) {
            UnaryOperator<ObjectNode> step = upcasts.get(at);
            if (step == null) {
                throw new IllegalArgumentException(
                        "event \"%s\" of version %d cannot be read: there is no upcast from version %d, and this program has version %d"
                                .formatted(name, from, at, version));
            }
            try {
                json = Objects.requireNonNull(step.apply(json), "the upcast returned null");
            } catch (RuntimeException e) {
                throw new IllegalArgumentException(
                        "event \"%s\" of version %d cannot be read: the upcast from version %d failed: %s"
                                .formatted(name, from, at, e),
                        e);
            }
        }
        return json;
    }

    void checkNoGap() {
        int oldest = oldestVersion();
        upcasts.keySet().stream().filter(from -> from < oldest).findFirst().ifPresent(below -> {
            throw new IllegalArgumentException(
                    "upcasts of \"%s\" have a gap: one from version %d, but none from version %d"
                            .formatted(name, below, oldest - 1));
        });
    }

    private static void checkTopic(String name) {
        if (Topic.bytes(name).isPattern()) {
            throw new IllegalArgumentException("topic of events must not be a pattern, but is \"" + name + "\"");
        }
    }

    @Override
    public String toString() {
        return "EventType[" + name + ", version " + version + ", " + eventClass.getName() + "]";
    }
}
