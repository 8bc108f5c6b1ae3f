package dev.parley.broker;

import dev.parley.broker.v1.BrokerService;
import dev.parley.http.ServerTls;
import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.Capability;
import dev.parley.messaging.spi.Backends;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.rpc.RpcServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Serves an embedded broker to other processes, which connect to {@code parley://host:port}. It stores in SQLite, PostgreSQL or memory.
 *
 * <p>It listens on 127.0.0.1 unless told otherwise. With a token, callers must have it ({@code parley://:TOKEN@host:port}); without, whoever
 * reaches the port may read and publish everything. With {@link Builder#tls TLS} clients connect to {@code parleys://host:port}. Thread-safe.
 */
public final class BrokerServer implements AutoCloseable {

    /** The port that {@code ./parley broker} takes. */
    public static final int DEFAULT_PORT = 7654;

    /** What a client takes for granted, because it must answer before it has reached the server. */
    static final Set<Capability> PROMISED = EnumSet.of(
            Capability.ORDERED_BY_KEY,
            Capability.DELAY,
            Capability.NATIVE_RETRY_COUNT,
            Capability.NATIVE_DLQ,
            Capability.REPLAY,
            Capability.LEASE_EXTEND,
            Capability.EXACT_DEPTH,
            Capability.PATTERNS);

    private static final Duration GRACE = Duration.ofSeconds(5);

    private final RpcServer server;
    private final Sessions sessions;
    private final BrokerBackend backend;
    private final String scheme;

    private BrokerServer(RpcServer server, Sessions sessions, BrokerBackend backend, String scheme) {
        this.scheme = scheme;
        this.server = server;
        this.sessions = sessions;
        this.backend = backend;
    }

    /** A server to be described; nothing is needed. */
    public static Builder builder() {
        return new Builder();
    }

    /** The port it listens on. */
    public int port() {
        return server.port();
    }

    /** What clients' URIs begin with: {@code parley}, or {@code parleys} with TLS. */
    public String scheme() {
        return scheme;
    }

    /** What it serves. */
    public BrokerBackend backend() {
        return backend;
    }

    /** Consumers that are connected. */
    public int consumers() {
        return sessions.open();
    }

    /** Ends consumers, whose messages are given back, answers what runs within 5 s, and closes the store. */
    @Override
    public void close() {
        sessions.close();
        server.shutdown(GRACE);
        backend.close();
    }

    /** Describes a server. What is not set: 127.0.0.1, a free port, {@code memory:}, no token. */
    public static final class Builder {
        private String host = "127.0.0.1";
        private int port;
        private String store = "memory:";
        private @Nullable String token;
        private @Nullable ServerTls tls;

        private Builder() {}

        /** The address to listen on; {@code 0.0.0.0} for all. */
        public Builder host(String name) {
            this.host = name;
            return this;
        }

        /** The port to listen on, 0 for a free one. */
        public Builder port(int number) {
            if (number < 0 || number > 65_535) {
                throw new IllegalArgumentException("port must be from 0 to 65535, but is " + number);
            }
            this.port = number;
            return this;
        }

        /** Where messages are kept: {@code sqlite:FOLDER}, {@code postgresql://...} or {@code memory:}. */
        public Builder store(String uri) {
            this.store = uri;
            return this;
        }

        /** What callers must know; 16 to 512 visible characters of ASCII. */
        public Builder token(String secret) {
            if (!secret.matches("[!-~]{16,512}")) {
                throw new IllegalArgumentException(
                        "a token must have 16 to 512 visible ASCII characters, but has " + secret.length());
            }
            this.token = secret;
            return this;
        }

        /** Speaks TLS, and nothing else: clients connect to {@code parleys://}. With {@code withClientAuth} mutual TLS. */
        public Builder tls(ServerTls how) {
            this.tls = how;
            return this;
        }

        /**
         * Opens the store and starts to listen.
         *
         * @throws IllegalArgumentException if the store's URI is not one of those above, or malformed; if a file of TLS cannot be used
         * @throws dev.parley.CallException if the store cannot be used, another process has it for instance
         * @throws java.io.UncheckedIOException if the port cannot be had; the message names it
         */
        public BrokerServer start() {
            BrokerBackend backend = Backends.open(store, BrokerOptions.defaults());
            try {
                Set<Capability> lacking = EnumSet.copyOf(PROMISED);
                lacking.removeAll(backend.profile().capabilities());
                if (!lacking.isEmpty()) {
                    throw new IllegalArgumentException(
                            "%s cannot be served by a broker: it lacks %s; use sqlite:, postgresql: or memory:"
                                    .formatted(backend, lacking));
                }
                Sessions sessions = new Sessions();
                List<TokenCheck> checks = new ArrayList<>();
                if (token != null) {
                    checks.add(new TokenCheck(token));
                }
                RpcServer.Builder builder = RpcServer.builder()
                        .host(host)
                        .port(port)
                        .maxMessageBytes(Limits.MESSAGE_BYTES)
                        .defaultTimeout(Limits.CALL)
                        .interceptors(checks)
                        .service(BrokerService.DEFINITION, new BrokerApi(backend, sessions));
                if (tls != null) {
                    builder.tls(tls);
                }
                String scheme = tls != null ? ParleyProvider.TLS : ParleyProvider.PLAIN;
                return new BrokerServer(builder.start(), sessions, backend, scheme);
            } catch (RuntimeException e) {
                backend.close();
                throw e;
            }
        }
    }
}
