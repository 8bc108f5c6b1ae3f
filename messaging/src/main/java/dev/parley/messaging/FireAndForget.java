package dev.parley.messaging;

/**
 * Messages that may be lost: nobody waits for a confirmation, nobody acknowledges, nothing is tried again, and who does not listen at the
 * time never hears. For what is worthless a moment later, such as a price on a screen. What a listener returns is nothing, so it cannot be
 * mistaken for a delivery that is settled. Thread-safe.
 */
public interface FireAndForget {

    /**
     * Sends and does not wait for the broker; never throws because it is away: then the message is lost, and counted.
     *
     * @throws IllegalArgumentException if the message is too large, or the topic is a pattern
     */
    <T> void send(Topic<T> topic, Message<T> message);

    /** Listens to a topic or a pattern; each listener gets each message at most once. */
    <T> Subscription listen(Topic<T> topic, Listener<T> listener);

    /**
     * Hears a message. It runs on a virtual thread, in a call of its own with a deadline of 30 s; what it throws is logged and the message
     * forgotten.
     */
    @FunctionalInterface
    interface Listener<T> {
        /** Hears {@code message}, which was sent to {@code topic}. */
        void hear(String topic, Message<T> message) throws Exception;
    }

    /** How many messages were lost here, because the broker was away or too slow, or a listener was. */
    long lost();
}
