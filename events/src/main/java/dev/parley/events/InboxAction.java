package dev.parley.events;

import dev.parley.messaging.Delivery;
import dev.parley.store.Transaction;

/** {@link InboxHandler} that acknowledges unless it throws. */
@FunctionalInterface
public interface InboxAction<T> {

    /** Does it; whatever is thrown rolls back. */
    void run(Transaction tx, Delivery<T> delivery) throws Exception;
}
