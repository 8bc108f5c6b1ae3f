package dev.parley.messaging.rabbitmq;

import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.BrokerUri;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.BrokerProvider;
import java.util.Set;

/**
 * Opens {@code amqp://} and {@code amqps://}: RabbitMQ 3.10 or later. What a URI may say is in the package's description. Thread-safe.
 */
public final class RabbitMqProvider implements BrokerProvider {

    /** For {@link java.util.ServiceLoader}. */
    public RabbitMqProvider() {}

    @Override
    public Set<String> schemes() {
        return Set.of(Settings.PLAIN, Settings.TLS);
    }

    @Override
    public BrokerBackend open(BrokerUri uri, BrokerOptions options) {
        return new RabbitMqBackend(Settings.of(uri), options);
    }
}
