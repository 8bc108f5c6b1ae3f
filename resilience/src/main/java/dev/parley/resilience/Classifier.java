package dev.parley.resilience;

import dev.parley.CallException;
import org.jspecify.annotations.Nullable;

/**
 * Tells a policy which responses are failures, where not all of these are exceptions: an HTTP response with status 503, a
 * disposition that asks for a repeat. Thread-safe.
 */
@FunctionalInterface
public interface Classifier {

    /** Every response is a success. */
    Classifier EXCEPTIONS = response -> null;

    /** The failure that {@code response} stands for, retry advice included; null if it is a success. */
    @Nullable
    CallException failure(@Nullable Object response);

    /** Whether {@code request} can be sent again; not so a body that is read once. A stream of messages is replayed. */
    default boolean isRepeatable(@Nullable Object request) {
        return true;
    }

    /** How large one message of a stream of requests is; 0 if that is not known. */
    default long bytes(Object message) {
        return message instanceof byte[] array ? array.length : 0;
    }

    /** Frees what a failed response holds, such as its body, when another attempt is made in its place. */
    default void discard(@Nullable Object response) {}
}
