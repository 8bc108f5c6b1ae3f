package dev.parley.discovery.consul;

import dev.parley.registry.RegistryServer;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Our own registry server, which speaks Consul's HTTP API, at one port over its lives. */
final class Served implements AutoCloseable {

    private final @Nullable Path data;
    private @Nullable RegistryServer server;
    private final int port;

    /** One that keeps what is registered in a folder; without, it forgets all when it is stopped. */
    Served(@Nullable Path data) {
        this.data = data;
        RegistryServer first = start(0);
        this.server = first;
        this.port = first.port();
    }

    int port() {
        return port;
    }

    private RegistryServer start(int at) {
        RegistryServer.Builder builder = RegistryServer.builder().port(at);
        if (data != null) {
            builder.data(data);
        }
        return builder.start();
    }

    void stop() {
        RegistryServer running = server;
        server = null;
        if (running != null) {
            running.close();
        }
    }

    /** The port may be taken for a moment by a client that connects from it to whoever is there. */
    void start() throws InterruptedException {
        long until = System.nanoTime() + 20_000_000_000L;
        while (server == null) {
            try {
                server = start(port);
            } catch (UncheckedIOException e) {
                if (System.nanoTime() - until > 0) {
                    throw e;
                }
                Thread.sleep(50);
            }
        }
    }

    @Override
    public void close() {
        stop();
    }
}
