package dev.parley.http;

import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2EventAdapter;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;

/** Netty's way to the handler of an HTTP/2 connection, for both sides. */
final class Http2Builder<H extends Http2ConnectionHandler>
        extends AbstractHttp2ConnectionHandlerBuilder<H, Http2Builder<H>> {

    private static final int RESET_WINDOW_SECONDS = 10;

    /** What a stream may send before another one has its turn. */
    private static final int TURN_BYTES = 64 << 10;

    /** Makes the handler. */
    interface Factory<H> {
        H create(Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings);
    }

    private final Factory<H> factory;

    private Http2Builder(Factory<H> factory) {
        this.factory = factory;
        frameListener(new Http2EventAdapter()); // replaced by the handler's own
    }

    static <H extends Http2ConnectionHandler> H server(HttpLimits limits, Factory<H> factory) {
        // Netty allows 200 resets in 30 seconds, which hedging and short deadlines pass on one busy connection; an
        // attack
        // is a hundred times faster than this.
        int resets = (int) Math.min(100L * limits.maxConcurrentStreams(), Integer.MAX_VALUE);
        return new Http2Builder<>(factory)
                .connection(serverConnection()) // Netty refuses to be told of both, and takes this for a server
                .initialSettings(Http2Settings.defaultSettings()
                        .maxConcurrentStreams(limits.maxConcurrentStreams())
                        .initialWindowSize(limits.streamWindowBytes())
                        .maxHeaderListSize(limits.maxHeaderBytes()))
                // Netty would cut what still runs 30 seconds behind a GOAWAY. Streams end by themselves, by their idle
                // time, or
                // when a shutdown's time is over.
                .gracefulShutdownTimeoutMillis(-1)
                .decoderEnforceMaxRstFramesPerWindow(resets, RESET_WINDOW_SECONDS)
                .encoderEnforceMaxRstFramesPerWindow(resets, RESET_WINDOW_SECONDS)
                .build();
    }

    static <H extends Http2ConnectionHandler> H client(ClientLimits limits, Factory<H> factory) {
        return new Http2Builder<>(factory)
                .server(false)
                .initialSettings(Http2Settings.defaultSettings()
                        .pushEnabled(false)
                        .initialWindowSize(limits.streamWindowBytes())
                        .maxHeaderListSize(limits.maxHeaderBytes()))
                .build();
    }

    /**
     * Streams take turns, a chunk each. Netty's default goes by the weights of RFC 7540, which RFC 9113 has taken back, and
     * keeps a priority queue for them.
     */
    private static Http2Connection serverConnection() {
        DefaultHttp2Connection connection = new DefaultHttp2Connection(true);
        UniformStreamByteDistributor turns = new UniformStreamByteDistributor(connection);
        turns.minAllocationChunk(TURN_BYTES);
        connection.remote().flowController(new DefaultHttp2RemoteFlowController(connection, turns));
        return connection;
    }

    @Override
    protected H build(Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
        return factory.create(decoder, encoder, settings);
    }
}
