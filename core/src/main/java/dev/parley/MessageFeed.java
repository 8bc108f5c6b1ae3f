package dev.parley;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** Who hears of the messages of one call, and how many there were. Thread-safe: attempts may run beside each other. */
final class MessageFeed {

    private static final System.Logger LOG = System.getLogger(CallScope.class.getName());

    private final List<MessageListener> listeners = new CopyOnWriteArrayList<>();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong received;

    /** {@code before}: messages that were received before anyone listened. */
    MessageFeed(int before) {
        this.received = new AtomicLong(before);
    }

    void add(MessageListener listener) {
        listeners.add(listener);
    }

    void tell(MessageEvent.Direction direction, Object message, int encodedBytes, int compressedBytes) {
        long sequence = switch (direction) {
            case SENT -> sent.incrementAndGet();
            case RECEIVED -> received.incrementAndGet();
        };
        MessageEvent event = new MessageEvent(direction, sequence, message, encodedBytes, compressedBytes);
        for (MessageListener listener : listeners) {
            tell(listener, event);
        }
    }

    static void tell(MessageListener listener, MessageEvent event) {
        try {
            listener.on(event);
        } catch (RuntimeException | Error e) {
            // The message goes on, and the other listeners must hear of it all the same.
            LOG.log(System.Logger.Level.WARNING, "a listener of messages failed", e);
        }
    }
}
