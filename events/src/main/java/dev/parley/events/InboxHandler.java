package dev.parley.events;

import dev.parley.messaging.Delivery;
import dev.parley.messaging.Disposition;
import dev.parley.store.Transaction;

/** Handles a message inside the transaction that marks it as seen. */
@FunctionalInterface
public interface InboxHandler<T> {

    /**
     * Does it with the transaction's SQL. {@link Disposition.Ack} commits; any other disposition, and whatever is thrown, rolls back, so
     * that the message counts as not seen.
     */
    Disposition handle(Transaction tx, Delivery<T> delivery) throws Exception;
}
