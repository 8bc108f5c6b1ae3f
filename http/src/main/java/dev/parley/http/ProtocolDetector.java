package dev.parley.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells TLS, HTTP/2 by prior knowledge and HTTP/1.1 apart by the first bytes of a connection, and makes way for what it is.
 */
final class ProtocolDetector extends ByteToMessageDecoder {

    /** The content type of a handshake record, with which TLS begins (RFC 8446, 5.1); no method of HTTP does. */
    private static final int TLS_HANDSHAKE = 0x16;

    /** A fatal alert, "unexpected_message" (RFC 8446, 6): what a TLS client understands on a port without TLS. */
    private static final byte[] NO_TLS_HERE = {0x15, 3, 3, 0, 2, 2, 10};

    private static final System.Logger LOG = System.getLogger(HttpServer.class.getName());

    private final ServerContext server;
    private @Nullable ScheduledFuture<?> timeout;
    private boolean refused;

    ProtocolDetector(ServerContext server) {
        this.server = server;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) throws Exception {
        schedule(ctx, server.limits().idleTimeout());
        super.channelActive(ctx);
    }

    private void schedule(ChannelHandlerContext ctx, Duration most) {
        cancelTimeout();
        // Whoever says nothing, or next to it, has no request to lose.
        timeout = ctx.channel().eventLoop().schedule(() -> ctx.close(), most.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (refused) {
            in.skipBytes(in.readableBytes());
            return;
        }
        ServerSecurity security = server.security();
        if (in.getUnsignedByte(in.readerIndex()) == TLS_HANDSHAKE) {
            cancelTimeout();
            if (security == null) {
                LOG.log(
                        System.Logger.Level.DEBUG,
                        () -> ctx.channel() + " speaks TLS, which this port does not; give the server tls(...)");
                refused = true;
                in.skipBytes(in.readableBytes());
                ctx.writeAndFlush(Unpooled.wrappedBuffer(NO_TLS_HERE)).addListener(ChannelFutureListener.CLOSE);
                return;
            }
            TlsServer.install(ctx.pipeline(), server, security);
            ctx.pipeline().remove(this);
            return;
        }
        if (security != null && !security.plainToo()) {
            cancelTimeout();
            refused = true;
            TlsServer.refusePlain(ctx, in);
            return;
        }
        ByteBuf preface = Http2CodecUtil.connectionPrefaceBuf();
        try {
            int known = Math.min(in.readableBytes(), preface.readableBytes());
            boolean same = true;
            for (int i = 0; same && i < known; i++) {
                same = in.getByte(in.readerIndex() + i) == preface.getByte(preface.readerIndex() + i);
            }
            if (!same) {
                http1(ctx.pipeline(), server);
            } else if (known == preface.readableBytes()) {
                http2(ctx.pipeline(), server);
            } else {
                // It could still become the preface.
                schedule(ctx, server.limits().headTimeout());
                return;
            }
        } finally {
            preface.release();
        }
        cancelTimeout();
        ctx.pipeline().remove(this); // hands on what has been read
    }

    static void http2(ChannelPipeline pipeline, ServerContext server) {
        pipeline.addLast(new LingeringClose(), Http2Server.create(server));
    }

    static void http1(ChannelPipeline pipeline, ServerContext server) {
        HttpLimits limits = server.limits();
        HttpDecoderConfig decoder = new HttpDecoderConfig()
                .setMaxInitialLineLength(limits.maxTargetBytes() + 32)
                .setMaxHeaderSize(limits.maxHeaderBytes())
                .setMaxChunkSize(64 << 10);
        pipeline.addLast(new Http1Codec(decoder));
        pipeline.addLast(new Http1Server(server));
    }

    private void cancelTimeout() {
        ScheduledFuture<?> task = timeout;
        if (task != null) {
            task.cancel(false);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        cancelTimeout();
        super.channelInactive(ctx);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Loops.close(ctx, cause);
    }
}
