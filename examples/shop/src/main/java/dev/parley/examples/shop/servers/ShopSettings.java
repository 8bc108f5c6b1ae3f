package dev.parley.examples.shop.servers;

import dev.parley.Interceptor;
import dev.parley.examples.shop.order.Patience;
import dev.parley.telemetry.Telemetry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How to run the shop.
 *
 * @param host the address to listen on; 127.0.0.1
 * @param basePort the first of ten ports: eight of services, the page's and that of the second inventory; or 0 for free ones; 0
 * @param directory where services register, and look for each other; a registry in this process for this shop alone, and the environment
 * @param patience how long orders wait for others
 * @param grace how long a server that stops waits for its calls; 2 s
 * @param maxEntries the most users, orders, reservations and payments; 10,000 of each
 * @param interceptors what stands in front of every method of every service; none
 * @param telemetry of all services and their clients; none
 * @param events how services hear of orders
 */
public record ShopSettings(
        String host,
        int basePort,
        Directory directory,
        Patience patience,
        Duration grace,
        int maxEntries,
        List<Interceptor> interceptors,
        Telemetry telemetry,
        EventSettings events) {

    /** Each shop has a registry of its own, so that two of them in one process do not sell each other's stock. */
    private static final AtomicInteger SHOPS = new AtomicInteger();

    /** How many ports there are behind the first. */
    private static final int MORE_PORTS = Part.values().length + 1;

    /** The page and the second inventory had these ports before there were as many services. */
    private static final int PAGE = 6;

    private static final int SECOND_INVENTORY = 7;

    private static final int HIGHEST = 65_535 - MORE_PORTS;

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
                "127.0.0.1",
                0,
                new Directory("local://shop-" + SHOPS.incrementAndGet(), System.getenv()),
                Patience.defaults(),
                Duration.ofSeconds(2),
                10_000,
                List.of(),
                Telemetry.off(),
                EventSettings.defaults());
    }

    /** At another address. */
    public ShopSettings at(String newHost, int newBasePort) {
        return new ShopSettings(
                newHost, newBasePort, directory, patience, grace, maxEntries, interceptors, telemetry, events);
    }

    /** With services registered elsewhere. */
    public ShopSettings withDirectory(Directory other) {
        return new ShopSettings(host, basePort, other, patience, grace, maxEntries, interceptors, telemetry, events);
    }

    /** With orders that wait for others for another time. */
    public ShopSettings withPatience(Patience other) {
        return new ShopSettings(host, basePort, directory, other, grace, maxEntries, interceptors, telemetry, events);
    }

    /** With another time for calls that run when it closes. */
    public ShopSettings withGrace(Duration time) {
        return new ShopSettings(host, basePort, directory, patience, time, maxEntries, interceptors, telemetry, events);
    }

    /** With these in front of every method. */
    public ShopSettings withInterceptors(List<Interceptor> chain) {
        return new ShopSettings(host, basePort, directory, patience, grace, maxEntries, chain, telemetry, events);
    }

    /** With spans and metrics. */
    public ShopSettings withTelemetry(Telemetry records) {
        return new ShopSettings(host, basePort, directory, patience, grace, maxEntries, interceptors, records, events);
    }

    /** With another broker, folder or telemetry of messages. */
    public ShopSettings withEvents(EventSettings other) {
        return new ShopSettings(host, basePort, directory, patience, grace, maxEntries, interceptors, telemetry, other);
    }

    /** Where others on this machine reach what listens on {@link #host}. */
    public String reachedAt() {
        return switch (host) {
            case "0.0.0.0" -> "127.0.0.1";
            case "::" -> "::1";
            default -> host;
        };
    }

    /** The port of the page in a row of ports that begins with {@code basePort}; 0 for a free one if that is 0. */
    public static int pagePort(int basePort) {
        return basePort == 0 ? 0 : basePort + PAGE;
    }

    /** The port of an instance, counted from 1, in such a row. That of the second inventory is behind the page's. */
    public static int port(int basePort, Part part, int number) {
        if (basePort == 0) {
            return 0;
        }
        return number == 1 ? basePort + part.portOffset() : basePort + SECOND_INVENTORY;
    }
}
