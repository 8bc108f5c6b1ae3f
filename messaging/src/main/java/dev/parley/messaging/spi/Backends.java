package dev.parley.messaging.spi;

import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.BrokerUri;
import java.util.ServiceLoader;
import java.util.TreeSet;

/** Finds the backend of a URI among the {@link BrokerProvider}s on the class path. */
public final class Backends {

    private Backends() {}

    /**
     * Opens the backend of a URI.
     *
     * @throws IllegalArgumentException if no provider has the scheme, naming those that are known; and as {@link BrokerProvider#open}
     */
    public static BrokerBackend open(String text, BrokerOptions options) {
        BrokerUri uri = BrokerUri.parse(text);
        TreeSet<String> known = new TreeSet<>();
        for (BrokerProvider provider : ServiceLoader.load(BrokerProvider.class, Backends.class.getClassLoader())) {
            if (provider.schemes().contains(uri.scheme())) {
                return provider.open(uri, options);
            }
            known.addAll(provider.schemes());
        }
        throw new IllegalArgumentException(
                "scheme \"%s\" of %s is unknown; known on this class path: %s".formatted(uri.scheme(), uri, known));
    }
}
