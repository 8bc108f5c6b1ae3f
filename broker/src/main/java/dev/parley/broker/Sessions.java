package dev.parley.broker;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Consumers that are connected to a server, so that its end ends them. */
final class Sessions {

    private final Set<ServedConsumer> running = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** Adds one; false if the server is closing. */
    boolean add(ServedConsumer consumer) {
        running.add(consumer);
        if (closed) {
            running.remove(consumer);
            return false;
        }
        return true;
    }

    void remove(ServedConsumer consumer) {
        running.remove(consumer);
    }

    int open() {
        return running.size();
    }

    void close() {
        closed = true;
        running.forEach(ServedConsumer::goAway);
    }
}
