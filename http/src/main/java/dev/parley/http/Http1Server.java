package dev.parley.http;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Metadata;
import dev.parley.Peer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 connection of a server, behind Netty's codec: one exchange at a time, in order (RFC 9112). A client that
 * closes its side counts as gone, because nothing tells a half-closed connection from a closed one.
 */
final class Http1Server extends ChannelInboundHandlerAdapter {

    /**
     * How long a client that is still sending may take to see its answer and stop. Closing on it at once would send a
     * reset, which may overtake the answer (RFC 9112, 9.6).
     */
    private static final long LINGER_MILLIS = 1000;

    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final ServerContext server;
    private final ArrayDeque<Object> pipelined = new ArrayDeque<>();
    private @Nullable ChannelHandlerContext context;
    private Answer.@Nullable OnHttp1 current;
    private Answer.@Nullable OnHttp1 toStart;
    private boolean receiving;
    private boolean decoded;
    private boolean fresh = true;
    private boolean continueAwaited;
    // The next request waits until the client has read more of its answers.
    private boolean blocked;
    private boolean closing;
    // The request that comes next is the last one.
    private boolean retiring;
    // A tunnel: the codec is gone, and bytes are bytes.
    private boolean switched;
    private long lastActivity = System.nanoTime();
    private long unsentBefore;
    private Peer peer = Peer.UNKNOWN;
    private String scheme = "http";
    private @Nullable ScheduledFuture<?> headTask;
    private @Nullable ScheduledFuture<?> idleTask;
    private @Nullable ScheduledFuture<?> lingerTask;
    private @Nullable ScheduledFuture<?> ageTask;

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
        peer = ServerConnections.peer(ctx.channel(), "http/1.1");
        scheme = ctx.pipeline().get(SslHandler.class) == null ? "http" : "https";
        ageTask = ctx.channel()
                .eventLoop()
                .schedule(this::shutdown, server.limits().jitteredAgeNanos(), TimeUnit.NANOSECONDS);
        scheduleIdleCheck();
    }

    ChannelHandlerContext ctx() {
        return java.util.Objects.requireNonNull(context, "the handler is not in a pipeline");
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!connection.reading) {
            connection.reading = true;
            lastActivity = System.nanoTime();
        }
        decoded = true;
        if (switched) {
            raw(message);
            return;
        }
        if (closing) {
            ReferenceCountUtil.release(message); // read on all the same: closing over bytes unread is a reset
            return;
        }
        // A request behind one that is being answered waits: answers go out in the order of the requests.
        if (!pipelined.isEmpty() || (current != null && !receiving)) {
            pipelined.add(message);
            ctx.channel().config().setAutoRead(false);
            return;
        }
        receive(message);
    }

    private void raw(Object message) {
        try {
            Answer.OnHttp1 exchange = current;
            if (exchange != null && !closing && message instanceof ByteBuf data && data.isReadable()) {
                exchange.touched(lastActivity);
                exchange.data(data);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
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
        Answer.OnHttp1 exchange;
        try {
            exchange = answer(received);
        } catch (HttpException e) {
            refuse(e.status(), e.message());
            return;
        }
        exchange.touched(lastActivity);
        if (retiring) {
            exchange.closeAfter();
        }
        current = exchange;
        receiving = true;
        continueAwaited = HttpUtil.is100ContinueExpected(received);
        toStart = exchange;
    }

    private Answer.OnHttp1 answer(io.netty.handler.codec.http.HttpRequest received) {
        Http1Exchange.Http1Reader reader =
                new Http1Exchange.Http1Reader(this, HttpUtil.is100ContinueExpected(received));
        if (server.filters().isEmpty()) {
            Metadata headers = Http1Head.metadata(received, server.limits());
            RequestParts.Where where = RequestParts.check(
                    received.method().name(), headers.get("host").orElse(""), received.uri());
            return new Http1Exchange(this, received, where, headers, reader, Deadline.NONE);
        }
        return new Http1Lane(this, received, Http1Head.fields(received, server.limits()), reader);
    }

    /** The handler's exchange answers instead of the lane that led to it. On the loop. */
    void takeOver(Http1Exchange exchange) {
        current = exchange;
    }

    private void refuse(int status, String detail) {
        HttpResponse problem = Problems.of(status, detail);
        ctx().write(Http1Exchange.whole(problem, problem.body().readAll(), true));
        closeBehindAnswer(true);
    }

    /** Closes once what was written is out; if the client {@code sends}, once it has had time to see it. */
    private void closeBehindAnswer(boolean sends) {
        closing = true;
        ChannelFuture out = ctx().writeAndFlush(Unpooled.EMPTY_BUFFER);
        if (sends) {
            ctx().channel().config().setAutoRead(true); // what still comes is discarded
            out.addListener(done -> linger());
        } else {
            out.addListener(ChannelFutureListener.CLOSE);
        }
    }

    private void linger() {
        if (ctx().channel().isActive() && lingerTask == null) {
            LingeringClose.endOutput(ctx().channel());
            lingerTask =
                    ctx().channel().eventLoop().schedule(() -> ctx().close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void body(HttpContent content) {
        Answer.OnHttp1 exchange = current;
        if (exchange == null || closing) {
            return;
        }
        if (!content.decoderResult().isSuccess()) {
            malformed(exchange, content.decoderResult().cause());
            return;
        }
        exchange.touched(lastActivity);
        ByteBuf data = content.content();
        int length = data.readableBytes();
        if (length > 0) {
            continueAwaited = false;
            exchange.data(data);
        }
        if (content instanceof LastHttpContent last) {
            receiving = false;
            continueAwaited = false;
            try {
                exchange.end(last.trailingHeaders().isEmpty() ? Fields.none() : Fields.of(last.trailingHeaders()));
            } catch (IllegalArgumentException e) {
                malformed(exchange, e);
            }
        }
    }

    private void malformed(Answer.OnHttp1 exchange, Throwable cause) {
        receiving = false;
        exchange.closeAfter();
        exchange.bodyFailed(new HttpException(400, Code.INVALID_ARGUMENT, "the body is malformed: " + cause));
    }

    /** Answers and leaves the connection to {@code takeover}. On the loop. */
    void upgrade(FullHttpResponse switching, Takeover takeover, Http1Exchange exchange) {
        ChannelHandlerContext ctx = ctx();
        if (!pipelined.isEmpty()) {
            ctx.close(); // what came behind the request was read as HTTP, and is lost
            return;
        }
        ctx.write(switching);
        ChannelPipeline pipeline = ctx.pipeline();
        takeover.install(pipeline, exchange);
        pipeline.remove(this);
        pipeline.remove(Http1Codec.class); // hands on what the client may have sent behind its request
        ctx.channel().config().setAutoRead(true);
        ctx.channel().flush();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        cancelHeadTask();
        cancel(idleTask);
        cancel(ageTask);
        pipelined.forEach(ReferenceCountUtil::release);
        pipelined.clear();
        current = null;
    }

    /** Tells a client that waits for it to send its body. On the loop. */
    void sendContinue() {
        if (continueAwaited) {
            continueAwaited = false;
            sendPastCodec(Unpooled.wrappedBuffer(CONTINUE));
        }
    }

    /** Sends an interim response past the codec, which would take it for the answer to the oldest request. */
    void sendPastCodec(ByteBuf interim) {
        ChannelHandlerContext codec = ctx().pipeline().context(Http1Codec.class);
        if (codec == null) {
            interim.release();
        } else {
            codec.writeAndFlush(interim);
        }
    }

    /** Sends the head that switches protocols; bytes are bytes from then on. False behind more requests than this one. */
    boolean switchProtocols(FullHttpResponse head) {
        if (!pipelined.isEmpty()) {
            head.release();
            return false;
        }
        switched = true;
        ctx().write(head);
        ctx().flush();
        ctx().pipeline().remove(Http1Codec.class); // hands on what the client has sent already
        return true;
    }

    /** Ends the connection in the middle of a response. {@code unframed}: nothing in that tells its end. */
    void abort(boolean unframed) {
        if (unframed) {
            // The end of the connection would pass for the end of the body: a reset does not.
            ctx().channel().config().setOption(ChannelOption.SO_LINGER, 0);
        }
        // Without the last chunk, so that nobody takes what was sent for the whole; and not behind what a client that
        // has stopped reading may never take.
        ctx().flush();
        ctx().close();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        connection.reading = false;
        startReceived();
        if (!decoded && current == null && headTask == null && !closing) {
            // Bytes came, but no request: the head has begun and must arrive in time.
            headTask = ctx.channel()
                    .eventLoop()
                    .schedule(this::headTooSlow, server.limits().headTimeout().toNanos(), TimeUnit.NANOSECONDS);
        }
        if (fresh) {
            fresh = false; // the detector that made way for this handler completes the first read, too
        } else {
            decoded = false;
        }
        connection.flushRead();
    }

    private void startReceived() {
        Answer.OnHttp1 exchange = toStart;
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
        cancel(headTask);
        headTask = null;
    }

    private static void cancel(@Nullable ScheduledFuture<?> task) {
        if (task != null) {
            task.cancel(false);
        }
    }

    /** The exchange has been answered; on to the next one once its request is through. On the loop. */
    void answered(Answer.OnHttp1 exchange) {
        continueAwaited = false;
        if (exchange.equals(current)) {
            next();
        }
    }

    private void next() {
        Answer.OnHttp1 exchange = current;
        if (closing || (exchange != null && exchange.closes())) {
            closeBehindAnswer(!pipelined.isEmpty() || (exchange != null && !exchange.isBodyEnded()));
            return;
        }
        if (!ctx().channel().isWritable()) {
            blocked = true; // one that sends requests and reads no answers would fill the memory with them
            return;
        }
        current = null;
        lastActivity = System.nanoTime();
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

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (blocked && ctx.channel().isWritable()) {
            blocked = false;
            // Not from inside the flush that led here.
            ctx.channel().eventLoop().execute(this::next);
        }
    }

    /** Closes the connection as soon as no request is on it. On the loop. */
    void shutdown() {
        retiring = true;
        Answer.OnHttp1 exchange = current;
        if (exchange != null) {
            exchange.closeAfter();
        } else if (headTask == null) {
            closeBehindAnswer(false);
        } // or a head has begun: it is answered, or too slow
    }

    void abort(CallException reason) {
        Answer.OnHttp1 exchange = current;
        if (exchange != null) {
            exchange.cancel(reason);
        }
    }

    private void scheduleIdleCheck() {
        long idle = server.limits().idleTimeout().toNanos();
        idleTask = ctx().channel().eventLoop().schedule(() -> idleCheck(idle), idle, TimeUnit.NANOSECONDS);
    }

    private void idleCheck(long idle) {
        if (!ctx().channel().isActive()) {
            return;
        }
        long now = System.nanoTime();
        Answer.OnHttp1 exchange = current;
        if (exchange == null || exchange.isAnswered()) {
            ChannelOutboundBuffer out = ctx().channel().unsafe().outboundBuffer();
            long unsent = out == null ? 0 : out.totalPendingWriteBytes();
            boolean sends = unsent > 0 && unsent != unsentBefore; // a large answer to a slow reader
            unsentBefore = unsent;
            if (!sends && now - lastActivity >= idle) {
                ctx().close();
                return;
            }
        } else if (now - exchange.lastActivity() >= idle) {
            CallException reason = new CallException(
                    Code.DEADLINE_EXCEEDED,
                    "the exchange was idle for " + server.limits().idleTimeout());
            if (!exchange.cancel(reason)) {
                ctx().close(); // the handler has not heeded an earlier cancellation
                return;
            }
        }
        scheduleIdleCheck();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        cancelHeadTask();
        cancel(idleTask);
        cancel(ageTask);
        cancel(lingerTask);
        closing = true; // so that no request that waits is begun for nobody
        pipelined.forEach(ReferenceCountUtil::release);
        pipelined.clear();
        Answer.OnHttp1 exchange = current;
        if (exchange != null && !exchange.isFinished()) {
            exchange.gone(new CallException(Code.CANCELLED, "the client closed the connection"));
        }
        super.channelInactive(ctx);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Loops.close(ctx, cause); // channelInactive tells the exchange
    }

    ServerContext server() {
        return server;
    }

    String scheme() {
        return scheme;
    }

    Peer peer() {
        return peer;
    }

    static boolean keepsAlive(io.netty.handler.codec.http.HttpRequest request) {
        return HttpUtil.isKeepAlive(request);
    }
}
