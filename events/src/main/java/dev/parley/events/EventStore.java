package dev.parley.events;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.RetryAdvice;
import dev.parley.messaging.Message;
import dev.parley.store.Position;
import dev.parley.store.Store;
import dev.parley.store.Transaction;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Streams of events as the record of what happened: appended with the version that the writer has seen, never changed, folded into a state
 * when it is needed, and readable all together in the order of their commits.
 *
 * <pre>{@code
 * EventStore<OrderEvent> events = EventStore.on(store, OrderEvent.class, catalog);
 * Fold<Order, OrderEvent> orders = Fold.of("order", Order.class, Order.NONE, Order::with);
 * Snapshot<Order> order = events.rebuild("order-1", orders);
 * store.run(tx -> events.append(tx, "order-1", order.version(), List.of(new OrderCancelled("order-1"))));
 * }</pre>
 *
 * <p>Types are those of an {@link EventCatalog}, and old versions are upcast when they are read. A store has one table of events, which several
 * objects may share. Thread-safe.
 *
 * @param <E> the events, such as a sealed interface
 */
public final class EventStore<E> {

    /** For {@link #append}: whatever the stream's version is. */
    public static final long ANY_VERSION = -1;

    /** The channel that an append {@linkplain Transaction#wake wakes}, for readers by position. */
    public static final String CHANNEL = "parley.events";

    private static final int PAGE = 500;
    private static final int MOST_APPENDED = 10_000;

    private final Store store;
    private final Class<E> eventClass;
    private final EventCatalog catalog;
    private final @Nullable Outbox outbox;

    private EventStore(Store store, Class<E> eventClass, EventCatalog catalog, @Nullable Outbox outbox) {
        this.store = store;
        this.eventClass = eventClass;
        this.catalog = catalog;
        this.outbox = outbox;
    }

    /**
     * The event store of a store. Makes its tables if they are missing.
     *
     * @param eventClass of which all events in it are
     * @throws CallException as {@link Store#migrate}
     */
    public static <E> EventStore<E> on(Store store, Class<E> eventClass, EventCatalog catalog) {
        store.migrate(EventRows.SCHEMA);
        return new EventStore<>(store, eventClass, catalog, null);
    }

    /** This, publishing all that it appends through an outbox in the same transaction; an event without a key has its stream as one. */
    public EventStore<E> publishingTo(Outbox published) {
        return new EventStore<>(store, eventClass, catalog, published);
    }

    /**
     * Appends events to a stream.
     *
     * @param stream 1 to 200 characters
     * @param expectedVersion of the stream before: 0 if it must not exist, or {@link #ANY_VERSION}
     * @param events 1 to 10,000
     * @return the stream's version now
     * @throws CallException {@code ABORTED} if the stream has another version, naming both: read it and decide again. Let it out of the
     *     transaction
     */
    public long append(Transaction tx, String stream, long expectedVersion, List<? extends E> events)
            throws SQLException {
        Ranges.checkName("stream", stream, 200);
        Ranges.check("expectedVersion", expectedVersion, ANY_VERSION, Long.MAX_VALUE);
        Ranges.check("number of events", events.size(), 1, MOST_APPENDED);
        long current = EventRows.version(tx, stream);
        if (expectedVersion != ANY_VERSION && expectedVersion != current) {
            throw conflict(stream, expectedVersion, current);
        }
        long version = current;
        for (E event : events) {
            version++;
            append(tx, stream, version, event, expectedVersion);
        }
        tx.wake(CHANNEL);
        return version;
    }

    private <T extends E> void append(Transaction tx, String stream, long version, T event, long expectedVersion)
            throws SQLException {
        EventType<T> type = catalog.typeOfEvent(event);
        Message<T> message = catalog.message(event);
        if (!EventRows.insert(tx, stream, version, message.id(), type, catalog.encode(type, event))) {
            throw conflict(stream, expectedVersion, EventRows.version(tx, stream));
        }
        Outbox published = outbox;
        if (published != null) {
            published.publish(
                    tx, catalog.topic(type), message.metadata().key().isPresent() ? message : message.withKey(stream));
        }
    }

    private static CallException conflict(String stream, long expected, long current) {
        String message = expected == ANY_VERSION
                ? "stream \"%s\" was appended to at the same time, and has version %d now".formatted(stream, current)
                : "stream \"%s\" has version %d, but version %d was expected".formatted(stream, current, expected);
        CallException conflict = new CallException(Code.ABORTED, message);
        // With a version of its own to expect, the same append fails again however often it is repeated.
        return conflict.withRetryAdvice(expected == ANY_VERSION ? RetryAdvice.SAFE : RetryAdvice.NEVER);
    }

    /** The version of a stream: how many events it has; 0 if there is none of this name. */
    public long version(String stream) {
        return store.read(tx -> EventRows.version(tx, stream));
    }

