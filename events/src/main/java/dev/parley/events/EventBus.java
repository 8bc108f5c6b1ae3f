package dev.parley.events;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Handler;
import dev.parley.messaging.Delivery;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.Message;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.SubscribeOptions;
import dev.parley.messaging.Subscription;
import dev.parley.messaging.Topic;
import dev.parley.store.Transaction;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.UnaryOperator;

/**
 * Domain events over a broker, published and subscribed to by their classes.
 *
 * <pre>{@code
 * EventBus bus = EventBus.on(broker, EventCatalog.of(placed, confirmed, cancelled));
 * bus.subscribe(OrderPlaced.class, "email", (call, delivery) -> {
 *     send(delivery.payload());
 *     return Disposition.ack();
 * });
 * bus.publish(new OrderPlaced("o-1", 1250));
 * }</pre>
 *
 * <p>An event of a newer version than the program knows, or that is malformed, is rejected with a reason that names type and version. Does
 * not close the broker. Thread-safe.
 */
public final class EventBus {

    private final MessageBroker broker;
    private final EventCatalog catalog;

    // What the document tells.
    private final Set<String> sends = ConcurrentHashMap.newKeySet();
    private final Map<String, Set<String>> receives = new ConcurrentHashMap<>();

    private EventBus(MessageBroker broker, EventCatalog catalog) {
        this.broker = broker;
        this.catalog = catalog;
    }

    /** Events of these types over a broker. */
    public static EventBus on(MessageBroker broker, EventCatalog catalog) {
        return new EventBus(broker, catalog);
    }

    /** The types. */
    public EventCatalog catalog() {
        return catalog;
    }

    /**
     * Says which events this program publishes, for {@link #asyncApi}; those that it has published are known anyway.
     *
     * @throws IllegalArgumentException if one is not registered
     */
    public void declarePublished(Class<?>... eventClasses) {
        for (Class<?> each : eventClasses) {
            catalog.typesOf(each).forEach(type -> sends.add(type.name()));
        }
    }

    /**
     * Publishes an event.
     *
     * @throws CallException as {@link MessageBroker#publish(Topic, Message)}
     * @throws IllegalArgumentException if its class is not registered
     */
    public void publish(Object event) {
        publish(event, UnaryOperator.identity());
    }

    /** Publishes an event whose message is changed first, such as {@code message -> message.withCorrelationId(id)}. */
    public <E> void publish(E event, UnaryOperator<Message<E>> change) {
        EventType<E> type = catalog.typeOfEvent(event);
        sends.add(type.name());
        broker.publish(catalog.topic(type), change.apply(catalog.message(event)));
    }

    /** Publishes an event through an outbox, once the transaction has committed. */
    public void publish(Outbox outbox, Transaction tx, Object event) throws SQLException {
        publish(outbox, tx, event, UnaryOperator.identity());
    }

    /** As {@link #publish(Outbox, Transaction, Object)}, with its message changed first. */
    public <E> void publish(Outbox outbox, Transaction tx, E event, UnaryOperator<Message<E>> change)
            throws SQLException {
        EventType<E> type = catalog.typeOfEvent(event);
        sends.add(type.name());
        outbox.publish(tx, catalog.topic(type), change.apply(catalog.message(event)));
    }

    /** {@link #subscribe(Class, String, Handler, SubscribeOptions, UnknownEvents)} with the defaults. */
    public <E> EventSubscription subscribe(
            Class<E> eventClass, String group, Handler<Delivery<E>, Disposition> handler) {
        return subscribe(eventClass, group, handler, SubscribeOptions.defaults(), UnknownEvents.PASS_OVER);
    }

    /**
     * Handles events of a class for a group; of an interface, such as a sealed one, those of all registered classes that implement it. For
     * each of their topics there is a subscription at the broker; order by key is kept within each.
     *
     * @throws IllegalArgumentException if no such class is registered
     * @throws CallException as {@link MessageBroker#subscribe(Topic, String, Handler, SubscribeOptions)}
     */
    public <E> EventSubscription subscribe(
            Class<E> eventClass,
            String group,
            Handler<Delivery<E>, Disposition> handler,
            SubscribeOptions options,
            UnknownEvents unknown) {
        Map<String, List<EventType<?>>> topics = new LinkedHashMap<>();
        for (EventType<?> type : catalog.typesOf(eventClass)) {
            topics.computeIfAbsent(type.topic(), topic -> new ArrayList<>()).add(type);
        }
        return subscribe(topics.keySet(), eventClass, group, handler, options, unknown);
    }

