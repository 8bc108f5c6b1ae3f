package dev.parley.examples.shop.servers;

import dev.parley.messaging.BrokerUri;
import dev.parley.messaging.MessagingTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How the services hear of each other's events.
 *
 * @param broker a broker's URI; {@code memory:}, one for each shop
 * @param data the folder of databases and e-mails, which stays; empty for a temporary one, which goes
 * @param telemetry of messages; none
 */
public record EventSettings(String broker, Optional<Path> data, MessagingTelemetry telemetry) {

    /** A broker in memory is its process's, and one in SQLite's files that of who has opened them. */
    private static final Set<String> UNSHARED = Set.of("memory", "sqlite");

    private static final AtomicInteger BROKERS = new AtomicInteger();

    /**
     * Checks the broker's URI.
     *
     * @throws IllegalArgumentException if it is none
     */
    public EventSettings {
        BrokerUri.parse(broker);
    }

    /** The broker's URI without its secrets, for people. */
    public static String describe(String broker) {
        return BrokerUri.parse(broker).toString();
    }

    /** Whether several processes reach the broker by this URI. */
    public static boolean isShared(String broker) {
        return !UNSHARED.contains(BrokerUri.parse(broker).scheme());
    }

    @Override
    public String toString() {
        return "events over " + describe(broker)
                + data.map(folder -> ", data in " + folder).orElse("");
    }

    /** The values named above. */
    public static EventSettings defaults() {
        return new EventSettings(
                "memory:shop-" + BROKERS.incrementAndGet(),
                Optional.empty(),
                MessagingTelemetry.of(OpenTelemetry.noop()));
    }

    /** Over another broker. */
    public EventSettings withBroker(String uri) {
        return new EventSettings(uri, data, telemetry);
    }

    /** In a folder that stays. */
    public EventSettings withData(Path folder) {
        return new EventSettings(broker, Optional.of(folder), telemetry);
    }

    /** With spans and metrics of messages. */
    public EventSettings withTelemetry(MessagingTelemetry records) {
        return new EventSettings(broker, data, records);
    }
}
