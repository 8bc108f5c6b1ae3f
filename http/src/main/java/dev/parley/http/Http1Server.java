package dev.parley.http;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Metadata;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An HTTP/1.1 connection of a server, behind Netty's codec: one exchange at a time, in order (RFC 9112). */
final class Http1Server extends ChannelInboundHandlerAdapter {

    /** What a response that came early lets the client still send before the connection is closed on it. */
    private static final int MOST_DISCARDED = 1 << 20;

    private final ServerContext server;
    private final ArrayDeque<Object> pipelined = new ArrayDeque<>();
    private @Nullable ChannelHandlerContext context;
    private @Nullable Http1Exchange current;
    private @Nullable Http1Exchange toStart;
    private boolean receiving;
    private boolean closing;
    private int discarded;
    private long lastActivity = System.nanoTime();
    private String peer = "unknown";
    private @Nullable ScheduledFuture<?> headTask;

    final LoopQueue.Connection connection = new LoopQueue.Connection() {
        @Override
        void flush() {
            ctx().flush();
        }
    };

    Http1Server(ServerContext server) {
        this.server = server;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        peer = ServerConnections.address(ctx.channel());
        scheduleIdleCheck();
    }

    ChannelHandlerContext ctx() {
        return java.util.Objects.requireNonNull(context, "the handler is not in a pipeline");
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        connection.reading = true;
        // A request behind one that is being answered waits: answers go out in the order of the requests.
        if (!pipelined.isEmpty() || (current != null && !receiving)) {
            pipelined.add(message);
            ctx.channel().config().setAutoRead(false);
            return;
        }
        receive(message);
    }

