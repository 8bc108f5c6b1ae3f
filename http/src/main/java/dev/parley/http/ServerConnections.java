package dev.parley.http;

import dev.parley.CallException;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

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
        open.remove(ctx.channel());
        super.channelInactive(ctx);
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
            if (http1 != null) {
                http1.shutdown();
            } else if (http2 != null) {
                http2.drain();
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
            if (http1 != null) {
                http1.abort(reason);
            } else if (http2 != null) {
                http2.abort(reason);
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

    static String address(Channel channel) {
        return channel.remoteAddress() instanceof InetSocketAddress inet
                ? inet.getAddress().getHostAddress() + ":" + inet.getPort()
                : String.valueOf(channel.remoteAddress());
    }
}
