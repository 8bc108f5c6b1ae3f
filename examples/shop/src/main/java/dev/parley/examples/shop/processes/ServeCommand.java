package dev.parley.examples.shop.processes;

import dev.parley.examples.shop.order.Patience;
import dev.parley.examples.shop.servers.CannotListen;
import dev.parley.examples.shop.servers.Directory;
import dev.parley.examples.shop.servers.EventSettings;
import dev.parley.examples.shop.servers.ShopSettings;
import dev.parley.examples.shop.servers.Single;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code demo --processes} runs in each of its processes. */
@Command(name = "serve", hidden = true, description = "Runs one service of the shop; ends with its standard input.")
public final class ServeCommand implements Callable<Integer> {

    /** Streams without an end are cut off after this; their readers resume elsewhere. */
    private static final Duration GRACE = Duration.ofSeconds(3);

    /** The variable that has the broker's URI: a command line could be read by everybody, and a password with it. */
    static final String BROKER = "SHOP_BROKER";

    @Parameters(index = "0", paramLabel = "NAME", description = "The service, such as inventory-service.")
    private String name = "";

    @Option(names = "--id", required = true, description = "What it is registered as.")
    private String id = "";

    @Option(names = "--host", defaultValue = "127.0.0.1", description = "The address to listen on.")
    private String host = "";

    @Option(names = "--port", defaultValue = "0", description = "The port; 0 for a free one.")
    private int port;

    @Option(names = "--page-port", defaultValue = "0", description = "Where the page is that may call it.")
    private int pagePort;

    @Option(names = "--registry", required = true, description = "Where all services are registered.")
    private String registry = "";

    @Option(
            names = "--patience",
            defaultValue = "1000",
            description = "How long an order waits for the inventory, in milliseconds.")
    private int patienceMillis;

    @Option(names = "--data", required = true, description = "The folder of databases and e-mails.")
    private Path data = Path.of("");

    /** For picocli. */
    public ServeCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        Leash.hold();
        ShopSettings settings = ShopSettings.defaults()
                .at(host, 0)
                .withGrace(GRACE)
                .withPatience(Patience.defaults().withInventory(Duration.ofMillis(patienceMillis)))
                .withDirectory(new Directory(registry, System.getenv()))
                .withEvents(EventSettings.defaults()
                        .withBroker(System.getenv().getOrDefault(BROKER, "memory:"))
                        .withData(data));
        Single single;
        try {
            single = Single.open(settings, name, id, port, pagePort);
        } catch (CannotListen e) {
            System.out.println(e.getMessage());
            return 1;
        }
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
            single.close();
            stopped.countDown();
        }));
        stopped.await();
        return 0;
    }
}
