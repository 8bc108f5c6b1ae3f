package dev.parley.messaging.store;

import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.Message;
import dev.parley.messaging.MessageMetadata;
import dev.parley.messaging.Topic;
import dev.parley.messaging.spi.Outgoing;
import dev.parley.store.Store;
import dev.parley.store.Transaction;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Publishes inside of a transaction of the store that the broker is in: the message is there if the transaction commits, and was never there
 * if it does not. So a business row and its message need no outbox between them, where the broker is in the same database.
 *
 * <pre>{@code
 * Store store = Store.shared("sqlite:/var/lib/shop"); // with MessageBroker.connect("sqlite:/var/lib/shop")
 * StorePublisher publisher = StorePublisher.of(store, BrokerOptions.defaults());
 * store.run(tx -> {
 *     orders.insert(tx, order);
 *     publisher.publish(tx, Topic.text("order.placed"), Message.of("order.placed", order.id()));
 * });
 * }</pre>
 *
 * <p>Interceptors of publications are not called. On PostgreSQL a group that is made or deleted waits for transactions that have published, so
 * they should be short. Thread-safe.
 */
public final class StorePublisher {

    private final Publishing publishing;
    private final String source;

    private StorePublisher(Publishing publishing, String source) {
        this.publishing = publishing;
        this.source = source;
    }

    /**
     * For a store, whose queues are made if they are not there.
     *
     * @param options the source of messages that have none, and the clock
     * @throws dev.parley.CallException as {@link Store#migrate}
     */
    public static StorePublisher of(Store store, BrokerOptions options) {
        store.migrate(QueueSchema.SCHEMA);
        Capacity capacity = new Capacity(StoreSettings.MAX_MESSAGES);
        return new StorePublisher(new Publishing(new Routes(), capacity, options.clock()), options.source());
    }

    /**
     * Publishes with the transaction.
     *
     * @throws IllegalArgumentException if the topic is a pattern, or the message has more than 4 MiB, its attributes included
     * @throws dev.parley.CallException RESOURCE_EXHAUSTED with more than 10,000,000 messages that wait
     * @throws SQLException if the database fails; to be passed on to the store
     */
    public <T> void publish(Transaction transaction, Topic<T> topic, Message<T> message) throws SQLException {
        if (topic.isPattern()) {
            throw new IllegalArgumentException(
                    "topic \"%s\" is a pattern: one can subscribe to it, but not publish".formatted(topic.name()));
        }
        MessageMetadata metadata = message.metadata();
        if (metadata.source().isEmpty()) {
            metadata = metadata.withSource(source);
        }
        Outgoing outgoing = new Outgoing(
                topic.name(),
                message.withPayload(topic.codec().encode(message.payload()))
                        .withMetadata(metadata.withContentType(topic.codec().contentType())),
                Optional.empty());
        int size = outgoing.bytes();
        if (size > StoreBackend.MAX_BYTES) {
            throw new IllegalArgumentException(
                    "message %s for %s has %d bytes, its attributes included, but %d are the most"
                            .formatted(message.id(), topic.name(), size, StoreBackend.MAX_BYTES));
        }
        publishing.publish(transaction, List.of(Envelope.of(outgoing)));
    }
}
