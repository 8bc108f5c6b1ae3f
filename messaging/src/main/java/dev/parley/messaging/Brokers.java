package dev.parley.messaging;

import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.BrokerProvider;
import java.util.ServiceLoader;
import java.util.TreeSet;

/** Finds the backend of a URI. */
final class Brokers {

    private Brokers() {}

    static MessageBroker connect(String text, BrokerOptions options) {
        BrokerUri uri = BrokerUri.parse(text);
        TreeSet<String> known = new TreeSet<>();
        for (BrokerProvider provider : ServiceLoader.load(BrokerProvider.class, Brokers.class.getClassLoader())) {
            if (provider.schemes().contains(uri.scheme())) {
                return of(provider.open(uri, options), options);
            }
            known.addAll(provider.schemes());
        }
        throw new IllegalArgumentException(
                "scheme \"%s\" of %s is unknown; known on this class path: %s".formatted(uri.scheme(), uri, known));
    }

    @SuppressWarnings("DoNotCallSuggester") // until the engine is there
    static MessageBroker of(BrokerBackend backend, BrokerOptions options) {
        throw new UnsupportedOperationException("the engine follows");
    }
}
