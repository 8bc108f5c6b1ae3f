package dev.parley.examples.shop.processes;

import dev.parley.CallException;
import dev.parley.broker.BrokerServer;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The broker of {@code demo --processes}, on the leash that all its processes are on. */
@Command(name = "serve-broker", hidden = true, description = "Runs the broker; ends with its standard input.")
public final class BrokerCommand implements Callable<Integer> {

    @Option(names = "--port", defaultValue = "0", description = "The port, on this machine only; 0 for a free one.")
    private int port;

    @Option(names = "--store", required = true, description = "Where messages are kept, such as sqlite:FOLDER.")
    private String store = "";

    /** For picocli. */
    public BrokerCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        Leash.hold();
        BrokerServer server;
        try {
            server = BrokerServer.builder().port(port).store(store).start();
        } catch (UncheckedIOException | CallException e) {
            System.out.println("cannot serve a broker on port " + port + ": " + e.getMessage());
            return 1;
        }
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
            server.close();
            stopped.countDown();
        }));
        System.out.println("listening on http://127.0.0.1:" + server.port());
        stopped.await();
        return 0;
    }
}
