package dev.parley.store;

/** A listener of {@link Store#listen}, until it is closed. Thread-safe. */
@FunctionalInterface
public interface Listening extends AutoCloseable {

    /** Ends it; a wake-up that is on its way may still come. Further calls do nothing. */
    @Override
    void close();
}
