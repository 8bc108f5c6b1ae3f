package dev.parley.http;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Metadata;
import dev.parley.Peer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2EventAdapter;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An HTTP/2 connection of a server: Netty's frames to exchanges and back (RFC 9113). */
final class Http2Server extends Http2ConnectionHandler {

    /** A ping that follows the first GOAWAY: its answer says that the client has read both. */
    private static final long DRAIN_PING = 0x7061726c6579L;

    private static final long MOST_DRAIN_PING_SECONDS = 1;
    private static final long MOST_GOAWAY_SECONDS = 5;
    /** Most clients stop by themselves when they see the answer, and some lose it if the reset comes in the same read. */
    private static final int STOP_MILLIS = 20;

    /** What is on a stream. */
    interface Idling extends Answer {

        /** Ends what has been idle for so long. */
        void checkIdle(long now, long idle);
    }

    private final ServerContext server;
    private final Http2Connection.PropertyKey key;
    // On a stream whose client waits for 100-continue.
    private final Http2Connection.PropertyKey continueAwaited;
    private final Http2Blocks blocks = new Http2Blocks();
    private final ArrayList<Idling> toStart = new ArrayList<>();
    private @Nullable ChannelHandlerContext context;
    private @Nullable LoopQueue queue;
    private Peer peer = Peer.UNKNOWN;
    private String scheme = "http";
    private long lastActivity = System.nanoTime();
    private @Nullable Http2Windows windows;
    private @Nullable ScheduledFuture<?> idleTask;
    private @Nullable ScheduledFuture<?> drainTask;
    private @Nullable ScheduledFuture<?> ageTask;
    private @Nullable ScheduledFuture<?> blockTask;

    final LoopQueue.Connection connection = new LoopQueue.Connection() {
        @Override
        void flush() {
            Http2Server.this.flush(Http2Server.this.context());
        }
    };

    private Http2Server(
            ServerContext server,
            Http2ConnectionDecoder decoder,
            Http2ConnectionEncoder encoder,
            Http2Settings settings) {
        super(decoder, encoder, settings);
        this.server = server;
        this.key = connection().newKey();
        this.continueAwaited = connection().newKey();
        decoder.frameListener(new Frames());
        connection().addListener(new Http2EventAdapter() {
            @Override
            public void onStreamActive(Http2Stream stream) {
                server.streams().incrementAndGet();
            }

            @Override
            public void onStreamClosed(Http2Stream stream) {
                server.streams().decrementAndGet();
                Idling exchange = stream.getProperty(key);
                if (exchange != null && !exchange.isFinished()) {
                    exchange.gone(new CallException(Code.CANCELLED, "the stream was closed"));
                }
            }
        });
    }

    /** The handler for a new connection. */
    static Http2Server create(ServerContext server) {
        return Http2Builder.server(
                server.limits(), (decoder, encoder, settings) -> new Http2Server(server, decoder, encoder, settings));
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
        context = ctx;
        queue = LoopQueue.of(ctx.channel().eventLoop());
        peer = ServerConnections.peer(ctx.channel(), "h2");
        scheme = ctx.pipeline().get(SslHandler.class) == null ? "http" : "https";
        super.handlerAdded(ctx);
        HttpLimits limits = server.limits();
        // Netty would have it from the settings, but only once the client has acknowledged them.
        connection().remote().maxActiveStreams(limits.maxConcurrentStreams());
        windows = new Http2Windows(this, ctx, connection, limits.streamWindowBytes(), limits.maxConcurrentStreams());
        ageTask = ctx.channel().eventLoop().schedule(this::drain, limits.jitteredAgeNanos(), TimeUnit.NANOSECONDS);
        scheduleIdleCheck(ctx);
    }

