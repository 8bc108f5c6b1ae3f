package dev.parley.tck.discovery;

import dev.parley.testing.ServerProcess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;
import org.xbill.DNS.Update;

/**
 * Knot DNS with the zones {@code shop.test}, {@code shop.testx} and {@code other.test}, whose records change by dynamic updates (RFC 2136), and {@code
 * broken.test}, for which it answers SERVFAIL. It gives records in another order each time.
 */
final class NameServer implements AutoCloseable {

    static final String SHOP = "shop.test";
    static final String OTHER = "other.test";
    /** How long there being nothing holds, by the zones' SOA records. */
    static final int NEGATIVE_TTL = 3;

    private final ServerProcess process;

    private NameServer(ServerProcess process) {
        this.process = process;
    }

    static NameServer start() throws IOException, InterruptedException {
        return new NameServer(ServerProcess.builder("knotd")
                .debianPackage("knot")
                .ports("dns")
                .arguments(NameServer::configured)
                .readyWhen(server -> isServing(server.port()))
                .start());
    }

    private static List<String> configured(ServerProcess.Place place) throws IOException {
        Path folder = place.folder();
        zone(folder, SHOP);
        zone(folder, OTHER);
        zone(folder, SHOP + 'x');
        Files.createDirectories(folder.resolve("db"));
        Path configuration = folder.resolve("knot.conf");
        Files.writeString(configuration, """
                server:
                    listen: 127.0.0.1@%2$d
                    rundir: %1$s
                    answer-rotation: on
                    udp-workers: 1
                    tcp-workers: 1
                    background-workers: 1
                database:
                    storage: %1$s/db
                control:
                    listen: %1$s/knot.sock
                log:
                  - target: stderr
                    any: info
                acl:
                  - id: update
                    address: 127.0.0.1
                    action: update
                template:
                  - id: default
                    storage: %1$s
                    file: %%s.zone
                    acl: update
                zone:
                  - domain: shop.test
                  - domain: other.test
                  - domain: shop.testx
                  - domain: broken.test
                """.formatted(folder, place.port("dns")));
        return List.of("-c", configuration.toString());
    }

    /** Only the first time: later starts go on with what was updated. */
    private static void zone(Path folder, String zone) throws IOException {
        Path file = folder.resolve(zone + ".zone");
        if (!Files.exists(file)) {
            Files.writeString(file, """
                    $ORIGIN %s.
                    @ 3600 SOA ns hostmaster 1 3600 600 86400 %d
                    @ 3600 NS ns
                    ns 3600 A 127.0.0.1
                    """.formatted(zone, NEGATIVE_TTL));
        }
    }

    private static boolean isServing(int port) throws IOException {
        for (String zone : List.of(SHOP, SHOP + 'x', OTHER)) {
            Message answer = resolver(port, false)
                    .send(Message.newQuery(Record.newRecord(Name.fromString(zone + '.'), Type.SOA, DClass.IN)));
            if (!answer.getHeader().getFlag(Flags.AA)
                    || answer.getSection(Section.ANSWER).isEmpty()) {
                return false;
            }
        }
        return true;
    }

    private static SimpleResolver resolver(int port, boolean tcp) {
        SimpleResolver resolver = new SimpleResolver(new InetSocketAddress("127.0.0.1", port));
        resolver.setTCP(tcp);
        resolver.setTimeout(Duration.ofSeconds(5));
        return resolver;
    }

    ServerProcess process() {
        return process;
    }

    int port() {
        return process.port();
    }

    /** A record as zone files have it, in place of all of that name and type: {@code ("shop.test", "inventory 60 A 127.0.0.2")}. */
    void set(String zone, String... records) throws IOException {
        set(zone, List.of(), List.of(records));
    }

    /** At once with the removal of all records of some names. */
    void set(String zone, List<String> removed, List<String> records) throws IOException {
        Update update = new Update(origin(zone));
        for (String name : removed) {
            update.delete(Name.fromString(name, origin(zone)));
        }
        for (String record : records) {
            update.delete(parsed(zone, record).getName(), parsed(zone, record).getType());
        }
        for (String record : records) {
            update.add(parsed(zone, record));
        }
        send(update);
    }

    /** Removes all records of a name. */
    void remove(String zone, String name) throws IOException {
        set(zone, List.of(name), List.of());
    }

    private static Name origin(String zone) throws IOException {
        return Name.fromString(zone + '.');
    }

    private static Record parsed(String zone, String line) throws IOException {
        String[] parts = line.split(" ", 4);
        return Record.fromString(
                Name.fromString(parts[0], origin(zone)),
                Type.value(parts[2]),
                DClass.IN,
                Long.parseLong(parts[1]),
                parts[3],
                origin(zone));
    }

    private void send(Update update) throws IOException {
        Message answer = resolver(port(), true).send(update);
        if (answer.getRcode() != Rcode.NOERROR) {
            throw new IOException(
                    "the update was refused: " + Rcode.string(answer.getRcode()) + "\n" + process.output());
        }
    }

    /** What it says itself. */
    Message ask(String name, int type) throws IOException {
        return resolver(port(), false)
                .send(Message.newQuery(Record.newRecord(Name.fromString(name + '.'), type, DClass.IN)));
    }

    @Override
    public void close() throws IOException {
        process.close();
    }
}
