package dev.parley.messaging.spi;

import java.time.Duration;
import java.util.List;

/**
 * Takes messages of one group. One thread receives; others settle and extend meanwhile. Once a method has thrown a {@link
 * dev.parley.CallException}, the consumer is closed by whoever uses it, and another is made; what was not settled comes again.
 */
public interface BackendConsumer extends AutoCloseable {

    /**
     * Waits for messages.
     *
     * @param max how many at most; the caller sees to it that no more than the spec's prefetch are not settled
     * @param wait how long at most; it may be less, and nothing come
     * @return in the order of the queue; empty if nothing came
     */
    List<Received> receive(int max, Duration wait) throws Exception;

    /**
     * Says what became of messages. Returns when the broker knows as surely as it can say. With {@link Settlement.DeadLettered} the letter is
     * confirmed before its source is acknowledged; with {@link Settlement.Retry} what comes later is, too.
     *
     * @return those that are not this consumer's any more: nothing was done with them, or nothing that counts
     */
    List<Received> settle(List<Settlement> settlements) throws Exception;

    /** Takes the leases anew; those that are lost already are passed over. Without effect where the broker has no leases. */
    void extend(List<Received> messages) throws Exception;

    /** Stops, and gives back what was not settled, uncounted where the broker allows. Never throws for a broker that is away. */
    @Override
    void close();
}
