package dev.parley.messaging;

import dev.parley.messaging.internal.Engine;
import dev.parley.messaging.spi.Backends;
import dev.parley.messaging.spi.BrokerBackend;

/** Finds the backend of a URI. */
final class Brokers {

    private Brokers() {}

    static MessageBroker connect(String text, BrokerOptions options) {
        return of(Backends.open(text, options), options);
    }

    static MessageBroker of(BrokerBackend backend, BrokerOptions options) {
        return new Engine(backend, options);
    }
}
