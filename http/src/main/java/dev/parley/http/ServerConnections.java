package dev.parley.http;

import dev.parley.CallException;
import dev.parley.Peer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import javax.net.ssl.SSLPeerUnverifiedException;

/** The open connections of a server. */
@ChannelHandler.Sharable
final class ServerConnections extends ChannelInboundHandlerAdapter {

    private final ServerContext server;
    private final Set<Channel> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closing;

    ServerConnections(ServerContext server) {
        this.server = server;
    }

    ChannelInitializer<SocketChannel> initializer() {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(SocketChannel channel) {
                channel.pipeline().addLast(ServerConnections.this).addLast(new ProtocolDetector(server));
            }
        };
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) throws Exception {
        // Added first: a shutdown that does not see it yet is seen here.
        open.add(ctx.channel());
        if (closing || open.size() > server.limits().maxConnections()) {
            open.remove(ctx.channel());
            ctx.close();
            return;
        }
        super.channelActive(ctx);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        try {
            super.channelInactive(ctx);
        } finally {
            open.remove(ctx.channel()); // last: who finds none open finds nothing left of what ran on it
        }
    }

    int count() {
        return open.size();
    }

    /** Lets each connection end as soon as its requests are answered; HTTP/2 says so with GOAWAY. */
    void shutdown() {
        closing = true;
        each(channel -> {
            Http1Server http1 = channel.pipeline().get(Http1Server.class);
            Http2Server http2 = channel.pipeline().get(Http2Server.class);
            WebSocketConnection socket = channel.pipeline().get(WebSocketConnection.class);
            if (http1 != null) {
                http1.shutdown();
            } else if (http2 != null) {
                http2.drain();
            } else if (socket != null) {
                socket.goAway();
            } else {
                channel.close();
            }
        });
    }

    /** Cancels what still runs. */
    void abort(CallException reason) {
        each(channel -> {
            Http1Server http1 = channel.pipeline().get(Http1Server.class);
            Http2Server http2 = channel.pipeline().get(Http2Server.class);
            WebSocketConnection socket = channel.pipeline().get(WebSocketConnection.class);
            if (http1 != null) {
                http1.abort(reason);
            } else if (http2 != null) {
                http2.abort(reason);
            } else if (socket != null) {
                socket.abort(reason);
            }
        });
    }

    /** Closes all, whatever they do. */
    void close() {
        each(channel -> channel.unsafe().close(channel.unsafe().voidPromise()));
    }

    private void each(Consumer<Channel> action) {
        for (Channel channel : open) {
            channel.eventLoop().execute(() -> action.accept(channel));
        }
    }

    /** Who is at the other end, with the certificate that was verified. */
    static Peer peer(Channel channel, String protocol) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        return new Peer(address(channel), protocol, tls == null ? Optional.empty() : certificate(tls));
    }

    private static Optional<X509Certificate> certificate(SslHandler tls) {
        try {
            return tls.engine().getSession().getPeerCertificates()[0] instanceof X509Certificate shown
                    ? Optional.of(shown)
                    : Optional.empty();
        } catch (SSLPeerUnverifiedException none) {
            return Optional.empty();
        }
    }

    static String address(Channel channel) {
        return channel.remoteAddress() instanceof InetSocketAddress inet
                ? inet.getAddress().getHostAddress() + ":" + inet.getPort()
                : String.valueOf(channel.remoteAddress());
    }
}
