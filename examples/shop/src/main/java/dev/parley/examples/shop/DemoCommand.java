package dev.parley.examples.shop;

import dev.parley.CallException;
import dev.parley.examples.shop.processes.Fleet;
import dev.parley.examples.shop.processes.FleetSettings;
import dev.parley.examples.shop.processes.Rehearsal;
import dev.parley.examples.shop.scenario.Scenario;
import dev.parley.examples.shop.servers.CannotListen;
import dev.parley.examples.shop.servers.EventSettings;
import dev.parley.examples.shop.servers.Shop;
import dev.parley.examples.shop.servers.ShopSettings;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code parley demo}. */
@Command(
        name = "demo",
        description = {
            "Runs the shop, eight services on a port each, until Ctrl-C. Each speaks gRPC,",
            "gRPC-Web, Connect and, where its contract says so, REST/JSON on the same port.",
            "On one more port is a page that orders from a browser, on another a second",
            "inventory: services register themselves, and calls are shared out among both.",
            "What becomes of an order reaches inventory, notification and analytics as events.",
            ""
        },
        footer = {
            "",
            "Ids that misbehave, whoever uses them:",
            "  sku-slow       checking its stock takes 3 s   DEADLINE_EXCEEDED, 504",
            "  sku-empty      it is sold out                 FAILED_PRECONDITION, 400",
            "  card-declined  a payment_method               FAILED_PRECONDITION, 400",
            "  u-slow         suggestions take 3 s           an order without them",
            "  u-failing      suggestions fail               an order without them",
            "",
            "Examples:",
            "  parley demo                    ports 7001 to 7010",
            "  parley demo --base-port 9001   ports 9001 to 9010",
            "  parley demo --processes        each service in a JVM of its own, a registry",
            "                                 and a broker between them; 7001 to 7013",
            "  parley demo --broker amqp://guest:guest@127.0.0.1:5672",
            "                                 events over RabbitMQ",
            "  parley demo --scenario         plays it all, exits 0 or 1",
            "",
            "INVENTORY_SERVICE_URL and its like in the environment say where a service is;",
            "without them it is looked up in the registry."
        })
final class DemoCommand implements Callable<Integer> {

    @Option(
            names = "--base-port",
            paramLabel = "PORT",
            defaultValue = "7001",
            description = "The first of the ports, in a row (default: ${DEFAULT-VALUE}); 0 for free ones.")
    private int basePort;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            defaultValue = "127.0.0.1",
            description = "The address to listen on (default: ${DEFAULT-VALUE}); 0.0.0.0 for all.")
    private String host = "127.0.0.1";

    @Option(
            names = "--processes",
            description = "Each service in a JVM of its own, a registry between them. With --scenario: only the "
                    + "steps that need processes.")
    private boolean processes;

    @Option(
            names = "--broker",
            paramLabel = "URI",
            description = "Where events go: amqp://, kafka://, postgresql://, parley://, sqlite: (one process only). "
                    + "Without: memory:, with --processes a broker of its own at parley://.")
    private @Nullable String broker;

    @Option(
            names = "--data",
            paramLabel = "FOLDER",
            description = "Where databases and e-mails are kept. Without: a temporary folder, deleted in the end.")
    private @Nullable Path data;

    @Option(
            names = "--scenario",
            description = "Plays the shop on free ports over real sockets, step by step, and exits: 0 if all is as it "
                    + "should be, 1 otherwise. The last steps start processes.")
    private boolean scenario;

    @Option(
            names = "--train",
            hidden = true,
            description = "Plays in this process alone what an AOT cache should know.")
    private boolean train;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this text.")
    @SuppressWarnings("UnusedVariable") // picocli prints the text before it would be read
    private boolean help;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    private final PrintStream out = System.out;

    @Override
    public Integer call() throws InterruptedException {
        if (train) {
            boolean ok = new Scenario(out, Optional.empty()).playInOneProcess();
            Rehearsal.play();
            return ok ? 0 : 1;
        }
        if (scenario) {
            return play();
        }
        return processes ? serveInProcesses() : serve();
    }

    private int play() {
        Optional<String> uri = checkedBroker();
        if (processes) {
            fleetSettings(); // complains
        }
        Scenario played = new Scenario(out, uri);
        return (processes ? played.playInProcesses() : played.play()) ? 0 : 1;
    }

    private int serveInProcesses() throws InterruptedException {
        FleetPage page = new FleetPage(out);
        Fleet fleet;
        try {
            fleet = Fleet.of(fleetSettings().telling(page::started, page::said));
        } catch (CannotListen e) {
            complain(e.getMessage() + "; choose other ports with --base-port");
            return 1;
        }
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
            fleet.close();
            stopped.countDown();
        }));
        page.announce();
        try {
            fleet.start();
        } catch (IllegalStateException e) {
            complain(String.valueOf(e.getMessage()));
            return 1;
        }
        page.print(fleet);
        stopped.await();
        return 0;
    }

    private FleetSettings fleetSettings() {
        FleetSettings settings = FleetSettings.defaults().withData(Optional.ofNullable(data));
        try {
            settings = settings.withBroker(checkedBroker());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--broker: " + e.getMessage(), e);
        }
        try {
            return settings.at(host, basePort);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--base-port: " + e.getMessage(), e);
        }
    }

    private int serve() throws InterruptedException {
        Shop shop;
        try {
            shop = Shop.open(settings());
        } catch (CannotListen e) {
            complain(e.getMessage() + "; the shop needs ten in a row, choose others with --base-port");
            return 1;
        } catch (IllegalArgumentException | CallException e) {
            complain(String.valueOf(e.getMessage()));
            return 1;
        }
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
            out.println("\nStopping: orders first, then the services they call.");
            shop.close();
            stopped.countDown();
        }));
        new DemoPage(shop).print(out);
        stopped.await();
        return 0;
    }

    private ShopSettings settings() {
        try {
            return ShopSettings.defaults().at(host, basePort).withEvents(events());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--base-port: " + e.getMessage(), e);
        }
    }

    private EventSettings events() {
        EventSettings events =
                checkedBroker().map(EventSettings.defaults()::withBroker).orElseGet(EventSettings::defaults);
        return data == null ? events : events.withData(data);
    }

    private Optional<String> checkedBroker() {
        if (broker == null) {
            return Optional.empty();
        }
        try {
            EventSettings.describe(broker);
            return Optional.of(broker);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--broker: " + e.getMessage(), e);
        }
    }

    private void complain(String what) {
        spec.commandLine().getErr().println("parley: " + what);
    }
}
