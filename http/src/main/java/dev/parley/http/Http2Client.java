package dev.parley.http;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.RetryAdvice;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
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
import io.netty.util.AsciiString;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An HTTP/2 connection of a client (RFC 9113). */
final class Http2Client extends Http2ConnectionHandler implements ClientConnection {

    /** Streams at a time that the windows are laid out for. */
    private static final int STREAMS = 128;

    /** In a second. A busy peer that measures the way (as gRPC does) sends one for each round trip. */
    private static final int MOST_CONTROL_FRAMES = 10_000;

    private final Origin origin;
    private final Http2Connection.PropertyKey key;
    private final ArrayList<OutboundExchange> toWake = new ArrayList<>();
    private @Nullable ChannelHandlerContext context;
    private @Nullable Http2Windows windows;
    private @Nullable ScheduledFuture<?> idleTask;
    private @Nullable ScheduledFuture<?> handshakeTask;
    private String why = "";
    private long retireAt;
    private long lastRead = System.nanoTime();
    private long countedSince = lastRead;
    private int controlFrames;
    // Since when the answer to a ping is awaited; 0 if none is.
    private long pinged;
    // An exchange ran out of time without a sign of life: no others begin until there is one.
    private boolean suspect;
    private long suspected;
    private boolean ready;
    private boolean retired;
    private long lastActivity = System.nanoTime();

    private final LoopQueue.Connection flushing = new LoopQueue.Connection() {
        @Override
        void flush() {
            Http2Client.this.flush(ctx());
        }
    };

    private Http2Client(
            Origin origin, Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
        super(decoder, encoder, settings);
        this.origin = origin;
        this.key = connection().newKey();
        decoder.frameListener(new Frames());
        connection().addListener(new Http2EventAdapter() {
            @Override
            public void onStreamClosed(Http2Stream stream) {
                closed(stream);
            }
        });
    }

    /** The origin hears of it by {@link Origin#ready} or {@link Origin#connectFailed}. */
    static void install(Channel channel, Origin origin) {
        Http2Client client = Http2Builder.client(
                origin.limits(), (decoder, encoder, settings) -> new Http2Client(origin, decoder, encoder, settings));
        channel.pipeline().addLast(client);
        channel.flush();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
        context = ctx;
        super.handlerAdded(ctx);
        windows = new Http2Windows(this, ctx, flushing, origin.limits().streamWindowBytes(), STREAMS);
        // Until the server's settings are here its limit of streams is not known.
        suspected = System.nanoTime() - origin.limits().pingTimeout().toNanos();
        handshakeTask = ctx.channel()
                .eventLoop()
                .schedule(() -> ctx.close(), origin.limits().connectTimeout().toNanos(), TimeUnit.NANOSECONDS);
        scheduleIdleCheck();
    }

