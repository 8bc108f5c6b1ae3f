package dev.parley.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Tells HTTP/2 by prior knowledge from HTTP/1.1 by the first bytes of a plain connection, and makes way for it. */
final class ProtocolDetector extends ByteToMessageDecoder {

    private final ServerContext server;
    private @Nullable ScheduledFuture<?> timeout;

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
        ByteBuf preface = Http2CodecUtil.connectionPrefaceBuf();
        try {
            int known = Math.min(in.readableBytes(), preface.readableBytes());
            boolean same = true;
            for (int i = 0; same && i < known; i++) {
                same = in.getByte(in.readerIndex() + i) == preface.getByte(preface.readerIndex() + i);
            }
            if (!same) {
                http1(ctx.pipeline());
            } else if (known == preface.readableBytes()) {
                ctx.pipeline().addLast(new LingeringClose(), Http2Server.create(server));
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

    private void http1(ChannelPipeline pipeline) {
        HttpLimits limits = server.limits();
        HttpDecoderConfig decoder = new HttpDecoderConfig()
                .setMaxInitialLineLength(limits.maxTargetBytes() + 32)
                .setMaxHeaderSize(limits.maxHeaderBytes())
                .setMaxChunkSize(64 << 10);
        // No depth of its own: past it the codec fails, and with it the answers to what was accepted. Http1Server stops
        // reading behind the first request that has to wait.
        pipeline.addLast(new HttpServerCodec(decoder, Integer.MAX_VALUE));
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
