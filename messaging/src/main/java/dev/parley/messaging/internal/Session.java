package dev.parley.messaging.internal;

import dev.parley.messaging.spi.BackendConsumer;
import java.util.LinkedHashSet;
import java.util.Set;

/** The life of one consumer of the backend, and what it has delivered. Guarded by the subscription's lock. */
final class Session {

    final BackendConsumer consumer;
    final Set<Held> held = new LinkedHashSet<>();
    /** Read without the lock, too. */
    volatile boolean dead;

    Session(BackendConsumer consumer) {
        this.consumer = consumer;
    }
}
