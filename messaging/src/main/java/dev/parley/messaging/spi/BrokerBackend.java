package dev.parley.messaging.spi;

import dev.parley.messaging.DeadLetter;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.QueueStats;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A connection to one broker. Its methods block, are called on many virtual threads at once, and end when that thread is interrupted, which
 * must not harm what other threads share (a socket that is read by a virtual thread is closed by its interrupt: shared connections belong to
 * platform threads). An implementation reconnects when it is called, not by itself, and never repeats a publication: whoever calls it tries
 * again with backoff. Errors are {@link dev.parley.CallException}s: {@code UNAVAILABLE} for what may succeed later, another code for what
 * does not (wrong credentials: {@code UNAUTHENTICATED}; a queue that is not there: {@code NOT_FOUND}; one that is declared differently:
 * {@code FAILED_PRECONDITION}); the message says what and where, and holds no secret. Implementations are thread-safe, and name the broker
 * in {@link Object#toString} without secrets.
 */
public interface BrokerBackend extends AutoCloseable {

    /** What this broker can do; the same for as long as it is open. */
    BackendProfile profile();

    /**
     * Checks names beyond what is allowed everywhere.
     *
     * @throws IllegalArgumentException if this broker cannot have the topic, pattern or group, or an existing {@code queue} of this name
     */
    default void check(QueueName queue) {}

    /**
     * What this broker itself calls a topic and a group, where OpenTelemetry's conventions for its system ask for that: values by the names
     * of attributes, {@code messaging.destination.name}, {@code messaging.consumer.group.name} or those of the system's own. What is not
     * there is the topic, and the group. Asked for each message that is traced; of little variety, for metrics are told by it.
     *
     * @param topic of the message
     * @param from what takes it; empty of a publication
     */
    default Map<String, String> telemetry(String topic, Optional<ConsumerSpec> from) {
        return Map.of();
    }

    /**
     * Publishes messages in their order, and returns when all are confirmed as {@link BackendProfile#confirm} says. Many threads call this
     * with one message each: an implementation sends what waits together. Each is no larger than {@link BackendProfile#maxMessageBytes}.
     *
     * @throws dev.parley.CallException if not all were confirmed; some of them may have been stored
     */
    void publish(List<Outgoing> messages) throws Exception;

    /**
     * Hands a message to the broker without waiting for it. May drop it.
     *
     * @throws dev.parley.CallException if it was certainly not sent; it is lost
     */
    void send(Outgoing message) throws Exception;

    /**
     * Makes the group known if it is not, and starts to take its messages: all that is published after this has returned is seen.
     */
    BackendConsumer consume(ConsumerSpec spec) throws Exception;

    /** What waits for each group that the broker knows, or that this object has used. */
    List<QueueStats> queues() throws Exception;

    /** What waits for one group, also where {@link #queues} cannot know of it; empty if there is none. */
    default Optional<QueueStats> queue(QueueName queue) throws Exception {
        return queues().stream().filter(each -> each.queue().equals(queue)).findFirst();
    }

    /**
     * Goes through the dead letters of a queue, oldest first, as many as there are when it begins, and does with each what {@code visitor}
     * says before it asks for the next. {@link LetterAction#REDRIVE} puts it into the group's queue, confirmed, and then removes it.
     *
     * @param max how many at most
     * @param visitor may block for a while; what it throws ends the visit, the letter stays
     * @throws dev.parley.CallException if it broke off: what was done is done, the rest is as it was; a letter may be in the queue and still
     *     be a dead letter
     */
    void visitDeadLetters(QueueName queue, int max, Function<DeadLetter, LetterAction> visitor) throws Exception;

    /** Removes a group with all that waits for it, its dead letters included. Without effect if there is none. */
    void deleteGroup(QueueName queue) throws Exception;

    /** Asks the server for a sign of life, or opens the connection to it. */
    void ping() throws Exception;

    /** Closes the connection; what waits in it ends. Without effect the second time. */
    @Override
    void close();
}
