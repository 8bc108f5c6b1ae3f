package dev.parley.http;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.RetryAdvice;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A WebSocket behind Netty's frame codec, on either side (RFC 6455). State is the loop's unless said otherwise. */
final class WebSocketConnection extends ChannelInboundHandlerAdapter {

    private static final int HIGH = 256 << 10;
    private static final int LOW = 128 << 10;

    private final WebSocketOptions options;
    private final boolean server;
    private final Consumer<CallException> gone;
    private final Parking parking = new Parking();
    final SendWindow window = new SendWindow();
    private @Nullable ChannelHandlerContext context;
    private @Nullable LoopQueue queue;

    // Guarded by this: what was received and nobody has read.
    private final ArrayDeque<WebSocket.Message> received = new ArrayDeque<>();
    private int buffered;
    private boolean ended;
    private @Nullable CallException failure;
    private WebSocket.@Nullable CloseStatus peersWord;

    private final ByteArrayOutputStream partial = new ByteArrayOutputStream();
    private boolean partialText;
    private boolean paused;
    private boolean closeSent;
    private boolean closeReceived;
    private boolean pinged;
    private long lastRead = System.nanoTime();
    private @Nullable ScheduledFuture<?> pingTask;
    private @Nullable ScheduledFuture<?> closeTask;

    private final LoopQueue.Connection flushing = new LoopQueue.Connection() {
        @Override
        void flush() {
            ctx().flush();
        }
    };

    /** {@code gone} hears of a connection that was lost before it was closed. */
    WebSocketConnection(WebSocketOptions options, boolean server, Consumer<CallException> gone) {
        this.options = options;
        this.server = server;
        this.gone = gone;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        queue = LoopQueue.of(ctx.channel().eventLoop());
        schedulePing();
    }

    private ChannelHandlerContext ctx() {
        return java.util.Objects.requireNonNull(context, "the handler is not in a pipeline");
    }

    private LoopQueue queue() {
        return java.util.Objects.requireNonNull(queue);
    }

    // ---- the user's side

    /** The next message; null once the peer has closed. */
    WebSocket.@Nullable Message receive() {
        try {
            parking.await(this::ready);
        } catch (InterruptedException e) {
            throw CallException.interrupted(e, "the next message");
        }
        WebSocket.Message message;
        boolean resume;
        synchronized (this) {
            message = received.poll();
            if (message == null) {
                if (failure != null) {
                    throw failure;
                }
                return null;
            }
            int before = buffered;
            buffered -= message.size();
            resume = before > LOW && buffered <= LOW;
        }
        if (resume) {
            queue().submit(this::resume);
        }
        return message;
    }

    private synchronized boolean ready() {
        return !received.isEmpty() || ended || failure != null;
    }

    synchronized WebSocket.@Nullable CloseStatus peersWord() {
        return peersWord;
    }

    void send(WebSocketFrame frame, int bytes) {
        try {
            window.acquire(bytes);
        } catch (Throwable e) {
            frame.release();
            throw e;
        }
        queue().submit(() -> {
            if (closeSent || !ctx().channel().isActive()) {
                frame.release();
                window.release(bytes);
                return;
            }
            ctx().write(frame).addListener(written -> window.release(bytes));
            queue().wrote(flushing);
        });
    }

    /** Says that we close; what is written after it is dropped. Any thread. */
    void sayClose(int code, String reason) {
        queue().submit(() -> close(code, reason));
    }

    /** Waits until the connection has ended, or the peer has not answered our close in time. */
    void awaitEnd() {
        ctx().channel()
                .closeFuture()
                .awaitUninterruptibly(options.closeTimeout().toMillis() * 2, TimeUnit.MILLISECONDS);
    }

    // ---- the loop's side

