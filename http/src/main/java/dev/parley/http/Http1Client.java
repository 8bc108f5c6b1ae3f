package dev.parley.http;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Metadata;
import dev.parley.RetryAdvice;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An HTTP/1.1 connection of a client: one exchange at a time, then back to its origin (RFC 9112). */
final class Http1Client extends ChannelInboundHandlerAdapter implements ClientConnection, ClientStream {

    private final Origin origin;
    private @Nullable ChannelHandlerContext context;
    private @Nullable OutboundExchange current;
    private boolean requestEnded;
    private boolean keepAlive = true;
    private boolean headReceived;
    // Something came since the exchange began, be it half a head.
    private boolean answering;
    private boolean reusable;
    private boolean reused;
    // A tunnel: the codec is gone, and bytes are bytes.
    private boolean switched;
    private boolean retired;
    private String why = "";
    private long retireAt;
    // What a declared length of the request still wants; -1 without one.
    private long owed = -1;
    private long lastActivity = System.nanoTime();
    private @Nullable ScheduledFuture<?> idleTask;
    private final AtomicInteger buffered = new AtomicInteger();

    private final LoopQueue.Connection flushing = new LoopQueue.Connection() {
        @Override
        void flush() {
            ctx().flush();
        }
    };

    private Http1Client(Origin origin) {
        this.origin = origin;
    }

