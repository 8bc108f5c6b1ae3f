package dev.parley.registry;

import dev.parley.discovery.EmbeddedRegistry;
import dev.parley.discovery.EmbeddedRegistryOptions;
import dev.parley.discovery.EmbeddedWaits;
import dev.parley.http.HttpLimits;
import dev.parley.http.HttpServer;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Serves an {@link EmbeddedRegistry} over Consul's HTTP API: agent, catalog, health and status, with blocking queries, so that
 * Consul's clients work against it. What is not there (key/value store, sessions, ACLs, Connect) answers 501 and says so.
 *
 * <p>There is no authentication: whoever reaches the port may take any service out. It listens on 127.0.0.1 unless told otherwise,
 * and refuses what a web page from elsewhere asks. Bodies are 1 MiB at most. Thread-safe.
 *
 * @see <a href="https://developer.hashicorp.com/consul/api-docs">Consul's HTTP API</a>
 */
public final class RegistryServer implements AutoCloseable {

    private static final Duration GRACE = Duration.ofSeconds(5);

    private final HttpServer server;
    private final EmbeddedRegistry registry;
    private final boolean ownsRegistry;
    private final EmbeddedWaits waits;
    private final @Nullable RegistryFile file;
    private final List<String> warnings;

    private RegistryServer(
            HttpServer server,
            EmbeddedRegistry registry,
            boolean ownsRegistry,
            EmbeddedWaits waits,
            @Nullable RegistryFile file,
            List<String> warnings) {
        this.server = server;
        this.registry = registry;
        this.ownsRegistry = ownsRegistry;
        this.waits = waits;
        this.file = file;
        this.warnings = List.copyOf(warnings);
    }

    /** A server to be described; nothing is needed. */
    public static Builder builder() {
        return new Builder();
    }

    /** The port it listens on. */
    public int port() {
        return server.port();
    }

    /** What it serves. */
    public EmbeddedRegistry registry() {
        return registry;
    }

    /** What its operator should know of its start: a file that was torn. */
    public List<String> warnings() {
        return warnings;
    }

    /** Connections that are open. */
    public int openConnections() {
        return server.openConnections();
    }

    /**
     * Answers what waits for a change with what there is, ends what else runs within 5 s, and closes. What has changed is in the
     * data folder then.
     */
    @Override
    public void close() {
        waits.close();
        server.shutdown(GRACE);
        if (file != null) {
            file.close();
        }
        if (ownsRegistry) {
            registry.close();
        }
    }

    /** Describes a server. What is not set: 127.0.0.1, a free port, an empty registry of its own, nothing kept. */
    public static final class Builder {
        private String host = "127.0.0.1";
        private int port;
        private @Nullable EmbeddedRegistry registry;
        private @Nullable Path data;

        private Builder() {}

        /** The address to listen on; {@code 0.0.0.0} for all, and then whoever reaches it may change what is registered. */
        public Builder host(String name) {
            this.host = name;
            return this;
        }

        /** The port to listen on, 0 for a free one; Consul's is 8500. */
        public Builder port(int number) {
            if (number < 0 || number > 65_535) {
                throw new IllegalArgumentException("port must be from 0 to 65535, but is " + number);
            }
            this.port = number;
            return this;
        }

        /** Serves this registry, which stays open when the server is closed; {@link EmbeddedRegistry#local} for the process's. */
        public Builder registry(EmbeddedRegistry served) {
            this.registry = served;
            return this;
        }

        /**
         * Keeps what is registered in this folder, which is made if it is not there, and begins with what is in it. A change is
         * answered once it is on the disk. A file that cannot be read is set aside, and {@linkplain RegistryServer#warnings told}.
         */
        public Builder data(Path folder) {
            this.data = folder;
            return this;
        }

        /**
         * Starts to listen.
         *
         * @throws IllegalArgumentException if the data folder cannot be used, or is used by another; the message says why
         * @throws java.io.UncheckedIOException if the port cannot be had; the message names it
         */
        public RegistryServer start() {
            EmbeddedRegistry given = registry;
            EmbeddedRegistry served = given == null ? new EmbeddedRegistry(EmbeddedRegistryOptions.defaults()) : given;
            EmbeddedWaits waits = served.waits();
            List<String> warnings = new ArrayList<>();
            RegistryFile file = null;
            try {
                file = data == null ? null : RegistryFile.open(data, served, warnings::add);
                ConsulApi.Durable durable = file == null ? () -> {} : file;
                HttpServer server = HttpServer.builder()
                        .host(host)
                        .port(port)
                        // A question may wait for 10 min and 38 s.
                        .limits(HttpLimits.defaults().withTimeouts(Duration.ofMinutes(15), Duration.ofSeconds(10)))
                        .filters(List.of(new LocalOnly(isLoopback(host))))
                        .handler(new ConsulApi(served, waits, durable).routes())
                        .start();
                return new RegistryServer(server, served, given == null, waits, file, warnings);
            } catch (RuntimeException e) {
                if (file != null) {
                    file.close();
                }
                if (given == null) {
                    served.close();
                }
                throw e;
            }
        }

        private static boolean isLoopback(String host) {
            try {
                return InetAddress.getByName(host).isLoopbackAddress();
            } catch (UnknownHostException e) {
                return false; // the server says so
            }
        }
    }
}
