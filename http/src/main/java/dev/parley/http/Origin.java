package dev.parley.http;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.RetryAdvice;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The connections of a client to one authority in one version of HTTP. Bound to one event loop, on which all its state
 * lives: there is no lock.
 */
final class Origin {

    private static final long MIN_WATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long MAX_WATCH_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long MOST_PING_NANOS = TimeUnit.HOURS.toNanos(2);

    // What the server is called, and where it is: the same, unless a balancer has picked an endpoint.
    private final Authority named;
    private final Authority authority;
    // Null: what the server picks by ALPN, known with the first connection.
    private @Nullable HttpVersion version;
    private final @Nullable TlsContext tls;
    private final ClientLimits limits;
    final EventLoop loop;
    final LoopQueue queue;
    private final List<ClientConnection> connections = new ArrayList<>();
    private final ArrayDeque<OutboundExchange> waiting = new ArrayDeque<>();
    private final HostResolver resolver;
    private int connecting;
    private boolean closed;
    private boolean watching;
    private long pingIntervalNanos;

    Origin(
            Authority named,
            Authority authority,
            @Nullable HttpVersion version,
            @Nullable TlsContext tls,
            ClientLimits limits,
            HostResolver resolver,
            EventLoop loop) {
        this.named = named;
        this.authority = authority;
        this.version = version;
        this.tls = tls;
        this.limits = limits;
        this.resolver = resolver;
        this.pingIntervalNanos = limits.pingInterval().toNanos();
        this.loop = loop;
        this.queue = LoopQueue.of(loop);
    }

    ClientLimits limits() {
        return limits;
    }

    /** Gives {@code exchange} a connection, now or when there is one. */
    void submit(OutboundExchange exchange) {
        if (exchange.isDone()) {
            return;
        }
        exchange.begin();
        if (closed) {
            exchange.fail(new CallException(Code.CANCELLED, "the client is closed"), false);
            return;
        }
        if (waiting.isEmpty()) {
            ClientConnection free = free();
            if (free != null) {
                free.begin(exchange);
                return;
            }
        }
        if (waiting.size() >= limits.maxWaiting()) {
            waiting.removeIf(OutboundExchange::isDone);
        }
        if (waiting.size() >= limits.maxWaiting()) {
            exchange.fail(
                    rejected("more than " + limits.maxWaiting() + " requests wait for a connection to " + name()),
                    false);
            return;
        }
        waiting.add(exchange);
        connectIfNeeded();
    }

    private @Nullable ClientConnection free() {
        // The one used last first: idle ones at the other end grow old and are closed.
        for (int i = connections.size() - 1; i >= 0; i--) {
            if (connections.get(i).hasRoom()) {
                return connections.get(i);
            }
        }
        return null;
    }

    private void connectIfNeeded() {
        int perConnection = version == HttpVersion.HTTP_2 ? 100 : 1;
        int wanted = version == null ? 1 : (waiting.size() + perConnection - 1) / perConnection;
        while (connecting < wanted
                && connecting + connections.size() < (version == null ? 1 : limits.maxConnections(version))) {
            connecting++;
            // Looking a name up blocks, so it is not done on the loop.
            Thread.ofVirtual().name("parley-connect").start(this::resolve);
        }
    }

    private void resolve() {
        AtomicBoolean answered = new AtomicBoolean();
        // A resolver that hangs must not hold those who wait without a deadline.
        var limit = loop.schedule(
                () -> {
                    if (answered.compareAndSet(false, true)) {
                        connectFailed(
                                "looking up " + authority.host() + " took longer than " + limits.connectTimeout(),
                                null);
                    }
                },
                limits.connectTimeout().toNanos(),
                TimeUnit.NANOSECONDS);
        List<InetAddress> found = List.of();
        Throwable failure = null;
        try {
            found = List.copyOf(resolver.resolve(bare(authority.host())));
        } catch (UnknownHostException | RuntimeException e) {
            failure = e;
        }
        limit.cancel(false);
        if (!answered.compareAndSet(false, true)) {
            return;
        }
        if (found.isEmpty()) {
            Throwable cause = failure;
            loop.execute(() -> connectFailed("unknown host " + authority.host(), cause));
        } else {
            List<InetAddress> addresses = found;
            loop.execute(() -> connect(addresses, 0));
        }
    }