    private ChannelHandlerContext context() {
        return java.util.Objects.requireNonNull(context, "the handler is not in a pipeline");
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
        if (!connection.reading) {
            connection.reading = true;
            lastActivity = System.nanoTime();
        }
        if (msg instanceof ByteBuf bytes) {
            blocks.read(bytes, lastActivity);
        }
        super.channelRead(ctx, msg);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
        // Started only now: head and body that came in one read find their exchange complete, and nobody waits.
        for (int i = 0; i < toStart.size(); i++) {
            toStart.get(i).start();
        }
        toStart.clear();
        connection.reading = false;
        super.channelReadComplete(ctx);
        if (blocks.isOpen() && blockTask == null) {
            watchBlock(ctx, server.limits().headTimeout().toNanos());
        }
    }

    private void watchBlock(ChannelHandlerContext ctx, long nanos) {
        blockTask = ctx.channel().eventLoop().schedule(() -> checkBlock(ctx), nanos, TimeUnit.NANOSECONDS);
    }

    private void checkBlock(ChannelHandlerContext ctx) {
        blockTask = null;
        if (!blocks.isOpen() || !ctx.channel().isActive()) {
            return;
        }
        long left = server.limits().headTimeout().toNanos() - (System.nanoTime() - blocks.since());
        if (left > 0) {
            watchBlock(ctx, left); // another one, begun later
            return;
        }
        onError(
                ctx,
                false,
                Http2Exception.connectionError(
                        Http2Error.ENHANCE_YOUR_CALM,
                        "a block of headers took longer than %s",
                        server.limits().headTimeout()));
    }

    private void scheduleIdleCheck(ChannelHandlerContext ctx) {
        long idle = server.limits().idleTimeout().toNanos();
        idleTask = ctx.channel().eventLoop().schedule(() -> idleCheck(ctx, idle), idle, TimeUnit.NANOSECONDS);
    }

    private void idleCheck(ChannelHandlerContext ctx, long idle) {
        if (!ctx.channel().isActive()) {
            return;
        }
        long now = System.nanoTime();
        if (connection().numActiveStreams() == 0 && now - lastActivity >= idle) {
            if (drainTask != null) {
                ctx.close(); // it takes not even the GOAWAY
                return;
            }
            drain();
        }
        eachExchange(exchange -> exchange.checkIdle(now, idle));
        scheduleIdleCheck(ctx);
    }

    /**
     * Takes no more requests than those on their way, and closes once all are answered. In two steps (RFC 9113, 6.8):
     * a GOAWAY that names no stream stops the client, and only when it has read that does a second one name the last
     * stream. With one step requests would cross it, and Netty closes the connection, accepted requests and all, over a
     * body that arrives behind its GOAWAY.
     */
    void drain() {
        if (drainTask != null || !context().channel().isActive()) {
            return;
        }
        drainTask = context().channel().eventLoop().schedule(this::drained, MOST_DRAIN_PING_SECONDS, TimeUnit.SECONDS);
        goAway(context(), Integer.MAX_VALUE, Http2Error.NO_ERROR.code(), Unpooled.EMPTY_BUFFER, promise());
        encoder().writePing(context(), false, DRAIN_PING, promise());
        flush(context());
    }

    /** The client sends no more requests, or has not said so in time. */
    private void drained() {
        cancel(drainTask);
        goAway(
                context(),
                connection().remote().lastStreamCreated(),
                Http2Error.NO_ERROR.code(),
                Unpooled.EMPTY_BUFFER,
                promise());
        context().channel().close(); // through this handler, which waits for the streams
    }

    private static void cancel(@Nullable ScheduledFuture<?> task) {
        if (task != null) {
            task.cancel(false);
        }
    }

    private void eachExchange(java.util.function.Consumer<Idling> action) {
        try {
            connection().forEachActiveStream(stream -> {
                Idling exchange = stream.getProperty(key);
                if (exchange != null) {
                    action.accept(exchange);
                }
                return true;
            });
        } catch (Http2Exception e) {
            throw new IllegalStateException(e); // the visitor throws none
        }
    }

