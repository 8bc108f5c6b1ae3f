package dev.parley.messaging;

/** Makes a message of what is not a CloudEvent, such as plain JSON that an older service publishes. Called on many threads at once. */
@FunctionalInterface
public interface MessageAdapter {

    /**
     * The message; {@link ForeignMessage#toMessage} is a beginning.
     *
     * @throws IllegalArgumentException if it cannot be read; it becomes a dead letter with this error as its cause
     */
    Message<byte[]> adapt(ForeignMessage foreign);
}