    ChannelHandlerContext ctx() {
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
                            if (running() == 0 && System.nanoTime() - lastActivity >= idle) {
                                retire();
                            } else {
                                scheduleIdleCheck();
                            }
                        },
                        idle,
                        TimeUnit.NANOSECONDS);
    }

    @Override
    public boolean hasRoom() {
        return !retired
                && !suspect
                && ctx().channel().isActive()
                && connection().local().canOpenStream();
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
        return connection().numActiveStreams();
    }

    @Override
    public void begin(OutboundExchange exchange) {
        int id = connection().local().incrementAndGetNextStreamId();
        if (id <= 0) {
            retire(); // stream ids are used up
            origin.again(exchange);
            return;
        }
        lastActivity = System.nanoTime();
        exchange.sent(new Http2ClientStream(
                this,
                exchange,
                id,
                lastActivity,
                java.util.Objects.requireNonNull(windows).reader(id)));
    }

    /** The head of {@code exchange} has been given to Netty. */
    void opened(int id, OutboundExchange exchange) {
        Http2Stream stream = connection().stream(id);
        if (stream != null) {
            stream.setProperty(key, exchange);
        }
    }

    /** Something was written that is to be flushed. */
    void wrote() {
        origin.queue.wrote(flushing);
    }

    void reset(int id, Http2Error error) {
        Http2Stream stream = connection().stream(id);
        if (stream != null) {
            resetStream(ctx(), id, error.code(), ctx().newPromise());
            wrote();
        }
    }

    /**
     * An exchange begun at {@code begun} ran out of time. If nothing at all has come since, the network may have swallowed
     * the connection: it is asked whether it is still there, and the next exchanges go elsewhere until it answers.
     */
    void expired(long begun) {
        long now = System.nanoTime();
        if (lastRead - begun >= 0
                || suspect
                || now - suspected < origin.limits().pingTimeout().toNanos()) {
            return; // a server that only takes its time is not asked again and again
        }
        suspect = true;
        suspected = now;
        if (pinged == 0) {
            ping(now);
        }
    }

    private void ping(long now) {
        pinged = now;
        encoder().writePing(ctx(), false, now, ctx().newPromise());
        wrote();
    }

    /** Takes no more exchanges, and closes once nothing runs on it. */
    @Override
    public void retire() {
        if (!retired) {
            retired = true;
            origin.remove(this);
        }
        if (running() == 0) {
            ctx().close();
        }
    }

    @Override
    public void close(CallException reason) {
        retired = true;
        origin.remove(this);
        failAll(reason);
        ctx().channel().unsafe().close(ctx().channel().unsafe().voidPromise());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
        flushing.reading = true;
        lastRead = System.nanoTime();
        pinged = 0;
        if (suspect) {
            suspect = false;
            origin.queue.submit(origin::room);
        }
        super.channelRead(ctx, msg);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
        for (int i = 0; i < toWake.size(); i++) {
            toWake.get(i).wake();
        }
        toWake.clear();
        flushing.reading = false;
        super.channelReadComplete(ctx);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        retired = true;
        cancel(idleTask);
        cancel(handshakeTask);
        if (ready) {
            origin.remove(this);
        } else {
            ready = true;
            origin.connectFailed("it sent no HTTP/2 settings" + why, null);
        }
        failAll(Http2Names.remote(
                Code.UNAVAILABLE, "the connection to " + origin.name() + " was lost" + why, RetryAdvice.UNSTATED));
        super.channelInactive(ctx);
    }

    @Override
    public void watch(long now) {
        long limit = origin.limits().readTimeout().toNanos();
        for (Http2Stream stream : activeStreams()) {
            OutboundExchange exchange = stream.getProperty(key);
            if (exchange != null) {
                exchange.checkSilence(now, limit);
            }
        }
        if (pinged != 0) {
            if (now - pinged >= origin.limits().pingTimeout().toNanos()) {
                close(Http2Names.remote(
                        Code.UNAVAILABLE,
                        origin.name() + " has answered no ping for "
                                + origin.limits().pingTimeout(),
                        RetryAdvice.UNSTATED));
            }
        } else if (running() > 0 && now - lastRead >= origin.pingIntervalNanos()) {
            ping(now);
        }
    }

    private static void cancel(@Nullable ScheduledFuture<?> task) {
        if (task != null) {
            task.cancel(false);
        }
    }

    private void failAll(CallException reason) {
        for (Http2Stream stream : activeStreams()) {
            OutboundExchange exchange = stream.getProperty(key);
            if (exchange != null) {
                exchange.fail(reason, false);
            }
        }
    }

    private List<Http2Stream> activeStreams() {
        List<Http2Stream> streams = new ArrayList<>();
        try {
            connection().forEachActiveStream(stream -> streams.add(stream));
        } catch (Http2Exception e) {
            throw new IllegalStateException(e); // collecting throws none
        }
        return streams;
    }

    /** The response is whole. */
    private void complete(Http2Stream stream, OutboundExchange exchange, Fields trailers) {
        exchange.complete(trailers);
        if (stream.state().localSideOpen()) {
            // The rest of the request is of no use; the stream would stay open for good. Not from inside the decoder.
            ctx().channel().eventLoop().execute(() -> {
                if (stream.state().localSideOpen()) {
                    reset(stream.id(), Http2Error.CANCEL);
                }
            });
        }
    }

    private void closed(Http2Stream stream) {
        OutboundExchange exchange = stream.getProperty(key);
        if (exchange != null && !exchange.isDone()) {
            exchange.fail(
                    Http2Names.remote(Code.UNAVAILABLE, "the stream was closed by the peer", RetryAdvice.UNSTATED),
                    false);
        }
        lastActivity = System.nanoTime();
        // Not from here: the stream is still counted until this returns.
        ctx().channel().eventLoop().execute(() -> {
            if (retired && running() == 0) {
                ctx().close();
            } else {
                origin.queue.submit(origin::room);
            }
        });
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
        if (Http2CodecUtil.getEmbeddedHttp2Exception(cause) != null) {
            super.exceptionCaught(ctx, cause);
        } else {
            why = TlsFailure.alert(cause);
            Loops.close(ctx, cause);
        }
    }

    @Override
    protected void onStreamError(
            ChannelHandlerContext ctx, boolean outbound, Throwable cause, Http2Exception.StreamException error) {
        Http2Stream stream = connection().stream(error.streamId());
        OutboundExchange exchange = stream == null ? null : stream.getProperty(key);
        if (exchange != null && !outbound) {
            exchange.fail(broken(cause), false); // Netty resets the stream
        }
        super.onStreamError(ctx, outbound, cause, error);
    }

    @Override
    protected void onConnectionError(
            ChannelHandlerContext ctx, boolean outbound, Throwable cause, @Nullable Http2Exception error) {
        if (!outbound) {
            failAll(broken(cause));
        }
        super.onConnectionError(ctx, outbound, cause, error);
    }

    private CallException broken(Throwable cause) {
        return Http2Names.remote(
                Code.INTERNAL,
                origin.name() + " sent what is not HTTP/2 or over a limit: " + cause.getMessage(),
                RetryAdvice.UNSTATED);
    }

    private final class Frames extends Http2EventAdapter {

        @Override
        public void onPingRead(ChannelHandlerContext ctx, long data) throws Http2Exception {
            countControlFrame();
        }

        /** Each wants an answer: a server that sends nothing else would keep the loop from its other connections. */
        private void countControlFrame() throws Http2Exception {
            if (lastRead - countedSince >= TimeUnit.SECONDS.toNanos(1)) {
                countedSince = lastRead;
                controlFrames = 0;
            }
            if (++controlFrames > MOST_CONTROL_FRAMES) {
                throw Http2Exception.connectionError(
                        Http2Error.ENHANCE_YOUR_CALM,
                        "more than %d PING and SETTINGS frames in a second",
                        MOST_CONTROL_FRAMES);
            }
        }

        @Override
        public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings) throws Http2Exception {
            countControlFrame();
            if (!ready) {
                ready = true;
                cancel(handshakeTask);
                // Only once Netty has taken the settings over, too.
                ctx.channel().eventLoop().execute(() -> origin.queue.submit(() -> origin.ready(Http2Client.this)));
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
                boolean endOfStream) {
            onHeadersRead(ctx, streamId, headers, padding, endOfStream);
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx, int streamId, Http2Headers headers, int padding, boolean endOfStream) {
            Http2Stream stream = connection().stream(streamId);
            OutboundExchange exchange = stream.getProperty(key);
            if (exchange == null) {
                return;
            }
            CharSequence status = headers.status();
            if (status != null) {
                int code = status.length() == 3 ? AsciiString.of(status).parseInt() : 0;
                if (code >= 100 && code < 200) {
                    exchange.interim(code, Fields.of(Http2Names.metadata(headers)));
                    return; // the final one follows
                }
                if (code < 200 || code > 599) {
                    exchange.fail(
                            Http2Names.remote(Code.UNKNOWN, "the peer sent status " + status, RetryAdvice.UNSTATED),
                            true);
                    return;
                }
                exchange.received(code, Fields.of(Http2Names.metadata(headers)));
                if (endOfStream) {
                    complete(stream, exchange, Fields.none());
                }
            } else {
                complete(stream, exchange, Fields.of(Http2Names.metadata(headers)));
            }
            toWake.add(exchange);
        }

        @Override
        public int onDataRead(ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean endOfStream) {
            int length = data.readableBytes();
            Http2Stream stream = connection().stream(streamId);
            OutboundExchange exchange = stream.getProperty(key);
            if (exchange == null) {
                return length + padding;
            }
            boolean taken = true;
            if (length > 0) {
                taken = exchange.receivedData(data);
            }
            if (endOfStream) {
                complete(stream, exchange, Fields.none());
            }
            return endOfStream || !taken ? length + padding : padding;
        }

        @Override
        public void onRstStreamRead(ChannelHandlerContext ctx, int streamId, long errorCode) {
            OutboundExchange exchange = connection().stream(streamId).getProperty(key);
            if (exchange != null) {
                // NO_ERROR behind a whole response only stops our sending; then the exchange is done already.
                exchange.fail(Http2Names.error(errorCode, "the stream was reset"), false);
            }
        }

        @Override
        public void onGoAwayRead(ChannelHandlerContext ctx, int lastStreamId, long errorCode, ByteBuf debugData) {
            if (errorCode == Http2Error.ENHANCE_YOUR_CALM.code()
                    && debugData.toString(StandardCharsets.US_ASCII).equals("too_many_pings")) {
                origin.pingLess();
            }
            CallException never = Http2Names.remote(
                    Code.UNAVAILABLE,
                    origin.name() + " is going away and did not see the request",
                    RetryAdvice.NEVER_LEFT);
            for (Http2Stream stream : activeStreams()) {
                OutboundExchange exchange = stream.getProperty(key);
                if (stream.id() > lastStreamId && exchange != null) {
                    exchange.fail(never, false);
                }
            }
            retire();
        }
    }
}