    /** An address of version 6 without the brackets that a URL gives it. */
    private static String bare(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** One address after the other, until one is there. */
    private void connect(List<InetAddress> addresses, int next) {
        ChannelFuture connected = new Bootstrap()
                .group(loop)
                .channel(Loops.CLIENT_CHANNEL)
                .option(ChannelOption.ALLOCATOR, Loops.ALLOCATOR)
                .option(ChannelOption.TCP_NODELAY, true)
                // A peer that answers early and closes fails our writes; its answer is still there to be read.
                .option(ChannelOption.AUTO_CLOSE, false)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        limits.connectTimeout().toMillis())
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        // The protocol's handlers are added once connected.
                    }
                })
                .connect(new InetSocketAddress(addresses.get(next), authority.port()));
        connected.addListener(done -> {
            if (done.isSuccess() && tls != null) {
                handshake(connected.channel(), tls);
            } else if (done.isSuccess()) {
                connected(connected.channel(), Objects.requireNonNull(version));
            } else if (next + 1 < addresses.size() && !closed) {
                connect(addresses, next + 1);
            } else {
                connectFailed(done.cause().getMessage(), done.cause());
            }
        });
    }

    private void handshake(Channel channel, TlsContext context) {
        SslHandler handler = context.current().newHandler(channel.alloc(), named.host(), named.port());
        handler.setHandshakeTimeoutMillis(limits.connectTimeout().toMillis());
        channel.pipeline().addLast(handler);
        handler.handshakeFuture().addListener(done -> {
            if (!done.isSuccess()) {
                connectFailed("the TLS handshake failed: " + TlsFailure.reason(done.cause()), done.cause());
                channel.close();
                return;
            }
            boolean http2 = ApplicationProtocolNames.HTTP_2.equals(handler.applicationProtocol());
            if (version == HttpVersion.HTTP_2 && !http2) {
                connectFailed("it does not speak HTTP/2 over TLS (ALPN)", null);
                channel.close();
                return;
            }
            version = http2 ? HttpVersion.HTTP_2 : HttpVersion.HTTP_1_1;
            connected(channel, version);
        });
    }

    private void connected(Channel channel, HttpVersion spoken) {
        if (spoken == HttpVersion.HTTP_2) {
            channel.config().setAutoClose(true);
            Http2Client.install(channel, this);
        } else {
            ready(Http1Client.install(channel, this));
        }
    }

    /** A connection can be used: HTTP/2 has shaken hands. */
    void ready(ClientConnection connection) {
        connecting--;
        if (closed) {
            connection.close(closedReason());
            return;
        }
        connections.add(connection);
        connection.born(HttpLimits.jittered(limits.maxConnectionAge()));
        watchLater();
        room();
    }

    /** Looks at all connections now and then, for as long as there are any. */
    private void watchLater() {
        if (watching || connections.isEmpty()) {
            return;
        }
        watching = true;
        long shortest = Math.min(
                Math.min(
                        limits.readTimeout().toNanos(),
                        limits.maxConnectionAge().toNanos()),
                Math.min(pingIntervalNanos, limits.pingTimeout().toNanos()));
        long period = Math.max(MIN_WATCH_NANOS, Math.min(MAX_WATCH_NANOS, shortest / 4));
        loop.schedule(this::watch, period, TimeUnit.NANOSECONDS);
    }

    private void watch() {
        watching = false;
        long now = System.nanoTime();
        for (ClientConnection connection : List.copyOf(connections)) {
            if (connection.isOld(now)) {
                connection.retire();
            }
        }
        queue.submit(() -> List.copyOf(connections).forEach(connection -> connection.watch(now)));
        watchLater();
    }

    long pingIntervalNanos() {
        return pingIntervalNanos;
    }

    /** The server takes our pings for an attack. */
    void pingLess() {
        pingIntervalNanos = Math.min(2 * pingIntervalNanos, MOST_PING_NANOS);
    }

    private static CallException closedReason() {
        return new CallException(Code.CANCELLED, "the client was closed");
    }

    /** A connection was not made, or HTTP/2 did not shake hands. */
    void connectFailed(@Nullable String why, @Nullable Throwable cause) {
        connecting--;
        if (connecting > 0 || free() != null) {
            return; // another connection may still serve those who wait
        }
        CallException error = new CallException(
                Code.UNAVAILABLE,
                "could not connect to " + name() + ": " + why,
                cause,
                List.of(),
                new dev.parley.Metadata(),
                CallException.Origin.LOCAL,
                RetryAdvice.NEVER_LEFT);
        if (connections.isEmpty()) {
            List<OutboundExchange> failed = List.copyOf(waiting);
            waiting.clear();
            failed.forEach(exchange -> exchange.fail(error, false));
        }
    }

    private static CallException rejected(String message) {
        return new CallException(
                Code.RESOURCE_EXHAUSTED,
                message,
                null,
                List.of(),
                new dev.parley.Metadata(),
                CallException.Origin.LOCAL,
                RetryAdvice.NEVER_LEFT);
    }

    /** A connection has room: begins what waits. */
    void room() {
        while (!waiting.isEmpty()) {
            OutboundExchange next = waiting.peek();
            if (next.isDone()) {
                waiting.poll();
                continue;
            }
            ClientConnection free = free();
            if (free == null) {
                connectIfNeeded();
                return;
            }
            waiting.poll();
            free.begin(next);
        }
    }

    /** A connection takes no more exchanges or has been closed. */
    void remove(ClientConnection connection) {
        if (connections.remove(connection) && !waiting.isEmpty()) {
            waiting.removeIf(OutboundExchange::isDone);
            connectIfNeeded();
        }
    }

    /** Gives an exchange that the peer never saw to another connection. */
    void again(OutboundExchange exchange) {
        waiting.addFirst(exchange);
        connectIfNeeded();
        loop.execute(() -> queue.submit(this::room));
    }

    void close() {
        closed = true;
        CallException reason = closedReason();
        List.copyOf(waiting).forEach(exchange -> exchange.fail(reason, false));
        waiting.clear();
        List.copyOf(connections).forEach(connection -> connection.close(reason));
    }

    /** Nothing is lost with it. */
    boolean isUnused() {
        return connections.isEmpty() && waiting.isEmpty() && connecting == 0;
    }

    int openConnections() {
        return connections.size();
    }

    int connectionsWithRoom() {
        return (int) connections.stream().filter(ClientConnection::hasRoom).count();
    }

    int running() {
        return connections.stream().mapToInt(ClientConnection::running).sum();
    }

    String name() {
        return authority.host() + ":" + authority.port();
    }
}
