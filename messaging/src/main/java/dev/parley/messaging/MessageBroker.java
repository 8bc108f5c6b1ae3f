package dev.parley.messaging;

import dev.parley.CallException;
import dev.parley.Handler;
import dev.parley.messaging.spi.BrokerBackend;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Messages and events over any broker. At least once per topic and group: a publication that has returned reaches each group that the
 * broker knows, until a handler has said {@link Disposition#ack}; groups do not see each other. Never promised: exactly once, an order
 * over all keys, order across retries.
 *
 * <pre>{@code
 * try (MessageBroker broker = MessageBroker.connect("memory:")) {
 *     Topic<OrderPlaced> placed = Topic.json("order.placed", OrderPlaced.class);
 *     broker.subscribe(placed, "email", (call, delivery) -> {
 *         send(delivery.payload());
 *         return Disposition.ack();
 *     });
 *     broker.publish(placed, new OrderPlaced("o-1", 1250));
 * }
 * }</pre>
 *
 * <p>A broker that is away at the start is no error: {@link #problem} says so, and it is tried again all the time, with growing jittered
 * waits. All methods block, and end with the thread's interrupt. Thread-safe.
 */
public interface MessageBroker extends AutoCloseable {

    /**
     * Connects to the broker of a URI: {@code memory:}, {@code sqlite:PATH}, {@code postgresql://...}, {@code parley://...}, {@code
     * amqp://...}, {@code kafka://...}, as far as their modules are on the class path.
     *
     * @throws IllegalArgumentException if the scheme or an option is unknown, or the URI malformed; no secret is in the message
     */
    static MessageBroker connect(String uri) {
        return connect(uri, BrokerOptions.defaults());
    }

    /** As {@link #connect(String)}, with options. */
    static MessageBroker connect(String uri, BrokerOptions options) {
        return Brokers.connect(uri, options);
    }

    /** A broker over a backend of one's own. It is closed with the broker. */
    static MessageBroker of(BrokerBackend backend, BrokerOptions options) {
        return Brokers.of(backend, options);
    }

    /**
     * Publishes a payload; its message has the topic's name as its type and a random id.
     *
     * @throws CallException as {@link #publish(Topic, Message, PublishOptions)}
     */
    default <T> void publish(Topic<T> topic, T payload) {
        publish(topic, Message.of(topic.name(), payload));
    }

    /**
     * Publishes a message.
     *
     * @throws CallException as {@link #publish(Topic, Message, PublishOptions)}
     */
    default <T> void publish(Topic<T> topic, Message<T> message) {
        publish(topic, message, PublishOptions.defaults());
    }

    /**
     * Publishes a message, and returns when the broker has confirmed it; see {@link #confirm} for what that means. If it throws, the
     * message may have been published all the same: publish it again with the same id, and consumers with an inbox see it once.
     *
     * @throws CallException {@code DEADLINE_EXCEEDED} or {@code UNAVAILABLE} if the broker did not confirm in time; {@code
     *     RESOURCE_EXHAUSTED} if it is full; {@code INVALID_ARGUMENT} if the message is larger than {@link #maxMessageBytes}; {@code
     *     UNIMPLEMENTED} if the broker lacks a capability that the options need
     * @throws IllegalArgumentException if the topic is a pattern, or the broker does not allow its name
     */
    <T> void publish(Topic<T> topic, Message<T> message, PublishOptions options);

    /** Publishes messages in their order, and returns when all are confirmed. If it throws, some of them may have been published. */
    <T> void publishAll(Topic<T> topic, List<Message<T>> messages);

    /** As {@link #subscribe(Topic, String, Handler, SubscribeOptions)} with the defaults. */
    default <T> Subscription subscribe(Topic<T> topic, String group, Handler<Delivery<T>, Disposition> handler) {
        return subscribe(topic, group, handler, SubscribeOptions.defaults());
    }

    /**
     * Handles messages of a topic, or of all topics of a pattern, for a group. What several subscriptions of one group get, they share.
     * The handler runs on virtual threads, in a {@linkplain dev.parley.Call call} of its own (service: the topic, method: the group); what
     * it throws becomes a disposition by {@link ErrorDispositions}. Waits until the broker has the group, so that nothing that is
     * published after this has returned is missed, as long as {@link BrokerOptions#publishTimeout}; if the broker is away for longer, it goes
     * on in the background, and {@link Subscription#problem} says so.
     *
     * @throws CallException {@code UNIMPLEMENTED} if the broker lacks a capability that the options need, naming it; {@code
     *     UNAUTHENTICATED}, {@code PERMISSION_DENIED}, {@code NOT_FOUND} or {@code FAILED_PRECONDITION} if it refuses
     * @throws IllegalArgumentException if a name is not allowed
     */
    <T> Subscription subscribe(
            Topic<T> topic, String group, Handler<Delivery<T>, Disposition> handler, SubscribeOptions options);

    /**
     * As {@code subscribe}, for a handler that takes what waits together: 1 to {@code maxBatch} messages, without waiting for more. It
     * returns one disposition a message, in their order; if it throws, all have failed. With {@link SubscribeOptions#ordered} a batch
     * holds messages of one key in their order, and no other batch holds that key meanwhile.
     *
     * @param maxBatch 1 to {@link SubscribeOptions#prefetch}
     */
    <T> Subscription subscribeBatch(
            Topic<T> topic,
            String group,
            int maxBatch,
            Handler<List<Delivery<T>>, List<Disposition>> handler,
            SubscribeOptions options);

    /**
     * Publishes a request and waits for its answer, which comes to a queue of this broker object's own.
     *
     * @throws CallException with the code of the handler that failed, or {@code DEADLINE_EXCEEDED} after {@code timeout}
     */
    <Q, R> R request(Topic<Q> topic, Message<Q> request, PayloadCodec<R> answers, Duration timeout);

    /** Answers {@linkplain #request requests}: competing consumers in one group. A handler's error is the answer, and is not tried again. */
    <Q, R> Subscription respond(
            Topic<Q> topic,
            String group,
            Handler<Delivery<Q>, R> handler,
            PayloadCodec<R> answers,
            SubscribeOptions options);

    /** Messages that may be lost. */
    FireAndForget fireAndForget();

    /** The dead letters of a group. */
    DeadLetters deadLetters(QueueName queue);

    /** What waits, for each group that the broker knows, or can tell of. */
    List<QueueStats> queues();

    /** What waits for one group, also where the broker has no list of them; empty if there is no such group. */
    default Optional<QueueStats> queue(QueueName queue) {
        return queues().stream().filter(each -> each.queue().equals(queue)).findFirst();
    }

    /** Removes a group with all that waits for it, its dead letters included. Without effect if the broker does not know it. */
    void deleteGroup(QueueName queue);

    /** What this broker can do. */
    Set<Capability> capabilities();

    /** What a confirmed publication means here; {@code MEMORY} while a server that decides it was never reached. */
    Confirm confirm();

    /** How large a message may be, its attributes included, in bytes. */
    int maxMessageBytes();

    /** Why it cannot be used at present; empty if all is well. For readiness. */
    Optional<CallException> problem();

    /** Closes all subscriptions, which drain, and then the connection. */
    @Override
    void close();
}