    /** Cancels what still runs: the time for a graceful end is over. */
    void abort(CallException reason) {
        eachExchange(exchange -> exchange.cancel(reason));
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        cancel(idleTask);
        cancel(ageTask);
        cancel(drainTask);
        cancel(blockTask);
        CallException reason = new CallException(Code.CANCELLED, "the client closed the connection");
        eachExchange(exchange -> {
            if (!exchange.isFinished()) {
                exchange.gone(reason);
            }
        });
        super.channelInactive(ctx);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
        if (Http2CodecUtil.getEmbeddedHttp2Exception(cause) != null) {
            super.exceptionCaught(ctx, cause);
        } else {
            Loops.close(ctx, cause);
        }
    }

    @Override
    protected void onConnectionError(
            ChannelHandlerContext ctx, boolean outbound, Throwable cause, @Nullable Http2Exception error) {
        super.onConnectionError(ctx, outbound, cause, error);
        // Netty waits until the GOAWAY is out, which a client that reads nothing can put off for good.
        ctx.channel().eventLoop().schedule(() -> ctx.close(), MOST_GOAWAY_SECONDS, TimeUnit.SECONDS);
    }

    private final class Frames extends Http2EventAdapter {

        @Override
        public void onPingAckRead(ChannelHandlerContext ctx, long data) {
            ScheduledFuture<?> task = drainTask;
            if (data == DRAIN_PING && task != null && !task.isDone()) {
                drained();
            }
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx,
                int streamId,
                Http2Headers headers,
                int streamDependency,
                short weight,
                boolean exclusive,
                int padding,
                boolean endOfStream)
                throws Http2Exception {
            onHeadersRead(ctx, streamId, headers, padding, endOfStream);
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx, int streamId, Http2Headers headers, int padding, boolean endOfStream)
                throws Http2Exception {
            Http2Stream stream = connection().stream(streamId);
            Idling known = stream.getProperty(key);
            if (known != null) {
                known.end(Fields.of(Http2Names.metadata(headers)));
                return;
            }
            if (Http2Names.text(headers.method()).isEmpty()
                    || Http2Names.text(headers.path()).isEmpty()
                    || Http2Names.text(headers.scheme()).isEmpty()) {
                throw Http2Exception.streamError(
                        streamId, Http2Error.PROTOCOL_ERROR, "a request needs :method, :scheme and :path");
            }
            Metadata metadata = Http2Names.metadata(headers);
            boolean waits = !endOfStream
                    && RequestParts.isContinue(metadata.get("expect").orElse(""));
            if (waits) {
                stream.setProperty(continueAwaited, Boolean.TRUE);
            }
            HttpRequest request = new HttpRequest(
                    Http2Names.text(headers.method()),
                    scheme, // as on HTTP/1.1: what the connection is, whatever the client says
                    headers.authority() != null
                            ? headers.authority().toString()
                            : metadata.get("host").orElse(""),
                    Http2Names.text(headers.path()),
                    metadata,
                    new ReceivedBody(
                            waits
                                    ? windows().reader(streamId, () -> sendContinue(stream))
                                    : windows().reader(streamId),
                            endOfStream ? 0 : ContentLength.of(metadata),
                            server.limits().maxBodyBytes()));
            String refused = null;
            int status = 0;
            if (request.target().length() > server.limits().maxTargetBytes()) {
                status = 414;
                refused = "the target is longer than " + server.limits().maxTargetBytes() + " bytes";
            } else {
                try {
                    RequestParts.checkScheme(Http2Names.text(headers.scheme()));
                    RequestParts.checkExpect(metadata.getAll("expect"));
                    if (!server.filters().isEmpty()) {
                        begin(stream, lane(stream, request), endOfStream);
                        return;
                    }
                    RequestParts.check(request.method(), request.authority(), request.target());
                } catch (HttpException e) {
                    status = e.status();
                    refused = e.message();
                }
            }
            Http2Exchange exchange = new Http2Exchange(Http2Server.this, stream, request, Deadline.NONE);
            if (refused == null) {
                begin(stream, exchange, endOfStream);
                return;
            }
            stream.setProperty(key, exchange);
            if (endOfStream) {
                exchange.end(Fields.none());
            }
            exchange.refuse(status, refused);
        }

