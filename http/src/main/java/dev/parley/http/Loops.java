package dev.parley.http;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;

/**
 * The event loops of this process, shared by all servers and clients: one daemon thread a processor, named {@code
 * parley-loop-N}, on native epoll where there is one. They live as long as the process.
 */
final class Loops {

    private static final System.Logger LOG = System.getLogger(Loops.class.getName());

    static final boolean EPOLL = Epoll.isAvailable();
    static final Class<? extends ServerSocketChannel> SERVER_CHANNEL =
            EPOLL ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    static final Class<? extends SocketChannel> CLIENT_CHANNEL =
            EPOLL ? EpollSocketChannel.class : NioSocketChannel.class;

    /**
     * Not Netty's new default, the adaptive one: on JDK 25, without Unsafe, its chunks are zeroed as they come and go, and a
     * proxied answer of 64 KiB took a fifth more of the processor (docs/PERFORMANCE.md).
     */
    static final ByteBufAllocator ALLOCATOR = PooledByteBufAllocator.DEFAULT;

    private static final EventLoopGroup SHARED = create();

    private Loops() {}

    static EventLoopGroup shared() {
        return SHARED;
    }

    /** Closes a connection that failed; the peer's reset is an everyday event, anything else is not. */
    static void close(ChannelHandlerContext ctx, Throwable cause) {
        if (!(TlsFailure.unwrapped(cause) instanceof IOException)) {
            LOG.log(System.Logger.Level.WARNING, "a connection failed: " + ctx.channel(), cause);
        }
        ctx.close();
    }

    private static EventLoopGroup create() {
        IoHandlerFactory io = EPOLL ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        int threads = Integer.getInteger(
                "dev.parley.http.eventLoops", Runtime.getRuntime().availableProcessors());
        return new MultiThreadIoEventLoopGroup(
                threads, Thread.ofPlatform().daemon().name("parley-loop-", 0).factory(), io);
    }
}
