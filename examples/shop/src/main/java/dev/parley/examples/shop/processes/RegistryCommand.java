package dev.parley.examples.shop.processes;

import dev.parley.registry.RegistryServer;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The registry of {@code demo --processes}: what {@code parley registry} serves, on the leash that all its processes are on. */
@Command(name = "serve-registry", hidden = true, description = "Runs the registry; ends with its standard input.")
public final class RegistryCommand implements Callable<Integer> {

    @Option(names = "--host", defaultValue = "127.0.0.1", description = "The address to listen on.")
    private String host = "";

    @Option(names = "--port", defaultValue = "0", description = "The port; 0 for a free one.")
    private int port;

    /** For picocli. */
    public RegistryCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        Leash.hold();
        RegistryServer server;
        try {
            server = RegistryServer.builder().host(host).port(port).start();
        } catch (UncheckedIOException e) {
            System.out.println("cannot listen on port " + port + " of " + host + ": " + e.getMessage());
            return 1;
        }
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
            server.close();
            stopped.countDown();
        }));
        System.out.println("listening on http://" + host + ":" + server.port());
        stopped.await();
        return 0;
    }
}