    private void resume() {
        if (paused) {
            paused = false;
            ctx().channel().config().setAutoRead(true);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            lastRead = System.nanoTime();
            pinged = false;
            if (message instanceof WebSocketFrame frame && !closeReceived) {
                read(frame);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void read(WebSocketFrame frame) {
        if (frame instanceof PingWebSocketFrame) {
            write(new PongWebSocketFrame(frame.content().retain()));
        } else if (frame instanceof CloseWebSocketFrame close) {
            closed(close);
        } else if (closeSent) {
            return; // nobody waits for more, and it must not pile up
        } else if (frame instanceof TextWebSocketFrame
                || frame instanceof BinaryWebSocketFrame
                || frame instanceof ContinuationWebSocketFrame) {
            data(frame);
        }
    }

    private void data(WebSocketFrame frame) {
        if (!(frame instanceof ContinuationWebSocketFrame)) {
            partialText = frame instanceof TextWebSocketFrame;
        }
        ByteBuf content = frame.content();
        if (partial.size() + content.readableBytes() > options.maxMessageBytes()) {
            fail(1009, "a message has more than " + options.maxMessageBytes() + " bytes");
            return;
        }
        byte[] bytes = new byte[content.readableBytes()];
        content.readBytes(bytes);
        partial.writeBytes(bytes);
        if (!frame.isFinalFragment()) {
            return;
        }
        byte[] whole = partial.toByteArray();
        partial.reset();
        WebSocket.Message message = partialText
                ? new WebSocket.Text(new String(whole, StandardCharsets.UTF_8))
                : new WebSocket.Binary(whole);
        boolean full;
        synchronized (this) {
            received.add(message);
            buffered += message.size();
            full = buffered > HIGH;
        }
        parking.wake();
        if (full && !paused) {
            paused = true;
            ctx().channel().config().setAutoRead(false);
            queue().submit(this::resumeIfRead);
        }
    }

    /** The reader may have caught up between the look at the mark and the pause. */
    private void resumeIfRead() {
        boolean low;
        synchronized (this) {
            low = buffered <= LOW;
        }
        if (low) {
            resume();
        }
    }

    private void closed(CloseWebSocketFrame close) {
        closeReceived = true;
        int code = close.statusCode() < 0 ? 1005 : close.statusCode();
        synchronized (this) {
            peersWord = new WebSocket.CloseStatus(code, close.reasonText());
            ended = true;
        }
        parking.wake();
        window.fail(new CallException(Code.CANCELLED, "the peer closed the WebSocket: " + peersWord));
        if (!closeSent) {
            closeSent = true;
            write(new CloseWebSocketFrame(true, 0, close.content().retain()));
        }
        if (server) {
            ctx().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        } else {
            closeLater(); // the server closes (7.1.1)
        }
    }

    private void write(WebSocketFrame frame) {
        ctx().write(frame);
        queue().wrote(flushing);
    }

    private void close(int code, String reason) {
        if (closeSent || !ctx().channel().isActive()) {
            return;
        }
        closeSent = true;
        write(new CloseWebSocketFrame(code, reason));
        ctx().channel().config().setAutoRead(true); // for the answer
        paused = false;
        closeLater();
    }

    private void closeLater() {
        if (closeTask == null) {
            closeTask = ctx().channel()
                    .eventLoop()
                    .schedule(() -> ctx().close(), options.closeTimeout().toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /** The peer broke a rule: says which, and ends. */
    private void fail(int code, String reason) {
        end(Http2Names.remote(
                code == 1009 ? Code.RESOURCE_EXHAUSTED : Code.INVALID_ARGUMENT,
                "the WebSocket was closed with " + code + ": " + reason,
                RetryAdvice.NEVER));
        closeReceived = true; // nothing that comes behind can be trusted
        if (!closeSent) {
            closeSent = true;
            ctx().write(new CloseWebSocketFrame(code, cut(reason)));
        }
        ctx().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            LingeringClose.endOutput(ctx().channel());
            closeLater();
        });
    }

    /** A reason has 123 bytes at most (5.5.1). */
    static String cut(String reason) {
        return reason.length() <= 120 ? reason : reason.substring(0, 120);
    }

    private void end(CallException reason) {
        synchronized (this) {
            if (!ended && failure == null) {
                failure = reason;
            }
        }
        parking.wake();
        window.fail(reason);
    }

    /** The server stops: asks the peer to go (1001), and lets the handler see the end. */
    void goAway() {
        close(1001, "the server is shutting down");
    }

    /** The time for a graceful end is over. */
    void abort(CallException reason) {
        end(reason);
        gone.accept(reason);
        ctx().close();
    }

    private void schedulePing() {
        pingTask = ctx().channel()
                .eventLoop()
                .schedule(this::ping, options.pingInterval().toNanos(), TimeUnit.NANOSECONDS);
    }

    private void ping() {
        if (!ctx().channel().isActive()) {
            return;
        }
        if (!paused && System.nanoTime() - lastRead >= options.pingInterval().toNanos()) {
            if (pinged) {
                CallException silent = Http2Names.remote(
                        Code.UNAVAILABLE,
                        "the peer of the WebSocket has answered no ping for " + options.pingInterval(),
                        RetryAdvice.UNSTATED);
                end(silent);
                gone.accept(silent);
                ctx().close();
                return;
            }
            pinged = true;
            ctx().writeAndFlush(new PingWebSocketFrame());
        }
        schedulePing();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.flush();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        cancel(pingTask);
        cancel(closeTask);
        CallException lost = Http2Names.remote(
                Code.CANCELLED,
                "the connection of the WebSocket was lost without a close (1006)",
                RetryAdvice.UNSTATED);
        end(lost);
        if (!closeReceived) {
            gone.accept(lost);
        }
        super.channelInactive(ctx);
    }

    private static void cancel(@Nullable ScheduledFuture<?> task) {
        if (task != null) {
            task.cancel(false);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof CorruptedWebSocketFrameException broken) {
            fail(broken.closeStatus().code(), String.valueOf(broken.getMessage()));
        } else if (cause instanceof TooLongFrameException) {
            fail(1009, "a frame has more than " + options.maxMessageBytes() + " bytes");
        } else {
            Loops.close(ctx, cause);
        }
    }
}
