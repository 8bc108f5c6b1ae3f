package dev.parley.messaging.spi;

import dev.parley.messaging.ForeignMessage;
import dev.parley.messaging.Message;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * A message as a broker delivers it. Equal to itself only.
 *
 * <p>Not a record: it is a key of what is in flight. Immutable.
 */
public final class Received {

    private final String topic;
    private final Message<byte[]> message;
    private final Optional<ForeignMessage> foreign;
    private final int attempt;
    private final Optional<Instant> firstFailure;
    private final String position;
    private final Object receipt;

    /**
     * A CloudEvent.
     *
     * @param topic to which it was published
     * @param attempt 1 for the first delivery
     * @param firstFailure when it failed first, as an earlier {@link Settlement.Retry} said
     * @param position in the topic; empty if the broker has none
     * @param receipt what the backend needs to settle it
     */
    public Received(
            String topic,
            Message<byte[]> message,
            int attempt,
            Optional<Instant> firstFailure,
            String position,
            Object receipt) {
        this(topic, message, Optional.empty(), attempt, firstFailure, position, receipt);
    }

    /** What is no CloudEvent. */
    public Received(
            ForeignMessage foreign, int attempt, Optional<Instant> firstFailure, String position, Object receipt) {
        this(foreign.topic(), foreign.toMessage(), Optional.of(foreign), attempt, firstFailure, position, receipt);
    }

    private Received(
            String topic,
            Message<byte[]> message,
            Optional<ForeignMessage> foreign,
            int attempt,
            Optional<Instant> firstFailure,
            String position,
            Object receipt) {
        this.topic = Objects.requireNonNull(topic, "topic");
        this.message = Objects.requireNonNull(message, "message");
        this.foreign = foreign;
        this.attempt = Math.max(1, attempt);
        this.firstFailure = Objects.requireNonNull(firstFailure, "firstFailure");
        this.position = Objects.requireNonNull(position, "position");
        this.receipt = Objects.requireNonNull(receipt, "receipt");
    }

    /** To which it was published. */
    public String topic() {
        return topic;
    }

    /** The message; of a foreign one, {@link ForeignMessage#toMessage}. */
    public Message<byte[]> message() {
        return message;
    }

    /** What it is, if it is not a CloudEvent. */
    public Optional<ForeignMessage> foreign() {
        return foreign;
    }

    /** Which delivery this is; a lower bound. */
    public int attempt() {
        return attempt;
    }

    /** When it failed first. */
    public Optional<Instant> firstFailure() {
        return firstFailure;
    }

    /** Where it is in its topic. */
    public String position() {
        return position;
    }

    /** The backend's own. */
    public Object receipt() {
        return receipt;
    }

    @Override
    public String toString() {
        return topic + " " + message.id() + " attempt " + attempt;
    }
}
