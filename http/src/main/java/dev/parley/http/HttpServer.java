package dev.parley.http;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Handler;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP server: HTTP/1.1 and HTTP/2 on one port, plain (HTTP/2 by prior knowledge), with TLS (HTTP/2 by ALPN), or both,
 * each request answered by a {@link Handler} on a virtual thread of its own.
 *
 * <p>When the client leaves or the request's deadline passes, the handler's thread is interrupted and its {@link
 * dev.parley.Call} cancelled. An exception of the handler is answered as problem details (RFC 9457) with the status of
 * {@link HttpException#statusOf}. Thread-safe.
 */
public final class HttpServer implements AutoCloseable {

    private final Channel channel;
    private final ServerContext context;
    private final ServerConnections connections;

    private HttpServer(Channel channel, ServerContext context, ServerConnections connections) {
        this.channel = channel;
        this.context = context;
        this.connections = connections;
    }

    /** A server to be described; a handler is all it needs. */
    public static Builder builder() {
        return new Builder();
    }

    /** The port it listens on. */
    public int port() {
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    /** Requests that are being answered. */
    public int activeRequests() {
        return context.active().get();
    }

    /** Connections to upstreams that are open. Asks the event loops; for tests and monitoring. */
    public int upstreamConnections() {
        return context.upstreams().openConnections();
    }

    /** Connections that are open. */
    public int openConnections() {
        return connections.count();
    }

    /** Streams of HTTP/2 that are open, over all connections: requests that are received, answered or being read. */
    public int openStreams() {
        return context.streams().get();
    }

    /**
     * Shuts down: accepts no more connections, tells clients (GOAWAY, {@code Connection: close}), waits up to {@code
     * grace} for the requests that were accepted, cancels those that are left with {@code UNAVAILABLE}, and closes.
     *
     * @return whether all requests had ended in time
     */
    public boolean shutdown(Duration grace) {
        channel.close().syncUninterruptibly();
        connections.shutdown();
        boolean drained = await(grace, () -> context.active().get() == 0 && connections.count() == 0);
        if (!drained) {
            connections.abort(new CallException(Code.UNAVAILABLE, "the server is shutting down"));
            await(Duration.ofSeconds(1), () -> context.active().get() == 0 && connections.count() == 0);
        }
        connections.close();
        ServerSecurity security = context.security();
        if (security != null) {
            security.context().close();
        }
        context.upstreams().close();
        return drained;
    }

    private static boolean await(Duration most, BooleanSupplier condition) {
        long until = System.nanoTime() + most.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - until >= 0) {
                return false;
            }
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }

    /** {@link #shutdown} with 30 seconds of grace. */
    @Override
    public void close() {
        shutdown(Duration.ofSeconds(30));
    }

    /** Describes a server. What is not set: 127.0.0.1, a free port, {@link HttpLimits#defaults()}, no deadline. */
    public static final class Builder {
        private String host = "127.0.0.1";
        private int port;
        private HttpLimits limits = HttpLimits.defaults();
        private Dispatch dispatch = Dispatch.VIRTUAL_THREAD;
        private Function<HttpRequest, Optional<Duration>> timeout = ServerContext.NO_TIMEOUT;
        private List<ExchangeFilter> filters = List.of();
        private ProxyOptions proxy = ProxyOptions.defaults();
        private @Nullable Handler<HttpRequest, HttpResponse> handler;
        private @Nullable ServerTls tls;
        private boolean plainToo;

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

        /** What answers. */
        public Builder handler(Handler<HttpRequest, HttpResponse> answers) {
            this.handler = answers;
            return this;
        }

        /**
         * What stands in front of every exchange, in this order, whether it ends in the handler or at an upstream. With a
         * filter the handler may be left out: what no filter replies to or passes on is answered with 404.
         */
        public Builder filters(List<ExchangeFilter> inFront) {
            this.filters = List.copyOf(inFront);
            return this;
        }

        /** How exchanges are passed on to upstreams; {@link ProxyOptions#defaults()}. */
        public Builder proxy(ProxyOptions options) {
            this.proxy = options;
            return this;
        }

        /**
         * How long a request may take, by its head. Asked on the event loop, so it must not block; the body is not there
         * yet.
         */
        public Builder timeout(Function<HttpRequest, Optional<Duration>> ofRequest) {
            this.timeout = ofRequest;
            return this;
        }

        /** The limits. */
        public Builder limits(HttpLimits values) {
            this.limits = values;
            return this;
        }

        /** Where the handler runs. */
        public Builder dispatch(Dispatch where) {
            this.dispatch = where;
            return this;
        }

        /** Speaks TLS, and nothing else. */
        public Builder tls(ServerTls how) {
            this.tls = how;
            this.plainToo = false;
            return this;
        }

        /** Speaks TLS with those who begin with it, and plain HTTP with all others, on the same port. */
        public Builder tlsOrPlain(ServerTls how) {
            this.tls = how;
            this.plainToo = true;
            return this;
        }

        private @Nullable ServerSecurity security() {
            ServerTls how = tls;
            return how == null ? null : new ServerSecurity(TlsContext.server(how), how.handshakeTimeout(), plainToo);
        }

        /**
         * Starts to listen.
         *
         * @throws IllegalStateException without a handler or filter
         * @throws IllegalArgumentException if the files for TLS cannot be used; the message says which and why
         * @throws UncheckedIOException if the port cannot be had; the message names it
         */
        public HttpServer start() {
            Handler<HttpRequest, HttpResponse> answers = handler;
            if (answers == null) {
                if (filters.isEmpty()) {
                    throw new IllegalStateException("a server needs a handler: HttpServer.builder().handler(...)");
                }
                answers = (call, request) -> Problems.of(404, "nothing is served under " + request.path());
            }
            ServerContext context = new ServerContext(
                    answers,
                    timeout,
                    limits,
                    dispatch,
                    Thread.ofVirtual().name("parley-http").factory(),
                    new AtomicInteger(),
                    new AtomicInteger(),
                    security(),
                    filters,
                    new Upstreams(proxy));
            ServerConnections connections = new ServerConnections(context);
            ChannelFuture bound = new ServerBootstrap()
                    .group(Loops.shared())
                    .channel(Loops.SERVER_CHANNEL)
                    .option(ChannelOption.SO_BACKLOG, 1024)
                    .option(ChannelOption.SO_REUSEADDR, true)
                    .childOption(ChannelOption.ALLOCATOR, Loops.ALLOCATOR)
                    .childOption(ChannelOption.TCP_NODELAY, true)
                    .childOption(ChannelOption.MESSAGE_SIZE_ESTIMATOR, HeapRegion.ESTIMATOR)
                    .childHandler(connections.initializer())
                    .bind(host, port)
                    .awaitUninterruptibly();
            if (!bound.isSuccess()) {
                ServerSecurity unused = context.security();
                if (unused != null) {
                    unused.context().close();
                }
                throw new UncheckedIOException(new IOException(
                        "cannot listen on " + host + ":" + port + ": "
                                + bound.cause().getMessage(),
                        bound.cause()));
            }
            return new HttpServer(bound.channel(), context, connections);
        }
    }
}
