package dev.parley.rpc;

import build.buf.protovalidate.Validator;
import dev.parley.Handler;
import dev.parley.IdempotencyStore;
import dev.parley.Interceptor;
import dev.parley.chain.Chain;
import dev.parley.discovery.RegistrationOptions;
import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.ServiceRegistry;
import dev.parley.http.Cors;
import dev.parley.http.Dispatch;
import dev.parley.http.HttpLimits;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.http.HttpServer;
import dev.parley.http.ServerTls;
import dev.parley.telemetry.Telemetry;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * A server of services: an {@link HttpServer} whose handler is an {@link RpcHandler}. gRPC, gRPC-Web, Connect and REST are on
 * one port. Thread-safe.
 */
public final class RpcServer implements AutoCloseable {

    private static final Duration GRACE = Duration.ofSeconds(30);
    private static final Duration TELLING = Duration.ofSeconds(1);

    private final HttpServer server;
    private final Health health;
    private final Registrations registrations;

    private RpcServer(HttpServer server, Health health, Registrations registrations) {
        this.server = server;
        this.health = health;
        this.registrations = registrations;
    }

    /** Starts to describe a server. */
    public static Builder builder() {
        return new Builder();
    }

    /** The port it listens on. */
    public int port() {
        return server.port();
    }

    /** Connections that are open, those of health checks among them. */
    public int openConnections() {
        return server.openConnections();
    }

    /** What is told of the health of the services; all of them are serving until something else is set. */
    public Health health() {
        return health;
    }

    /**
     * Tells who watches that nothing is served any more (which may take a second of the time). A server that is {@linkplain
     * Builder#register registered} is taken out of its registries and goes on to answer until calls come no more, because its clients
     * need a moment to hear of it. Then it takes no more connections, tells those it has (GOAWAY), and waits up to {@code grace} in
     * all for the calls that run, then cancels them. A client that has not heard of it by then fails no call for that:
     * it is refused before the call has left, and tries another instance.
     *
     * @return whether all calls had ended in time
     */
    public boolean shutdown(Duration grace) {
        long start = System.nanoTime();
        health.shutdown();
        health.awaitNoWatchers(grace.compareTo(TELLING) < 0 ? grace : TELLING);
        registrations.leave(grace.minusNanos(System.nanoTime() - start));
        Duration left = grace.minusNanos(System.nanoTime() - start);
        return server.shutdown(left.isNegative() ? Duration.ZERO : left);
    }

    /** {@link #shutdown} with 30 seconds of grace. */
    @Override
    public void close() {
        shutdown(GRACE);
    }

    /** Describes a server. What is not set has the default named at its method. Not thread-safe. */
    public static final class Builder {
        private final HttpServer.Builder http = HttpServer.builder();
        private final RpcHandler.Builder handler = RpcHandler.builder();
        private final List<Registrations.Planned> planned = new ArrayList<>();

        private Builder() {}

        /** The address to listen on; 127.0.0.1. */
        public Builder host(String host) {
            http.host(host);
            return this;
        }

        /**
         * The port to listen on; 0, which is a free one.
         *
         * @throws IllegalArgumentException if not from 0 to 65535
         */
        public Builder port(int port) {
            http.port(port);
            return this;
        }

        /** What HTTP accepts; {@link HttpLimits#defaults()}. Bodies have the limit of a message instead. */
        public Builder limits(HttpLimits limits) {
            http.limits(limits);
            return this;
        }

        /** Speaks TLS, and nothing else. */
        public Builder tls(ServerTls tls) {
            http.tls(tls);
            return this;
        }

        /** Speaks TLS with those who begin with it, and plain HTTP with all others, on the same port. */
        public Builder tlsOrPlain(ServerTls tls) {
            http.tlsOrPlain(tls);
            return this;
        }

        /**
         * Lets pages of other origins call from a browser; nobody. The headers of Connect and gRPC-Web are added to {@code
         * cors}; those of one's own metadata are to be named in it, {@code trailer-} before what Connect has as trailers.
         */
        public Builder cors(Cors cors) {
            http.filters(List.of(CorsHeaders.addTo(cors)));
            return this;
        }

        /** Where handlers run; each on a virtual thread of its own. */
        public Builder dispatch(Dispatch where) {
            http.dispatch(where);
            return this;
        }

