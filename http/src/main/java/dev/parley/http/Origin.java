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
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The connections of a client to one authority in one version of HTTP. Bound to one event loop, on which all its state
 * lives: there is no lock.
 */
final class Origin {

    private final Authority authority;
    private final HttpVersion version;
    private final ClientLimits limits;
    final EventLoop loop;
    final LoopQueue queue;
    private final List<ClientConnection> connections = new ArrayList<>();
    private final ArrayDeque<OutboundExchange> waiting = new ArrayDeque<>();
    private int connecting;
    private boolean closed;

    Origin(Authority authority, HttpVersion version, ClientLimits limits, EventLoop loop) {
        this.authority = authority;
        this.version = version;
        this.limits = limits;
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
        int wanted = (waiting.size() + perConnection - 1) / perConnection;
        while (connecting < wanted && connecting + connections.size() < limits.maxConnections(version)) {
            connecting++;
            // Looking a name up blocks, so it is not done on the loop.
            Thread.ofVirtual().name("parley-connect").start(this::resolve);
        }
    }

    private void resolve() {
        InetAddress address;
        try {
            address = InetAddress.getByName(authority.host());
        } catch (UnknownHostException e) {
            loop.execute(() -> connectFailed("unknown host " + authority.host(), e));
            return;
        }
        loop.execute(() -> connect(new InetSocketAddress(address, authority.port())));
    }

    private void connect(InetSocketAddress address) {
        ChannelFuture connected = new Bootstrap()
                .group(loop)
                .channel(Loops.CLIENT_CHANNEL)
                .option(ChannelOption.TCP_NODELAY, true)
                // A peer that answers early and closes fails our writes; its answer is still there to be read.
                .option(ChannelOption.AUTO_CLOSE, version == HttpVersion.HTTP_2)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        limits.connectTimeout().toMillis())
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        // The protocol's handlers are added once connected.
                    }
                })
                .connect(address);
        connected.addListener(done -> {
            if (done.isSuccess()) {
                connected(connected.channel());
            } else {
                connectFailed(done.cause().getMessage(), done.cause());
            }
        });
    }

    private void connected(Channel channel) {
        if (version == HttpVersion.HTTP_2) {
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
        room();
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

    int running() {
        return connections.stream().mapToInt(ClientConnection::running).sum();
    }

    String name() {
        return authority.host() + ":" + authority.port();
    }
}