    private void receive(Object message) {
        try {
            if (message instanceof io.netty.handler.codec.http.HttpRequest request) {
                begin(request);
            }
            if (message instanceof HttpContent content) {
                body(content);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void begin(io.netty.handler.codec.http.HttpRequest received) {
        cancelHeadTask();
        if (closing) {
            return;
        }
        if (refuseBroken(received.decoderResult())) {
            return;
        }
        Metadata headers = new Metadata();
        for (Map.Entry<String, String> header : received.headers()) {
            try {
                headers.add(header.getKey(), header.getValue());
            } catch (IllegalArgumentException e) {
                refuse(400, e.getMessage() == null ? "bad header" : e.getMessage());
                return;
            }
        }
        Http1Exchange exchange = new Http1Exchange(this, received, headers);
        current = exchange;
        receiving = true;
        discarded = 0;
        toStart = exchange;
    }

    /** Answers what Netty could not parse. True if it was broken. */
    private boolean refuseBroken(DecoderResult result) {
        if (result.isSuccess()) {
            return false;
        }
        Throwable cause = result.cause();
        if (cause instanceof TooLongHttpLineException) {
            refuse(414, "the request line is longer than " + server.limits().maxTargetBytes() + " bytes");
        } else if (cause instanceof TooLongHttpHeaderException) {
            refuse(431, "the headers are larger than " + server.limits().maxHeaderBytes() + " bytes");
        } else {
            refuse(400, "this is not a valid HTTP/1.1 request: " + cause.getMessage());
        }
        return true;
    }

    private void refuse(int status, String detail) {
        closing = true;
        HttpResponse problem = Problems.of(status, detail);
        ctx().writeAndFlush(Http1Exchange.whole(problem, problem.body().readAll(), true))
                .addListener(ChannelFutureListener.CLOSE);
    }

    private void body(HttpContent content) {
        Http1Exchange exchange = current;
        if (exchange == null || closing) {
            return;
        }
        if (!content.decoderResult().isSuccess()) {
            exchange.body()
                    .fail(new HttpException(
                            400,
                            Code.INVALID_ARGUMENT,
                            "the body is malformed: " + content.decoderResult().cause()));
            receiving = false;
            exchange.closeAfter();
            return;
        }
        exchange.lastActivity = lastActivity;
        ByteBuf data = content.content();
        int length = data.readableBytes();
        if (length > 0) {
            byte[] bytes = new byte[length];
            data.readBytes(bytes);
            if (exchange.body().offer(bytes)) {
                exchange.buffered(length);
            } else {
                discarded += length;
                if (discarded > MOST_DISCARDED && exchange.isAnswered()) {
                    ctx().close();
                    return;
                }
            }
        }
        if (content instanceof LastHttpContent last) {
            receiving = false;
            Metadata trailers = new Metadata();
            for (Map.Entry<String, String> trailer : last.trailingHeaders()) {
                trailers.add(trailer.getKey(), trailer.getValue());
            }
            exchange.body().end(trailers);
            if (exchange.isAnswered()) {
                next();
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        lastActivity = System.nanoTime();
        connection.reading = false;
        startReceived();
        if (current == null && headTask == null && !closing) {
            // Bytes came, but no request: the head has begun and must arrive in time.
            headTask = ctx.channel()
                    .eventLoop()
                    .schedule(this::headTooSlow, server.limits().headTimeout().toNanos(), TimeUnit.NANOSECONDS);
        }
        ctx.flush();
    }

    private void startReceived() {
        Http1Exchange exchange = toStart;
        if (exchange != null) {
            toStart = null;
            exchange.start();
        }
    }

    private void headTooSlow() {
        headTask = null;
        if (current == null && !closing) {
            refuse(408, "the request's head took longer than " + server.limits().headTimeout());
        }
    }

    private void cancelHeadTask() {
        ScheduledFuture<?> task = headTask;
        if (task != null) {
            headTask = null;
            task.cancel(false);
        }
    }

    /** The exchange has been answered; on to the next one once its request is through. On the loop. */
    void answered(Http1Exchange exchange) {
        if (exchange != current) {
            return;
        }
        if (exchange.closes() && !receiving) {
            ctx().writeAndFlush(io.netty.buffer.Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        } else if (!receiving) {
            next();
        } else {
            ctx().channel().config().setAutoRead(true); // the rest of the request is discarded
        }
    }

    private void next() {
        Http1Exchange exchange = current;
        current = null;
        if (closing || (exchange != null && exchange.closes())) {
            closing = true;
            ctx().writeAndFlush(io.netty.buffer.Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            return;
        }
        while (!pipelined.isEmpty() && (current == null || receiving)) {
            Object message = pipelined.poll();
            if (message != null) {
                receive(message);
            }
        }
        if (!connection.reading && toStart != null) {
            // Not from inside the answer that led here: deep pipelines would recurse.
            ctx().channel().eventLoop().execute(this::startReceived);
        }
        if (pipelined.isEmpty()) {
            ctx().channel().config().setAutoRead(true);
        }
    }

    /** Closes the connection as soon as no request is on it. On the loop. */
    void shutdown() {
        closing = current == null || closing;
        Http1Exchange exchange = current;
        if (exchange == null) {
            ctx().close();
        } else {
            exchange.closeAfter();
        }
    }

    void abort(CallException reason) {
        Http1Exchange exchange = current;
        if (exchange != null) {
            exchange.cancel(reason);
        }
    }

    private void scheduleIdleCheck() {
        long idle = server.limits().idleTimeout().toNanos();
        ctx().channel().eventLoop().schedule(() -> idleCheck(idle), idle, TimeUnit.NANOSECONDS);
    }

    private void idleCheck(long idle) {
        if (!ctx().channel().isActive()) {
            return;
        }
        long now = System.nanoTime();
        Http1Exchange exchange = current;
        if (exchange == null && now - lastActivity >= idle) {
            ctx().close();
            return;
        }
        if (exchange != null && now - exchange.lastActivity >= idle) {
            exchange.cancel(new CallException(
                    Code.DEADLINE_EXCEEDED,
                    "the exchange was idle for " + server.limits().idleTimeout()));
        }
        scheduleIdleCheck();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        cancelHeadTask();
        Http1Exchange exchange = current;
        if (exchange != null) {
            exchange.gone(new CallException(Code.CANCELLED, "the client closed the connection"));
        }
        pipelined.forEach(ReferenceCountUtil::release);
        pipelined.clear();
        super.channelInactive(ctx);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close(); // an I/O error, as a rule the peer's reset; channelInactive tells the exchange
    }

    ServerContext server() {
        return server;
    }

    String peer() {
        return peer;
    }

    static boolean keepsAlive(io.netty.handler.codec.http.HttpRequest request) {
        return HttpUtil.isKeepAlive(request);
    }
}
