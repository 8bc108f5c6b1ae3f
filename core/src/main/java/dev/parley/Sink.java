package dev.parley;

/** Where a stream's messages go, one after the other. Used by one thread at a time. */
@FunctionalInterface
public interface Sink<T> {

    /**
     * Sends {@code message}; blocks while the receiver has no room.
     *
     * @throws CallException when the receiver has gone: stop producing
     */
    void send(T message);
}
