package dev.parley.http;

import dev.parley.tck.FuzzLog;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.Utf8FrameValidator;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;

/** A WebSocket's frames, as a server reads them: no exception, none in the log, and no message over the limit. */
public final class WebSocketFuzz {

    private static final WebSocketOptions OPTIONS = WebSocketOptions.defaults().withMaxMessageBytes(500);

    private WebSocketFuzz() {}

    /** The fuzzer's entry. */
    public static void fuzzerTestOneInput(byte[] input) {
        FuzzLog.clear();
        // Without the loop that has an end: frames are read where they come, nobody takes the messages.
        WebSocketConnection connection = new WebSocketConnection(OPTIONS, true, reason -> {});
        EmbeddedChannel channel = new EmbeddedChannel(
                new WebSocket13FrameDecoder(WebSocketServer.decoding(OPTIONS, true)),
                new WebSocket13FrameEncoder(false),
                new Utf8FrameValidator(false),
                connection);
        try {
            for (int at = 0; at < input.length && channel.isOpen(); at += 40) {
                channel.writeInbound(Unpooled.copiedBuffer(input, at, Math.min(40, input.length - at)));
            }
            channel.close();
            channel.checkException();
            for (WebSocket.Message message = next(connection); message != null; message = next(connection)) {
                if (message.size() > 500 + 64) {
                    throw new AssertionError("a message of " + message.size());
                }
            }
        } finally {
            LoopQueue.ALL.remove(channel.eventLoop());
            channel.finishAndReleaseAll();
        }
        FuzzLog.check();
    }

    private static WebSocket.@org.jspecify.annotations.Nullable Message next(WebSocketConnection connection) {
        try {
            return connection.receive();
        } catch (dev.parley.CallException closed) {
            return null;
        }
    }
}