        private void begin(Http2Stream stream, Idling exchange, boolean endOfStream) {
            exchange.touched(lastActivity);
            stream.setProperty(key, exchange);
            if (endOfStream) {
                exchange.end(Fields.none());
            }
            toStart.add(exchange);
        }

        @Override
        public int onDataRead(ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean endOfStream) {
            int length = data.readableBytes();
            Idling exchange = connection().stream(streamId).getProperty(key);
            if (exchange == null) {
                return length + padding;
            }
            exchange.touched(lastActivity);
            boolean taken = true;
            if (length > 0) {
                taken = exchange.data(data);
            }
            if (endOfStream) {
                exchange.end(Fields.none());
            }
            // The window of a stream that has ended is of no use; for others it opens again as the handler reads.
            return endOfStream || !taken ? length + padding : padding;
        }

        @Override
        public void onWindowUpdateRead(ChannelHandlerContext ctx, int streamId, int windowSizeIncrement) {
            Http2Stream stream = connection().stream(streamId);
            Idling exchange = stream == null ? null : stream.getProperty(key);
            if (exchange != null) {
                exchange.touched(lastActivity); // the client reads
            }
        }

        @Override
        public void onRstStreamRead(ChannelHandlerContext ctx, int streamId, long errorCode) {
            Idling exchange = connection().stream(streamId).getProperty(key);
            if (exchange != null && !exchange.isFinished()) {
                exchange.gone(
                        errorCode == Http2Error.CANCEL.code() || errorCode == Http2Error.NO_ERROR.code()
                                ? new CallException(Code.CANCELLED, "the client cancelled the call")
                                : Http2Names.error(errorCode, "the stream was reset"));
            }
        }
    }

    private Http2Lane lane(Http2Stream stream, HttpRequest request) {
        return new Http2Lane(
                this,
                stream,
                request.method(),
                request.scheme(),
                RequestParts.check(request.method(), request.authority(), request.target()),
                Fields.of(request.headers()),
                ((ReceivedBody) request.body()).reader());
    }

    /** The handler's exchange answers instead of the lane that led to it. */
    void takeOver(Http2Stream stream, Http2Exchange exchange) {
        stream.setProperty(key, exchange);
    }

    /** Tells a client that waits for it to send its body. On the loop. */
    void sendContinue(Http2Stream stream) {
        if (stream.removeProperty(continueAwaited) != null
                && stream.state().remoteSideOpen()
                && stream.state().localSideOpen()
                && !stream.isHeadersSent()) {
            Http2Headers head = new DefaultHttp2Headers(false, 1).status(HttpResponseStatus.CONTINUE.codeAsText());
            encoder().writeHeaders(ctx(), stream.id(), head, 0, false, promise());
            queue().wrote(connection);
        }
    }

    /** For the last frame of an answer. */
    ChannelPromise lastPromise(Http2Stream stream, boolean requestEnded) {
        ChannelPromise promise = promise();
        if (!requestEnded) {
            // The answer is whole without the rest of the request: once it is out, tell the client to stop (RFC 9113,
            // 8.1). Before that a reset would take the answer back.
            promise.addListener(written ->
                    ctx().channel().eventLoop().schedule(() -> stopSender(stream), STOP_MILLIS, TimeUnit.MILLISECONDS));
        }
        return promise;
    }

    private void stopSender(Http2Stream stream) {
        if (stream.state().remoteSideOpen()) {
            resetStream(ctx(), stream.id(), Http2Error.NO_ERROR.code(), promise());
            queue().wrote(connection);
        }
    }

    private Http2Windows windows() {
        return java.util.Objects.requireNonNull(windows);
    }

    LoopQueue queue() {
        return java.util.Objects.requireNonNull(queue);
    }

    ServerContext server() {
        return server;
    }

    Peer peer() {
        return peer;
    }

    ChannelHandlerContext ctx() {
        return context();
    }

    ChannelPromise promise() {
        return context().newPromise();
    }
}
