package dev.parley.messaging;

import dev.parley.CallException;
import java.util.Optional;

/** A group's consumer that runs until it is closed. Thread-safe. */
public interface Subscription extends AutoCloseable {

    /** The queue that it takes from. */
    QueueName queue();

    /** Takes no further messages from the broker; those that it holds are handled. Without effect the second time. */
    void pause();

    /** Goes on after {@link #pause}. */
    void resume();

    /** What it does and has done. */
    SubscriptionSnapshot snapshot();

    /** Why it gets no messages at present, such as a broker that is down, tried again all the time; empty if all is well. */
    Optional<CallException> problem();

    /**
     * Takes no further messages, waits for handlers that run as long as {@link SubscribeOptions#drain} says, settles what they say,
     * cancels the rest, and gives back what was not handled. Without effect the second time. If the thread is interrupted, it cancels
     * at once and keeps the interrupt.
     */
    @Override
    void close();
}