    /**
     * As {@link #subscribe(Class, String, Handler, SubscribeOptions, UnknownEvents)}, with one subscription to a pattern, such as {@code
     * order.*}, in which all types keep the order of a key. The broker needs {@code Capability.PATTERNS}.
     */
    public <E> EventSubscription subscribePattern(
            String pattern,
            Class<E> eventClass,
            String group,
            Handler<Delivery<E>, Disposition> handler,
            SubscribeOptions options,
            UnknownEvents unknown) {
        catalog.typesOf(eventClass).forEach(type -> {
            if (!Topic.bytes(pattern).matches(type.topic())) {
                throw new IllegalArgumentException("pattern \"%s\" does not match topic \"%s\" of events \"%s\""
                        .formatted(pattern, type.topic(), type.name()));
            }
        });
        return subscribe(Set.of(pattern), eventClass, group, handler, options, unknown);
    }

    private <E> EventSubscription subscribe(
            Set<String> topics,
            Class<E> eventClass,
            String group,
            Handler<Delivery<E>, Disposition> handler,
            SubscribeOptions options,
            UnknownEvents unknown) {
        LongAdder passedOver = new LongAdder();
        Handler<Delivery<byte[]>, Disposition> reading =
                (call, delivery) -> handle(call, delivery, eventClass, handler, unknown, passedOver);
        List<Subscription> parts = new ArrayList<>();
        try {
            for (String topic : topics) {
                parts.add(broker.subscribe(Topic.bytes(topic), group, reading, options));
            }
        } catch (RuntimeException e) {
            parts.forEach(Subscription::close);
            throw e;
        }
        for (EventType<?> type : catalog.typesOf(eventClass)) {
            receives.computeIfAbsent(type.name(), name -> ConcurrentHashMap.newKeySet())
                    .add(group);
        }
        return new EventSubscription(parts, passedOver);
    }

    private <E> Disposition handle(
            Call call,
            Delivery<byte[]> delivery,
            Class<E> eventClass,
            Handler<Delivery<E>, Disposition> handler,
            UnknownEvents unknown,
            LongAdder passedOver)
            throws Exception {
        return switch (catalog.read(delivery.message())) {
            case EventReading.Known known
            when eventClass.isInstance(known.event()) ->
                handler.handle(
                        call,
                        new Delivery<>(
                                delivery.message().withPayload(eventClass.cast(known.event())),
                                delivery.topic(),
                                delivery.group(),
                                delivery.attempt(),
                                delivery.position(),
                                delivery.firstFailure()));
            case EventReading.Known known -> passOver(unknown, known.type().name(), delivery, passedOver);
            case EventReading.Unknown other -> passOver(unknown, other.type(), delivery, passedOver);
            case EventReading.Unreadable unreadable -> Disposition.reject(unreadable.reason());
        };
    }

    private static Disposition passOver(
            UnknownEvents unknown, String type, Delivery<byte[]> delivery, LongAdder passedOver) {
        return switch (unknown) {
            case PASS_OVER -> {
                passedOver.increment();
                yield Disposition.ack();
            }
            case REJECT ->
                Disposition.reject("group \"%s\" does not handle events \"%s\", but one came by topic \"%s\""
                        .formatted(delivery.group(), type, delivery.topic()));
        };
    }

    /**
     * The AsyncAPI 3.0 document of what this program publishes and has subscribed to, in JSON.
     *
     * @param title of the application
     * @param version of the application
     * @see <a href="https://www.asyncapi.com/docs/reference/specification/v3.0.0">AsyncAPI 3.0.0</a>
     */
    public String asyncApi(String title, String version) {
        Map<String, Set<String>> groups = new LinkedHashMap<>();
        receives.forEach((type, names) -> groups.put(type, new TreeSet<>(names)));
        return AsyncApiDocument.write(catalog, title, version, Set.copyOf(sends), groups);
    }
}
