package dev.parley.store;

import org.jspecify.annotations.Nullable;

/** What is done inside one transaction. Runs on a thread of the store's, under the caller's {@code Call}. */
@FunctionalInterface
public interface Work<R extends @Nullable Object> {

    /** Does it; whatever is thrown rolls the transaction back. Runs once: nothing is repeated by the store. */
    R run(Transaction transaction) throws Exception;
}