    static ClientConnection install(Channel channel, Origin origin) {
        Http1Client client = new Http1Client(origin);
        channel.pipeline()
                // The codec keeps half a head to itself, and the end of a connection completes a read, too.
                .addLast(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object message) {
                        client.answering = true;
                        ctx.fireChannelRead(message);
                    }
                })
                .addLast(new HttpClientCodec(
                        new HttpDecoderConfig()
                                .setMaxInitialLineLength(8 << 10)
                                .setMaxHeaderSize(origin.limits().maxHeaderBytes())
                                .setMaxChunkSize(64 << 10),
                        false,
                        false))
                .addLast(client);
        client.scheduleIdleCheck();
        return client;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    private ChannelHandlerContext ctx() {
        return java.util.Objects.requireNonNull(context, "the handler is not in a pipeline");
    }

    private void scheduleIdleCheck() {
        long idle = origin.limits().idleTimeout().toNanos();
        idleTask = ctx().channel()
                .eventLoop()
                .schedule(
                        () -> {
                            if (!ctx().channel().isActive()) {
                                return;
                            }
                            if (current == null && System.nanoTime() - lastActivity >= idle) {
                                close();
                            } else {
                                scheduleIdleCheck();
                            }
                        },
                        idle,
                        TimeUnit.NANOSECONDS);
    }

    @Override
    public boolean hasRoom() {
        // Until a read is over there may be more in it than the answer, which the next exchange would get for its own.
        return current == null
                && !retired
                && !flushing.reading
                && ctx().channel().isActive();
    }

    @Override
    public void retire() {
        retired = true;
        origin.remove(this);
        if (current == null) {
            ctx().close();
        }
    }

    @Override
    public void watch(long now) {
        OutboundExchange exchange = current;
        if (exchange != null) {
            exchange.checkSilence(now, origin.limits().readTimeout().toNanos());
        }
    }

    @Override
    public void born(long ageNanos) {
        retireAt = System.nanoTime() + ageNanos;
    }

    @Override
    public boolean isOld(long now) {
        return now - retireAt >= 0;
    }

    @Override
    public int running() {
        return current == null ? 0 : 1;
    }

    @Override
    public void begin(OutboundExchange exchange) {
        current = exchange;
        requestEnded = false;
        owed = -1;
        reused = reusable;
        headReceived = false;
        answering = false;
        keepAlive = true;
        buffered.set(0);
        exchange.sent(this);
    }

    @Override
    public void close(CallException reason) {
        OutboundExchange exchange = current;
        current = null;
        close();
        if (exchange != null) {
            exchange.fail(reason, false);
        }
    }

    private void close() {
        retired = true;
        origin.remove(this);
        ctx().close();
    }

    // ---- the request

    private OutboundExchange exchange() {
        return java.util.Objects.requireNonNull(current);
    }

    private static void copy(Metadata from, io.netty.handler.codec.http.HttpHeaders to) {
        from.forEach((name, value) -> {
            if (!HopByHop.isForbidden(name)) {
                to.add(name, value);
            }
        });
    }

    private void write(Object message) {
        ctx().write(message);
        origin.queue.wrote(flushing);
    }

    private void fill(io.netty.handler.codec.http.HttpHeaders headers, HttpRequest request) {
        copy(request.headers(), headers);
        headers.set(HttpHeaderNames.HOST, request.authority());
    }

    @Override
    public void writeHead(PassedHead request, boolean end) {
        requestEnded = end;
        owed = end ? -1 : request.length();
        write(request.http1(end));
    }

    @Override
    public void writeHead(HttpRequest request) {
        DefaultHttpRequest head = new DefaultHttpRequest(
                io.netty.handler.codec.http.HttpVersion.HTTP_1_1,
                HttpMethod.valueOf(request.method()),
                request.target());
        fill(head.headers(), request);
        owed = ContentLength.of(request.headers());
        if (owed < 0) {
            head.headers().remove(HttpHeaderNames.CONTENT_LENGTH);
            head.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        write(head);
    }

    @Override
    public void writeWhole(HttpRequest request, byte[] body, Metadata trailers) {
        if (!trailers.isEmpty()) {
            OutboundExchange exchange = exchange();
            writeHead(request);
            if (body.length > 0) {
                writeData(Unpooled.wrappedBuffer(body));
            }
            if (!exchange.isDone()) {
                writeEnd(Fields.of(trailers));
            }
            return;
        }
        DefaultFullHttpRequest whole = new DefaultFullHttpRequest(
                io.netty.handler.codec.http.HttpVersion.HTTP_1_1,
                HttpMethod.valueOf(request.method()),
                request.target(),
                Unpooled.wrappedBuffer(body));
        fill(whole.headers(), request);
        boolean mayHaveBody = switch (request.method()) {
            case "GET", "HEAD", "DELETE", "OPTIONS" -> false;
            default -> true;
        };
        if (body.length > 0 || mayHaveBody) {
            whole.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.length);
        }
        requestEnded = true;
        write(whole);
    }

    @Override
    public void writeData(ByteBuf data) {
        OutboundExchange writing = exchange();
        int bytes = data.readableBytes();
        if (owed >= 0) {
            owed -= bytes;
            if (owed < 0) {
                data.release();
                // More would be taken for the next request.
                writing.fail(wrongLength("longer"), true);
                return;
            }
        }
        ctx().write(new DefaultHttpContent(data)).addListener(written -> writing.written(bytes));
        origin.queue.wrote(flushing);
    }

    @Override
    public void writeRaw(ByteBuf data) {
        OutboundExchange writing = exchange();
        int bytes = data.readableBytes();
        ctx().write(data).addListener(written -> writing.written(bytes));
        origin.queue.wrote(flushing);
    }

    private static CallException wrongLength(String than) {
        return new CallException(
                Code.INVALID_ARGUMENT, "the request's body is " + than + " than its content-length says");
    }

    @Override
    public void endRaw() {
        current = null;
        retired = true;
        origin.remove(this);
        lastActivity = System.nanoTime(); // one that takes no more is closed when it has been idle for long enough
        ctx().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void writeEnd(Fields trailers) {
        if (owed > 0) {
            exchange().fail(wrongLength("shorter"), true);
            return;
        }
        requestEnded = true;
        if (trailers.isEmpty()) {
            write(LastHttpContent.EMPTY_LAST_CONTENT);
        } else {
            DefaultLastHttpContent last = new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER);
            copy(trailers.metadata(), last.trailingHeaders());
            write(last);
        }
    }

    @Override
    public void reset(CallException reason) {
        // HTTP/1.1 has no other way to stop an exchange.
        current = null;
        close();
    }

    @Override
    public void consumed(int bytes) {
        int left = buffered.addAndGet(-bytes);
        int half = origin.limits().streamWindowBytes() / 2;
        if (left <= half && left + bytes > half) {
            ctx().channel().eventLoop().execute(() -> ctx().channel().config().setAutoRead(true));
        }
    }

    // ---- the response

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        flushing.reading = true;
        try {
            OutboundExchange exchange = current;
            if (exchange == null) {
                close(); // bytes that nobody asked for
                return;
            }
            if (switched) {
                if (message instanceof ByteBuf raw) {
                    pass(exchange, raw);
                }
                return; // or the end of the head that switched
            }
            if (message instanceof HttpObject object && !object.decoderResult().isSuccess()) {
                broken(exchange, object.decoderResult().cause());
                return;
            }
            if (message instanceof io.netty.handler.codec.http.HttpResponse response) {
                head(exchange, response);
            }
            if (message instanceof HttpContent content && headReceived) {
                body(exchange, content);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void broken(OutboundExchange exchange, Throwable cause) {
        if (cause instanceof PrematureChannelClosureException) {
            return; // channelInactive follows, and says so
        }
        current = null;
        close();
        exchange.fail(
                Http2Names.remote(
                        Code.INTERNAL,
                        origin.name() + " sent what is not HTTP/1.1: " + cause.getMessage(),
                        RetryAdvice.UNSTATED),
                false);
    }

    private void head(OutboundExchange exchange, io.netty.handler.codec.http.HttpResponse response) {
        int status = response.status().code();
        if (status == 101) {
            switched = true;
            if (exchange.switched(Fields.of(response.headers()))) {
                ctx().pipeline().remove(HttpClientCodec.class); // hands on what has been read behind the head
            } else {
                broken(exchange, new IllegalStateException("status 101 that nobody asked for"));
            }
            return;
        }
        if (status < 200) {
            exchange.interim(status, Fields.of(response.headers()));
            return; // its empty end is passed over, too
        }
        keepAlive = HttpUtil.isKeepAlive(response);
        try {
            headReceived = true;
            exchange.received(Math.min(status, 599), Fields.of(response.headers()));
        } catch (IllegalArgumentException e) {
            broken(exchange, e);
        }
    }

    private void pass(OutboundExchange exchange, ByteBuf data) {
        int length = data.readableBytes();
        int most = origin.limits().streamWindowBytes();
        if (length > 0 && exchange.receivedData(data) && buffered.addAndGet(length) > most) {
            ctx().channel().config().setAutoRead(false);
            if (buffered.get() <= most / 2) {
                ctx().channel().config().setAutoRead(true); // read meanwhile, before reading had stopped
            }
        }
    }

    private void body(OutboundExchange exchange, HttpContent content) {
        pass(exchange, content.content());
        if (!exchange.equals(current)) {
            return; // given up
        }
        if (content instanceof LastHttpContent last) {
            try {
                exchange.complete(last.trailingHeaders().isEmpty() ? Fields.none() : Fields.of(last.trailingHeaders()));
            } catch (IllegalArgumentException e) {
                broken(exchange, e);
                return;
            }
            if (!exchange.equals(current)) {
                return;
            }
            current = null;
            reusable = true;
            lastActivity = System.nanoTime();
            exchange.wake();
            ctx().channel().config().setAutoRead(true);
            if (!keepAlive || !requestEnded || retired) {
                close();
            } else if (!flushing.reading) {
                origin.room();
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        OutboundExchange exchange = current;
        if (exchange != null) {
            exchange.wake();
        }
        flushing.reading = false;
        if (hasRoom()) {
            origin.room();
        }
        flushing.flushRead();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        retired = true;
        origin.remove(this);
        ScheduledFuture<?> task = idleTask;
        if (task != null) {
            task.cancel(false);
        }
        OutboundExchange exchange = current;
        if (exchange != null) {
            current = null;
            if (reused && !answering && exchange.sendAgain()) {
                origin.again(exchange);
                super.channelInactive(ctx);
                return;
            }
            exchange.fail(lost(), false);
        }
        super.channelInactive(ctx);
    }

    private CallException lost() {
        return Http2Names.remote(
                Code.UNAVAILABLE,
                "the connection to " + origin.name() + " was lost" + why + " "
                        + (headReceived ? "in the middle of the response" : "before a response"),
                RetryAdvice.UNSTATED);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        why = TlsFailure.alert(cause);
        OutboundExchange exchange = current;
        if (headReceived && exchange != null) {
            // A body that ends with its connection: the codec would take the failure for the end of it.
            current = null;
            exchange.fail(lost(), false);
        }
        Loops.close(ctx, cause); // channelInactive tells the exchange
    }
}
