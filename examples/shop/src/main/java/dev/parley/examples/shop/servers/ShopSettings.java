package dev.parley.examples.shop.servers;

import dev.parley.Interceptor;
import dev.parley.examples.shop.order.Patience;
import dev.parley.telemetry.Telemetry;
import java.time.Duration;
import java.util.List;

/**
 * How to run the shop.
 *
 * @param host the address to listen on; 127.0.0.1
 * @param basePort the first of seven ports, six of services and the page's, or 0 for free ones; 0
 * @param patience how long orders wait for others
 * @param grace how long a server that stops waits for its calls; 2 s
 * @param maxEntries the most users, orders, reservations and payments; 10,000 of each
 * @param interceptors what stands in front of every method of every service; none
 * @param telemetry of all services and their clients; none
 */
public record ShopSettings(
        String host,
        int basePort,
        Patience patience,
        Duration grace,
        int maxEntries,
        List<Interceptor> interceptors,
        Telemetry telemetry) {

    private static final int HIGHEST = 65_535 - Part.values().length;

    /** Checks the port. */
    public ShopSettings {
        if (basePort < 0 || basePort > HIGHEST) {
            throw new IllegalArgumentException("the base port must be from 0 to " + HIGHEST + ", but is " + basePort);
        }
        interceptors = List.copyOf(interceptors);
    }

    /** The values named above. */
    public static ShopSettings defaults() {
        return new ShopSettings(
                "127.0.0.1", 0, Patience.defaults(), Duration.ofSeconds(2), 10_000, List.of(), Telemetry.off());
    }

    /** At another address. */
    public ShopSettings at(String newHost, int newBasePort) {
        return new ShopSettings(newHost, newBasePort, patience, grace, maxEntries, interceptors, telemetry);
    }

    /** With these in front of every method. */
    public ShopSettings withInterceptors(List<Interceptor> chain) {
        return new ShopSettings(host, basePort, patience, grace, maxEntries, chain, telemetry);
    }

    /** With spans and metrics. */
    public ShopSettings withTelemetry(Telemetry records) {
        return new ShopSettings(host, basePort, patience, grace, maxEntries, interceptors, records);
    }

    int pagePort() {
        return basePort == 0 ? 0 : basePort + Part.values().length;
    }

    int port(Part part) {
        return basePort == 0 ? 0 : basePort + part.portOffset();
    }
}
