package dev.parley.events;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.Message;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.PublishOptions;
import dev.parley.messaging.Topic;
import dev.parley.messaging.spi.Outgoing;
import dev.parley.store.Store;
import dev.parley.store.Transaction;
import java.sql.SQLException;
import java.util.List;

/**
 * Messages that commit together with business rows, and are sent to a broker afterwards: either both happen or neither.
 *
 * <pre>{@code
 * Outbox outbox = Outbox.on(store);
 * store.run(tx -> {
 *     insertOrder(tx, order);
 *     outbox.publish(tx, placed, Message.of("order.placed", event).withKey(order.id()));
 * });
 * OutboxRelay relay = outbox.relay(broker); // in each process; one of them is active
 * }</pre>
 *
 * <p>On PostgreSQL the transaction may be the caller's own, by {@link Store#within}. At least once: a relay that ends between the broker's
 * confirmation and its own mark sends again, with the same id, which an {@link Inbox} sees. Messages of one topic and key are sent in the
 * order of their commits, also over failures. A store has one outbox. Thread-safe.
 */
public final class Outbox {

    static final String CHANNEL = "parley.outbox";
    private static final int REDRIVEN = 20;

    private final Store store;
    private final OutboxOptions options;
    private final Backlog backlog;

    private Outbox(Store store, OutboxOptions options) {
        this.store = store;
        this.options = options;
        this.backlog = new Backlog(options.maxBacklog());
    }

    /** The outbox of a store, with the default options. Makes its tables if they are missing. */
    public static Outbox on(Store store) {
        return on(store, OutboxOptions.defaults());
    }

    /**
     * The outbox of a store. Makes its tables if they are missing.
     *
     * @throws CallException as {@link Store#migrate}
     */
    public static Outbox on(Store store, OutboxOptions options) {
        store.migrate(OutboxSchema.SCHEMA);
        TraceCarrier.register();
        return new Outbox(store, options);
    }

    /** {@link #publish(Transaction, Topic, Message, PublishOptions)} without a delay. */
    public <T> void publish(Transaction tx, Topic<T> topic, Message<T> message) throws SQLException {
        publish(tx, topic, message, PublishOptions.defaults());
    }

    /**
     * Publishes once the transaction has committed, not at all if it does not. The trace that is current, or was where the
     * transaction was begun, becomes the message's. A message without a source gets that of the broker to which it is relayed.
     *
     * @throws CallException {@code RESOURCE_EXHAUSTED} if {@link OutboxOptions#maxBacklog} messages wait; {@code INVALID_ARGUMENT} if it
     *     is larger than {@link OutboxOptions#maxMessageBytes}
     * @throws IllegalArgumentException if the topic is a pattern, or the payload cannot be encoded
     * @throws SQLException if the database fails; let it out of the transaction
     */
    public <T> void publish(Transaction tx, Topic<T> topic, Message<T> message, PublishOptions publishing)
            throws SQLException {
        if (topic.isPattern()) {
            throw new IllegalArgumentException(
                    "topic \"" + topic.name() + "\" is a pattern: one can subscribe to it, but not publish");
        }
        Message<byte[]> encoded = message.withPayload(topic.codec().encode(message.payload()));
        if (encoded.metadata().contentType().isEmpty()) {
            encoded = encoded.withMetadata(
                    encoded.metadata().withContentType(topic.codec().contentType()));
        }
        encoded = TraceHeaders.added(encoded);
        int bytes = Outgoing.now(topic.name(), encoded).bytes();
        if (bytes > options.maxMessageBytes()) {
            throw new CallException(
                    Code.INVALID_ARGUMENT,
                    "a message to \"%s\" has %d bytes, but an outbox takes %d at most (OutboxOptions.maxMessageBytes)"
                            .formatted(topic.name(), bytes, options.maxMessageBytes()));
        }
        backlog.enter(tx);
        OutboxRows.insert(tx, topic.name(), encoded, publishing.deliverAt());
        tx.wake(CHANNEL);
    }

    /** {@link #relay(MessageBroker, RelayOptions)} with the default options. */
    public OutboxRelay relay(MessageBroker broker) {
        return relay(broker, RelayOptions.defaults());
    }

    /**
     * Sends what waits to a broker, until it is closed. Of all relays of a store, over all processes, one is active; the others wait to
     * take its place. Does not close the broker.
     */
    public OutboxRelay relay(MessageBroker broker, RelayOptions relayOptions) {
        return OutboxRelay.start(store, broker, relayOptions);
    }

    /** Where it is. */
    Store store() {
        return store;
    }

    /** What waits. Counts all of it. */
    public OutboxStats stats() {
        return store.read(OutboxRows::stats);
    }

    /** What the broker refuses for good, the oldest first. */
    public List<OutboxLetter> setAside(int most) {
        return setAside(0, most);
    }

    /**
     * What the broker refuses for good, by their ids.
     *
     * @param afterId only those after this {@link OutboxLetter#id}
     * @param most 1 to 1,000
     */
    public List<OutboxLetter> setAside(long afterId, int most) {
        Ranges.check("most", most, 1, 1000);
        return store.read(tx -> OutboxRows.letters(tx, afterId, most));
    }

    /**
     * Puts a message that was set aside back, behind all that wait. Safe to repeat.
     *
     * @return false if there is none of this {@link OutboxLetter#id}
     */
    public boolean redrive(long letter) {
        return store.transaction(tx -> {
            boolean found = OutboxRows.redrive(tx, letter);
            if (found) {
                tx.wake(CHANNEL);
            }
            return found;
        });
    }

    /**
     * Puts all that were set aside by now back, in their order.
     *
     * @return how many
     */
    public long redriveAll() {
        long done = 0;
        long at = 0;
        long last = store.read(OutboxRows::lastLetter); // what fails again comes behind it
        while (at < last) {
            List<OutboxLetter> letters = setAside(at, REDRIVEN);
            for (OutboxLetter letter : letters) {
                if (letter.id() <= last && redrive(letter.id())) {
                    done++;
                }
            }
            at = letters.isEmpty() ? last : letters.getLast().id();
        }
        return done;
    }

    /** Deletes a message that was set aside; false if there is none of this id. */
    public boolean discard(long letter) {
        return store.transaction(tx -> OutboxRows.discard(tx, letter));
    }
}
