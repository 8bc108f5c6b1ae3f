package dev.parley.broker;

import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.BrokerUri;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.BrokerProvider;
import java.util.Optional;
import java.util.Set;

/**
 * Opens {@code parley://:TOKEN@host:port}. Without a port it is {@link BrokerServer#DEFAULT_PORT}; without a token that of the environment's
 * {@code PARLEY_BROKER_TOKEN}, if it is set.
 */
public final class ParleyProvider implements BrokerProvider {

    /** For {@link java.util.ServiceLoader}. */
    public ParleyProvider() {}

    @Override
    public Set<String> schemes() {
        return Set.of("parley");
    }

    @Override
    public BrokerBackend open(BrokerUri uri, BrokerOptions options) {
        uri.checkParameters(Set.of());
        if (uri.hosts().size() != 1) {
            throw new IllegalArgumentException("%s must name one server: parley://host:port".formatted(uri));
        }
        if (!uri.path().isEmpty()) {
            throw new IllegalArgumentException("%s must end with the port: parley://host:port".formatted(uri));
        }
        String host = uri.hosts().getFirst();
        boolean hasPort = !host.endsWith("]") && host.indexOf(':') >= 0;
        Optional<String> token = uri.password().or(() -> Optional.ofNullable(System.getenv("PARLEY_BROKER_TOKEN")));
        return new RemoteBackend(hasPort ? host : host + ':' + BrokerServer.DEFAULT_PORT, token, options);
    }
}
