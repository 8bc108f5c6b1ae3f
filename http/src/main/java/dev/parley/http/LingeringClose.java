package dev.parley.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection in two steps: first what we send, then, once the client has closed or a second later, all of it. A
 * socket closed at once over bytes that nobody read, such as requests behind a GOAWAY, makes the kernel send a reset, and
 * that takes the last answers away from a client that has not read them yet.
 */
final class LingeringClose extends ChannelDuplexHandler {

    private static final long MOST_SECONDS = 1;

    private boolean lingering;

    /** What comes once all is said is passed over: answered, it could pile up for as long as this takes. */
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (lingering) {
            ReferenceCountUtil.release(message);
        } else {
            ctx.fireChannelRead(message);
        }
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (lingering || !ctx.channel().isActive() || !(ctx.channel() instanceof DuplexChannel channel)) {
            ctx.close(promise);
            return;
        }
        lingering = true;
        // Behind all that was written: Netty may close from inside a flush, with answers of other streams still in it.
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> endOutput(ctx.channel()));
        // Reading on: the client's own end closes the channel, and what it sent before that is passed over.
        ctx.channel().config().setAutoRead(true);
        var limit = ctx.channel().eventLoop().schedule(() -> ctx.close(), MOST_SECONDS, TimeUnit.SECONDS);
        channel.closeFuture().addListener(closed -> {
            limit.cancel(false);
            promise.trySuccess();
        });
    }

    /** Ends what we send; over TLS with the word that says so (RFC 8446, 6.1), or the peer takes it for cut off. */
    static void endOutput(Channel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls == null) {
            ((DuplexChannel) channel).shutdownOutput();
        } else {
            tls.closeOutbound().addListener(told -> ((DuplexChannel) channel).shutdownOutput());
        }
    }
}
