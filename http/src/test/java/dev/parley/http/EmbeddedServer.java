package dev.parley.http;

import dev.parley.Metadata;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DuplexChannel;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The server's whole pipeline on one thread and without a socket, so that a fuzzer sees the same run for the same bytes.
 * Handlers run when all bytes are in; what they were given is recorded.
 */
final class EmbeddedServer {

    /** A request that reached the handler; no body if it was not whole. */
    record Seen(String method, String target, @Nullable String body) {}

    /** What came of some bytes. */
    record Outcome(List<Seen> requests, byte[] output, boolean closed) {}

    private static final HttpLimits LIMITS = new HttpLimits(
            2048, 512, 16 << 10, 10, 10, 64 << 10, Duration.ofSeconds(60), Duration.ofSeconds(60), Duration.ofHours(1));

    private final ArrayDeque<Runnable> handlers = new ArrayDeque<>();
    private final List<Seen> seen = new ArrayList<>();
    private final AtomicInteger active = new AtomicInteger();
    private final AtomicInteger streams = new AtomicInteger();

    /** A thread that is started runs later, on the thread that feeds. */
    private final ThreadFactory later = runnable -> new Thread(runnable) {
        @Override
        public void start() {
            handlers.add(runnable);
        }
    };

    private HttpResponse answer(HttpRequest request) {
        ReceivedBody body = (ReceivedBody) request.body();
        String text = body.isEnded() ? new String(body.readAll(), StandardCharsets.ISO_8859_1) : null;
        seen.add(new Seen(request.method(), request.target(), text));
        return new HttpResponse(200, Metadata.of("x-seen", Integer.toString(seen.size())), Body.of(new byte[3]));
    }

    /** Feeds {@code parts}, runs the handlers, closes. */
    static Outcome feed(byte[]... parts) {
        return new EmbeddedServer().run(parts);
    }

    private Outcome run(byte[]... parts) {
        ServerContext context = new ServerContext(
                (call, request) -> answer(request),
                request -> Optional.empty(),
                LIMITS,
                Dispatch.VIRTUAL_THREAD,
                later,
                active,
                streams,
                null,
                List.of(),
                new Upstreams(ProxyOptions.defaults()));
        Channel channel = new Channel(context);
        for (byte[] part : parts) {
            if (channel.isOpen()) {
                channel.writeInbound(Unpooled.copiedBuffer(part));
            }
        }
        for (Runnable handler = next(channel); handler != null; handler = next(channel)) {
            handler.run();
        }
        boolean closed = !channel.isOpen() || channel.ended;
        channel.unsafe().close(channel.voidPromise()); // as a client that leaves, whatever is still waited for
        channel.runPendingTasks();
        for (Runnable handler = next(channel); handler != null; handler = next(channel)) {
            handler.run();
        }
        byte[] output = output(channel);
        LoopQueue.ALL.remove(channel.eventLoop());
        channel.checkException();
        boolean leftOver = !channel.inboundMessages().isEmpty();
        channel.finishAndReleaseAll();
        if (leftOver) {
            throw new AssertionError("a message reached the end of the pipeline");
        }
        if (active.get() != 0 || streams.get() != 0) {
            throw new AssertionError(active + " exchanges and " + streams + " streams are left over");
        }
        return new Outcome(seen, output, closed);
    }

    private @Nullable Runnable next(Channel channel) {
        channel.runPendingTasks();
        return handlers.poll();
    }

    private static byte[] output(EmbeddedChannel channel) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (Object message = channel.readOutbound(); message != null; message = channel.readOutbound()) {
            ByteBuf bytes = (ByteBuf) message;
            byte[] copy = new byte[bytes.readableBytes()];
            bytes.readBytes(copy);
            bytes.release();
            all.writeBytes(copy);
        }
        return all.toByteArray();
    }

    /** As a socket: its output can be shut down. */
    private static final class Channel extends EmbeddedChannel implements DuplexChannel {
        boolean ended;

        Channel(ServerContext context) {
            super(new ProtocolDetector(context));
        }

        @Override
        public boolean isInputShutdown() {
            return !isOpen();
        }

        @Override
        public ChannelFuture shutdownInput() {
            return close();
        }

        @Override
        public ChannelFuture shutdownInput(ChannelPromise promise) {
            return close(promise);
        }

        @Override
        public boolean isOutputShutdown() {
            return ended;
        }

        @Override
        public ChannelFuture shutdownOutput() {
            return shutdownOutput(newPromise());
        }

        @Override
        public ChannelFuture shutdownOutput(ChannelPromise promise) {
            ended = true;
            return promise.setSuccess();
        }

        @Override
        public boolean isShutdown() {
            return !isOpen();
        }

        @Override
        public ChannelFuture shutdown() {
            return close();
        }

        @Override
        public ChannelFuture shutdown(ChannelPromise promise) {
            return close(promise);
        }
    }
}
