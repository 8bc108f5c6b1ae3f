package dev.parley.messaging.spi;

import dev.parley.messaging.Failure;
import java.time.Duration;

/** What became of a message. */
public sealed interface Settlement {

    /** Which message. */
    Received received();

    /** It is done. */
    record Ack(Received received) implements Settlement {}

    /**
     * It failed: it comes again to the group, with {@link Received#attempt} one higher and this first failure.
     *
     * @param after no earlier than this
     */
    record Retry(Received received, Duration after, Failure failure) implements Settlement {}

    /** It is given up: it goes to the dead letters of its queue. */
    record DeadLettered(Received received, Failure failure) implements Settlement {}

    /** It comes again to the group, at once, as if it had not been delivered. */
    record Release(Received received) implements Settlement {}
}