    /**
     * Events of a stream in their order.
     *
     * @param afterVersion only those after this version
     * @param most 1 to 10,000
     * @throws CallException {@code DATA_LOSS} if one cannot be read, naming it
     */
    public List<StoredEvent<E>> read(String stream, long afterVersion, int most) {
        Ranges.check("most", most, 1, MOST_APPENDED);
        return store.read(tx -> EventRows.ofStream(tx, stream, afterVersion, most)).stream()
                .map(this::decoded)
                .toList();
    }

    /**
     * Events of all streams in the order of their commits. What is returned is never preceded by something that is committed later, so
     * whoever goes on from the last position skips nothing.
     *
     * @param after {@link Position#START} for the beginning
     * @param most 1 to 10,000
     * @throws CallException {@code DATA_LOSS} if one cannot be read, naming it
     */
    public List<StoredEvent<E>> readAll(Position after, int most) {
        return store.read(tx -> readAll(tx, after, most));
    }

    /** As {@link #readAll(Position, int)}, in a transaction of one's own. */
    public List<StoredEvent<E>> readAll(Transaction tx, Position after, int most) throws SQLException {
        Ranges.check("most", most, 1, MOST_APPENDED);
        return EventRows.after(tx, after, most).stream().map(this::decoded).toList();
    }

    /** Folds a stream, from its newest snapshot of this fold if it has one. A stream that does not exist is the initial state of version 0. */
    public <S> Snapshot<S> rebuild(String stream, Fold<S, ? super E> fold) {
        Snapshot<S> from = store.<Optional<Snapshot<byte[]>>>read(tx -> EventRows.snapshot(tx, stream, fold))
                .map(saved -> new Snapshot<>(saved.version(), state(stream, fold, saved.state())))
                .orElseGet(() -> new Snapshot<>(0, fold.initial()));
        return fold(stream, fold, from);
    }

    /** Folds a stream from its first event on, whatever snapshots there are. */
    public <S> Snapshot<S> rebuildFromStart(String stream, Fold<S, ? super E> fold) {
        return fold(stream, fold, new Snapshot<>(0, fold.initial()));
    }

    private <S> Snapshot<S> fold(String stream, Fold<S, ? super E> fold, Snapshot<S> from) {
        S state = from.state();
        long version = from.version();
        while (true) {
            List<StoredEvent<E>> page = read(stream, version, PAGE);
            for (StoredEvent<E> each : page) {
                state = fold.step().apply(state, each.event());
                version = each.version();
            }
            if (page.size() < PAGE) {
                return new Snapshot<>(version, state);
            }
        }
    }

    /** Keeps a state of a stream, so that {@link #rebuild} needs to read what came after only. An older one than is kept changes nothing. */
    public <S> void saveSnapshot(String stream, Fold<S, ? super E> fold, Snapshot<S> snapshot) {
        byte[] state = catalog.json(snapshot.state());
        store.run(tx -> {
            long version = EventRows.version(tx, stream);
            if (snapshot.version() > version || snapshot.version() < 1) {
                throw new IllegalArgumentException("version of a snapshot of stream \"%s\" must be 1 to %d, but is %d"
                        .formatted(stream, version, snapshot.version()));
            }
            EventRows.saveSnapshot(tx, stream, fold, snapshot.version(), state);
        });
    }

    private <S> S state(String stream, Fold<S, ?> fold, byte[] json) {
        try {
            return catalog.mapper().readValue(json, fold.stateClass());
        } catch (JacksonException e) {
            throw new CallException(
                    Code.DATA_LOSS,
                    "the snapshot of stream \"%s\" for \"%s\" version %d cannot be read: give the fold another version"
                            .formatted(stream, fold.name(), fold.version()),
                    e);
        }
    }

    private StoredEvent<E> decoded(EventRows.Row row) {
        return switch (catalog.read(row.type(), Integer.toString(row.typeVersion()), row.payload())) {
            case EventReading.Known known
            when eventClass.isInstance(known.event()) ->
                new StoredEvent<>(
                        row.position(),
                        row.stream(),
                        row.version(),
                        row.id(),
                        row.created(),
                        eventClass.cast(known.event()));
            case EventReading.Known known -> throw unreadable(row, "it is no " + eventClass.getName());
            case EventReading.Unknown unknown -> throw unreadable(row, "its type is not registered");
            case EventReading.Unreadable bad -> throw unreadable(row, bad.reason());
        };
    }

    private static CallException unreadable(EventRows.Row row, String why) {
        return new CallException(
                Code.DATA_LOSS,
                "event %d of stream \"%s\", a \"%s\", cannot be read: %s"
                        .formatted(row.version(), row.stream(), row.type(), why));
    }
}