        /**
         * Serves {@code implementation}.
         *
         * @throws IllegalArgumentException if the service is served already
         */
        public <S> Builder service(ServiceDefinition<S> definition, S implementation) {
            handler.service(definition, implementation);
            return this;
        }

        /** See {@link RpcHandler.Builder#interceptors}. */
        public Builder interceptors(List<? extends Interceptor> chain) {
            handler.interceptors(chain);
            return this;
        }

        /** See {@link RpcHandler.Builder#chain}. */
        public Builder chain(Chain policies) {
            handler.chain(policies);
            return this;
        }

        /** See {@link RpcHandler.Builder#telemetry}. */
        public Builder telemetry(Telemetry records) {
            handler.telemetry(records);
            return this;
        }

        /** See {@link RpcHandler.Builder#maxMessageBytes}. */
        public Builder maxMessageBytes(int bytes) {
            handler.maxMessageBytes(bytes);
            return this;
        }

        /** See {@link RpcHandler.Builder#defaultTimeout}. */
        public Builder defaultTimeout(Duration timeout) {
            handler.defaultTimeout(timeout);
            return this;
        }

        /** See {@link RpcHandler.Builder#compressAbove}. */
        public Builder compressAbove(int bytes) {
            handler.compressAbove(bytes);
            return this;
        }

        /** See {@link RpcHandler.Builder#requireConnectVersion}. */
        public Builder requireConnectVersion(boolean required) {
            handler.requireConnectVersion(required);
            return this;
        }

        /** See {@link RpcHandler.Builder#reflection}. */
        public Builder reflection(boolean on) {
            handler.reflection(on);
            return this;
        }

        /** See {@link RpcHandler.Builder#health}. */
        public Builder health(Health told) {
            handler.health(told);
            return this;
        }

        /** See {@link RpcHandler.Builder#healthChecks}. */
        public Builder healthChecks(boolean on) {
            handler.healthChecks(on);
            return this;
        }

        /** See {@link RpcHandler.Builder#validation}. */
        public Builder validation(boolean on) {
            handler.validation(on);
            return this;
        }

        /** See {@link RpcHandler.Builder#validator}. */
        public Builder validator(Validator checks) {
            handler.validator(checks);
            return this;
        }

        /** See {@link RpcHandler.Builder#idempotency}. */
        public Builder idempotency(IdempotencyStore store) {
            handler.idempotency(store);
            return this;
        }

        /**
         * Registers the server once it listens, and takes it out when it {@linkplain RpcServer#shutdown shuts down}, before
         * anything else ends:
         *
         * <pre>{@code
         * ServiceRegistry registry = ServiceRegistry.connect("consul://127.0.0.1:8500");
         * RpcServer.builder()
         *         .service(InventoryService.DEFINITION, inventory)
         *         .register(registry, port -> ServiceInstance.of("inventory-service", "10.0.0.7", port))
         *         .start();
         * }</pre>
         *
         * <p>May be called more than once, for further names or registries. The registry stays open. It need not be there
         * yet: it is told when it is.
         *
         * @param described what is registered, of the port that the server has got
         */
        public Builder register(ServiceRegistry registry, IntFunction<ServiceInstance> described) {
            return register(registry, described, RegistrationOptions.defaults());
        }

        /** As {@link #register(ServiceRegistry, IntFunction)}, with other times. */
        public Builder register(
                ServiceRegistry registry, IntFunction<ServiceInstance> described, RegistrationOptions options) {
            planned.add(new Registrations.Planned(registry, described, options));
            return this;
        }

        /**
         * Starts to listen.
         *
         * @throws IllegalArgumentException see {@link RpcHandler.Builder#build}
         * @throws UncheckedIOException if the port cannot be had
         * @throws UnsupportedOperationException if it is to be registered where that cannot be done
         * @throws IllegalStateException if an instance of its name and id is registered already; nothing listens then
         */
        public RpcServer start() {
            Arrivals arrivals = new Arrivals();
            RpcHandler answers = handler.build();
            Handler<HttpRequest, HttpResponse> counted = planned.isEmpty() ? answers : arrivals.countedBefore(answers);
            HttpServer listening =
                    http.handler(counted).timeout(answers::timeout).start();
            try {
                return new RpcServer(
                        listening, answers.health(), Registrations.open(planned, listening.port(), arrivals));
            } catch (RuntimeException e) {
                listening.shutdown(Duration.ZERO);
                throw e;
            }
        }
    }
}
