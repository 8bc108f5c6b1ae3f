package dev.parley.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Stream;

/**
 * Bytes of a body on their way to the peer's windows. Netty's own way makes two buffers, three promises and two entries of
 * the channel's queue of each frame; here all frames that fit into what the windows allow lie in one buffer, into which
 * the bytes are copied where they would have been copied anyway, because a socket takes no memory of the heap.
 */
final class Http2Bytes implements Http2RemoteFlowController.FlowControlled {

    private final Http2ConnectionHandler handler;
    private final Http2Stream stream;
    private final byte[] bytes;
    private final boolean last;
    private final ChannelPromise promise;
    private int sent;

    private Http2Bytes(
            Http2ConnectionHandler handler, Http2Stream stream, byte[] bytes, boolean last, ChannelPromise promise) {
        this.handler = handler;
        this.stream = stream;
        this.bytes = bytes;
        this.last = last;
        this.promise = promise;
    }

    /** Writes {@code bytes}, which are not empty and do not change until {@code promise} is done. On the loop. */
    static void write(
            Http2ConnectionHandler handler, Http2Stream stream, byte[] bytes, boolean last, ChannelPromise promise) {
        if (stream.state().localSideOpen()) {
            handler.connection()
                    .remote()
                    .flowController()
                    .addFlowControlled(stream, new Http2Bytes(handler, stream, bytes, last, promise));
        } else {
            promise.setFailure(
                    new IllegalStateException("stream " + stream.id() + " takes no more data: " + stream.state()));
        }
    }

    @Override
    public int size() {
        return bytes.length - sent;
    }

    @Override
    public void write(ChannelHandlerContext ctx, int allowed) {
        int end = sent + Math.min(allowed, size());
        if (end == sent) {
            return;
        }
        int most = handler.encoder().configuration().frameSizePolicy().maxFrameSize();
        int frames = (end - sent + most - 1) / most;
        ByteBuf out = ctx.alloc().directBuffer(end - sent + frames * Http2CodecUtil.FRAME_HEADER_LENGTH);
        while (sent < end) {
            int length = Math.min(most, end - sent);
            boolean ends = last && sent + length == bytes.length;
            Http2CodecUtil.writeFrameHeader(
                    out, length, Http2FrameTypes.DATA, new Http2Flags().endOfStream(ends), stream.id());
            out.writeBytes(bytes, sent, length);
            sent += length;
        }
        ctx.write(out, size() == 0 ? promise : ctx.voidPromise());
    }

    @Override
    public void writeComplete() {
        if (last) {
            handler.closeStreamLocal(stream, promise);
        }
    }

    @Override
    public void error(ChannelHandlerContext ctx, Throwable cause) {
        promise.tryFailure(cause);
        handler.onError(ctx, true, cause);
    }

    @Override
    public boolean merge(ChannelHandlerContext ctx, Http2RemoteFlowController.FlowControlled next) {
        return false;
    }
}
