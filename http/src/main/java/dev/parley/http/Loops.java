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
import io.netty.util.ResourceLeakDetector;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.io.IOException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

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

    static {
        // Before the first buffer. Netty samples every 128th buffer with two stack traces by default, which took a
        // twentieth to a tenth of the processor time of an exchange (ADR 0025). Whoever has asked for it, gets it.
        if (System.getProperty("io.netty.leakDetection.level") == null
                && System.getProperty("io.netty.leakDetectionLevel") == null
                && ResourceLeakDetector.getLevel() == ResourceLeakDetector.Level.SIMPLE) {
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        }
    }

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
        AtomicInteger number = new AtomicInteger();
        // Netty's own thread: its pools of buffers and objects are a field of it and no look-up in a ThreadLocal.
        ThreadFactory factory = task -> {
            Thread thread = new FastThreadLocalThread(task, "parley-loop-" + number.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        };
        return new MultiThreadIoEventLoopGroup(threads, factory, io);
    }
}
