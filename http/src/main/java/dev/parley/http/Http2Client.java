package dev.parley.http;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Metadata;
import dev.parley.RetryAdvice;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2EventAdapter;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An HTTP/2 connection of a client (RFC 9113). */
final class Http2Client extends Http2ConnectionHandler implements ClientConnection {

    private final Origin origin;
    private final Http2Connection.PropertyKey key;
    private final ArrayList<ClientExchange> toWake = new ArrayList<>();
    private @Nullable ChannelHandlerContext context;
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

    static ClientConnection install(Channel channel, Origin origin) {
        Http2Client client = new Builder(origin).build();
        channel.pipeline().addLast(client);
        channel.flush();
        return client;
    }

    private static final class Builder extends AbstractHttp2ConnectionHandlerBuilder<Http2Client, Builder> {
        private final Origin origin;

        Builder(Origin origin) {
            this.origin = origin;
            server(false);
            initialSettings(Http2Settings.defaultSettings()
                    .pushEnabled(false)
                    .initialWindowSize(origin.limits().streamWindowBytes())
                    .maxHeaderListSize(origin.limits().maxHeaderBytes()));
            frameListener(new Http2EventAdapter()); // replaced by the handler's own
        }

        @Override
        public Http2Client build() {
            return super.build();
        }

        @Override
        protected Http2Client build(
                Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
            return new Http2Client(origin, decoder, encoder, settings);
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
        context = ctx;
        super.handlerAdded(ctx);
        connection()
                .local()
                .flowController()
                .incrementWindowSize(
                        connection().connectionStream(), origin.limits().streamWindowBytes() * 3);
        scheduleIdleCheck();
    }

    private ChannelHandlerContext ctx() {
        return java.util.Objects.requireNonNull(context, "the handler is not in a pipeline");
    }

    private void scheduleIdleCheck() {
        long idle = origin.limits().idleTimeout().toNanos();
        ctx().channel()
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
        // Until the server's settings are here its limit of streams is not known.
        return ready
                && !retired
                && ctx().channel().isActive()
                && connection().local().canOpenStream();
    }

    @Override
    public int running() {
        return connection().numActiveStreams();
    }

    @Override
    public void begin(ClientExchange exchange) {
        int id = connection().local().incrementAndGetNextStreamId();
        if (id <= 0) {
            retire(); // stream ids are used up
            origin.again(exchange);
            return;
        }
        lastActivity = System.nanoTime();
        exchange.sent(new Stream(exchange, id));
    }

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
    public void close() {
        retired = true;
        origin.remove(this);
        ctx().channel().unsafe().close(ctx().channel().unsafe().voidPromise());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
        flushing.reading = true;
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
        origin.remove(this);
        CallException lost = Http2Names.remote(
                Code.UNAVAILABLE, "the connection to " + origin.name() + " was lost", RetryAdvice.UNSTATED);
        for (Http2Stream stream : activeStreams()) {
            ClientExchange exchange = stream.getProperty(key);
            if (exchange != null) {
                exchange.fail(lost, false);
            }
        }
        super.channelInactive(ctx);
    }

    private List<Http2Stream> activeStreams() throws Http2Exception {
        List<Http2Stream> streams = new ArrayList<>();
        connection().forEachActiveStream(stream -> streams.add(stream));
        return streams;
    }

    private void closed(Http2Stream stream) {
        ClientExchange exchange = stream.getProperty(key);
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
                origin.room();
            }
        });
    }

    private final class Frames extends Http2EventAdapter {

        @Override
        public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings) {
            if (!ready) {
                ready = true;
                ctx.channel().eventLoop().execute(() -> origin.queue.submit(origin::room));
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
            ClientExchange exchange = connection().stream(streamId).getProperty(key);
            if (exchange == null) {
                return;
            }
            CharSequence status = headers.status();
            if (status != null) {
                int code = status.length() == 3 ? AsciiString.of(status).parseInt() : 0;
                if (code >= 100 && code < 200) {
                    return; // interim; the final one follows
                }
                if (code < 200 || code > 599) {
                    exchange.fail(
                            Http2Names.remote(Code.INTERNAL, "the peer sent status " + status, RetryAdvice.UNSTATED),
                            true);
                    return;
                }
                exchange.received(code, Http2Names.metadata(headers));
                if (endOfStream) {
                    exchange.complete(new Metadata());
                }
            } else {
                exchange.complete(Http2Names.metadata(headers));
            }
            toWake.add(exchange);
        }

        @Override
        public int onDataRead(ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean endOfStream) {
            int length = data.readableBytes();
            ClientExchange exchange = connection().stream(streamId).getProperty(key);
            if (exchange == null) {
                return length + padding;
            }
            boolean taken = true;
            if (length > 0) {
                byte[] bytes = new byte[length];
                data.readBytes(bytes);
                taken = exchange.body().offer(bytes);
            }
            if (endOfStream) {
                exchange.complete(new Metadata());
            }
            return endOfStream || !taken ? length + padding : padding;
        }

        @Override
        public void onRstStreamRead(ChannelHandlerContext ctx, int streamId, long errorCode) {
            ClientExchange exchange = connection().stream(streamId).getProperty(key);
            if (exchange != null) {
                // NO_ERROR behind a whole response only stops our sending; then the exchange is done already.
                exchange.fail(Http2Names.error(errorCode, "the stream was reset"), false);
            }
        }

        @Override
        public void onGoAwayRead(ChannelHandlerContext ctx, int lastStreamId, long errorCode, ByteBuf debugData) {
            CallException never = Http2Names.remote(
                    Code.UNAVAILABLE,
                    origin.name() + " is going away and did not see the request",
                    RetryAdvice.NEVER_LEFT);
            try {
                for (Http2Stream stream : activeStreams()) {
                    ClientExchange exchange = stream.getProperty(key);
                    if (stream.id() > lastStreamId && exchange != null) {
                        exchange.fail(never, false);
                    }
                }
            } catch (Http2Exception e) {
                throw new IllegalStateException(e); // collecting throws none
            }
            retire();
        }
    }
}
