package dev.parley.discovery;

import java.util.Optional;

/** Follows one service until it is closed. Thread-safe. */
public interface Watch extends AutoCloseable {

    /** What is known now; empty before the first answer. */
    Optional<ServiceSnapshot> latest();

    /** Ends it; the listener is not called any more once this returns, unless it is just running. */
    @Override
    void close();
}
