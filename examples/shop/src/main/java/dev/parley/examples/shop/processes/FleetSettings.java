package dev.parley.examples.shop.processes;

import dev.parley.examples.shop.order.Patience;
import dev.parley.examples.shop.servers.EventSettings;
import dev.parley.examples.shop.servers.Part;
import dev.parley.examples.shop.servers.ShopSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * How to run the shop in processes.
 *
 * @param host the address to listen on
 * @param basePort the first of 13 ports: as many as in one process, then the stock's, the registry's and the broker's; 0 for free ones
 * @param atOnce how many processes start at a time
 * @param patience how long orders wait for the inventory
 * @param progress is told of each that listens, and how long it took
 * @param log gets each line that they print, behind the id of who says it
 * @param broker a broker's URI; empty for one in a process of its own
 * @param data the folder of databases and e-mails, which stays; empty for a temporary one, which goes
 */
public record FleetSettings(
        String host,
        int basePort,
        int atOnce,
        Duration patience,
        BiConsumer<Member, Duration> progress,
        Consumer<String> log,
        Optional<String> broker,
        Optional<Path> data) {

    /** How many ports are behind the first. */
    public static final int MORE_PORTS = Part.values().length + 4;

    private static final int HIGHEST = 65_535 - MORE_PORTS;

    /** Checks the ranges. */
    public FleetSettings {
        if (basePort < 0 || basePort > HIGHEST) {
            throw new IllegalArgumentException("the base port must be from 0 to " + HIGHEST + ", but is " + basePort);
        }
        if (atOnce < 1) {
            throw new IllegalArgumentException("atOnce must be at least 1, but is " + atOnce);
        }
        broker.ifPresent(uri -> {
            if (!EventSettings.isShared(uri)) {
                throw new IllegalArgumentException("processes cannot share " + EventSettings.describe(uri)
                        + ": use parley://, postgresql://, amqp:// or kafka://, or none for a broker of their own");
            }
        });
    }

    /** On free ports of this machine, two at a time, in silence. */
    public static FleetSettings defaults() {
        return new FleetSettings(
                "127.0.0.1",
                0,
                2,
                Patience.defaults().inventory(),
                (member, took) -> {},
                line -> {},
                Optional.empty(),
                Optional.empty());
    }

    /** At another address. */
    public FleetSettings at(String newHost, int newBasePort) {
        return new FleetSettings(newHost, newBasePort, atOnce, patience, progress, log, broker, data);
    }

    /** With orders that wait longer, or not as long. */
    public FleetSettings withPatience(Duration time) {
        return new FleetSettings(host, basePort, atOnce, time, progress, log, broker, data);
    }

    /** With someone who listens. */
    public FleetSettings telling(BiConsumer<Member, Duration> ofProgress, Consumer<String> ofLines) {
        return new FleetSettings(host, basePort, atOnce, patience, ofProgress, ofLines, broker, data);
    }

    /** With another broker, or the fleet's own if it is empty. */
    public FleetSettings withBroker(Optional<String> uri) {
        return new FleetSettings(host, basePort, atOnce, patience, progress, log, uri, data);
    }

    /** With a folder that stays, or a temporary one if it is empty. */
    public FleetSettings withData(Optional<Path> folder) {
        return new FleetSettings(host, basePort, atOnce, patience, progress, log, broker, folder);
    }

    int port(Part part, int number) {
        return ShopSettings.port(basePort, part, number);
    }

    int pagePort() {
        return ShopSettings.pagePort(basePort);
    }

    int stockPort() {
        return basePort == 0 ? 0 : basePort + MORE_PORTS - 2;
    }

    int registryPort() {
        return basePort == 0 ? 0 : basePort + MORE_PORTS - 1;
    }

    int brokerPort() {
        return basePort == 0 ? 0 : basePort + MORE_PORTS;
    }
}
