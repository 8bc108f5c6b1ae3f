package dev.parley.discovery;

import java.time.Duration;
import java.util.Optional;

/**
 * An instance that is registered for as long as this is open: it is renewed in the background, and registered again if the
 * registry has lost it or was not there. Thread-safe.
 */
public interface Registration extends AutoCloseable {

    /** What is registered. */
    ServiceInstance instance();

    /** How it stands. */
    enum State {
        /** The registry has not taken it yet, or does not answer; it is tried again. */
        PENDING,
        /** The registry has it. */
        REGISTERED,
        /** Closed, or the registry refuses it for good. */
        CLOSED
    }

    /** How it stands now. */
    State state();

    /** Why it is not registered, or what went wrong when it was last renewed; empty if all is well. */
    Optional<String> problem();

    /**
     * Waits until the registry has it, which nothing but a test or a strict start needs: it is registered in the background
     * either way.
     *
     * @param limit how long at most, by the registry's {@linkplain RegistryOptions#timer timer}
     * @return false if it has not by then, or is closed; {@link #problem} says why
     * @throws dev.parley.CallException if the thread is interrupted
     */
    boolean awaitRegistered(Duration limit);

    /** Whether others are to find it; told to the registry at once, in the background. A service that drains says false. */
    void ready(boolean wanted);

    /**
     * Takes the instance out of the registry: waits for that, for up to 5 s; if the registry does not answer by then its
     * lease runs out by itself. Without effect the second time.
     */
    @Override
    void close();
}
