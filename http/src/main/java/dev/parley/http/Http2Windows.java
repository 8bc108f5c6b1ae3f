package dev.parley.http;

import dev.parley.CallException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2LocalFlowController;
import io.netty.handler.codec.http2.Http2Stream;

/**
 * The windows that the peer of an HTTP/2 connection may fill, opened again as readers read.
 *
 * <p>A reader that stops must not stop the others on its connection at once, so the connection's window has room for four
 * streams' windows. It is one more than that wide, because bytes that were read are not announced one by one: half a
 * stream's window is left to Netty, which announces the connection's window when a tenth of it is used, and half to the
 * readers that wait for more, by equal shares. Without that bound, many streams that each keep back a little would empty
 * the connection's window for good.
 */
final class Http2Windows {

    private static final int INITIAL = 65_535; // of any connection (RFC 9113, 6.9.2)
    private static final float ANNOUNCED_AT = 0.9f;

    private final Http2ConnectionHandler handler;
    private final ChannelHandlerContext ctx;
    private final LoopQueue queue;
    private final LoopQueue.Connection flushing;
    private final int batch;
    private final int share;

    /** Widens the connection's window. {@code streams}: as many as may read at a time. */
    Http2Windows(
            Http2ConnectionHandler handler,
            ChannelHandlerContext ctx,
            LoopQueue.Connection flushing,
            int streamWindow,
            int streams)
            throws Http2Exception {
        this.handler = handler;
        this.ctx = ctx;
        this.queue = LoopQueue.of(ctx.channel().eventLoop());
        this.flushing = flushing;
        // A stream's window is announced only once half of it is used, so an eighth may wait.
        this.batch = Math.max(1, streamWindow / 8);
        this.share = Math.max(1, streamWindow / 2 / streams);
        Http2LocalFlowController flow = handler.connection().local().flowController();
        Http2Stream all = handler.connection().connectionStream();
        if (flow instanceof DefaultHttp2LocalFlowController netty) {
            netty.windowUpdateRatio(all, ANNOUNCED_AT);
        }
        int wanted = (int) Math.min(5L * streamWindow, Integer.MAX_VALUE);
        flow.incrementWindowSize(all, Math.max(0, wanted - INITIAL));
    }

    /** For the stream of this id. */
    Reader reader(int streamId) {
        return new Reader(streamId, () -> {});
    }

    /** As {@link #reader(int)}; {@code awaited} runs on the loop if the reader waits for the first byte. */
    Reader reader(int streamId, Runnable awaited) {
        return new Reader(streamId, awaited);
    }

    /** What one reader has taken. */
    final class Reader implements ReceivedBody.Reader {
        private final int streamId;
        private final Runnable awaited;
        private int unreported;

        private Reader(int streamId, Runnable awaited) {
            this.streamId = streamId;
            this.awaited = awaited;
        }

        @Override
        public void firstRead() {
            queue.submit(awaited);
        }

        @Override
        public void consumed(int bytes) {
            unreported += bytes;
            if (unreported >= batch) {
                report();
            }
        }

        @Override
        public void waits() {
            if (unreported >= share) {
                report();
            }
        }

        private void report() {
            int bytes = unreported;
            unreported = 0;
            queue.submit(() -> credit(streamId, bytes));
        }

        @Override
        public void abandoned(CallException reason) {
            queue.submit(() -> credit(streamId, Integer.MAX_VALUE));
        }
    }

    private void credit(int streamId, int most) {
        Http2Stream stream = handler.connection().stream(streamId);
        if (stream == null || !stream.state().remoteSideOpen()) {
            return; // Netty gives back what a stream that has ended still held
        }
        Http2LocalFlowController flow = handler.connection().local().flowController();
        try {
            if (flow.consumeBytes(stream, Math.min(most, flow.unconsumedBytes(stream)))) {
                queue.wrote(flushing);
            }
        } catch (Http2Exception e) {
            handler.onError(ctx, true, e);
        }
    }
}
