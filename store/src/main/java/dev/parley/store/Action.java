package dev.parley.store;

/** {@link Work} without a result. */
@FunctionalInterface
public interface Action {

    /** Does it; whatever is thrown rolls the transaction back. */
    void run(Transaction transaction) throws Exception;
}
