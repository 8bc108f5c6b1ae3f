package dev.parley.messaging;

import dev.parley.messaging.spi.Backends;
import dev.parley.messaging.spi.BrokerBackend;

/** Finds the backend of a URI. */
final class Brokers {

    private Brokers() {}

    static MessageBroker connect(String text, BrokerOptions options) {
        return of(Backends.open(text, options), options);
    }

    @SuppressWarnings("DoNotCallSuggester") // until the engine is there
    static MessageBroker of(BrokerBackend backend, BrokerOptions options) {
        throw new UnsupportedOperationException("the engine follows");
    }
}
