package dev.parley.http;

import dev.parley.tck.FuzzLog;
import io.netty.handler.codec.http2.Http2CodecUtil;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/**
 * The server against any frames of HTTP/2, behind a right preface. Half of the inputs are taken as they are; of the other
 * half whole frames are made, so that what is behind the frame's length is reached more often. Whatever comes: no
 * exception, none in the log, whole frames in answer, no stream answered that nobody opened.
 */
public final class Http2ServerFuzz {

    private static final int GOAWAY = 7;
    private static final int MOST_PAYLOAD = 64;

    private Http2ServerFuzz() {}

    /** The fuzzer's entry. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        FuzzLog.clear();
        byte[] preface = new byte[24];
        Http2CodecUtil.connectionPrefaceBuf().readBytes(preface);
        byte[] settings = {0, 0, 0, 4, 0, 0, 0, 0, 0};
        byte[] rest = input[0] % 2 == 0 ? java.util.Arrays.copyOfRange(input, 1, input.length) : frames(input);
        EmbeddedServer.Outcome outcome = EmbeddedServer.feed(preface, settings, rest);
        checkFrames(outcome.output());
        FuzzLog.check();
    }

    /** Each frame of four bytes and a payload: type and flags as they come, a low stream, a short length. */
    private static byte[] frames(byte[] input) {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        ByteBuffer in = ByteBuffer.wrap(input, 1, input.length - 1);
        while (in.remaining() >= 4) {
            int type = (in.get() & 0xff) % 11;
            int flags = in.get() & 0xff;
            int stream = in.get() & 0xf;
            int length = Math.min(in.get() & (MOST_PAYLOAD - 1), in.remaining());
            byte[] payload = new byte[length];
            in.get(payload);
            frames.writeBytes(ByteBuffer.allocate(9)
                    .putInt(length << 8 | type)
                    .put((byte) flags)
                    .putInt(stream)
                    .array());
            frames.writeBytes(payload);
        }
        return frames.toByteArray();
    }

    private static void checkFrames(byte[] output) {
        ByteBuffer frames = ByteBuffer.wrap(output);
        while (frames.hasRemaining()) {
            if (frames.remaining() < 9) {
                throw new AssertionError("half a frame at the end: " + frames.remaining() + " bytes");
            }
            int lengthAndType = frames.getInt();
            int length = lengthAndType >>> 8;
            int type = lengthAndType & 0xff;
            frames.get();
            int stream = frames.getInt();
            if (type > 9 || length > frames.remaining() || stream < 0) {
                throw new AssertionError("frame of type " + type + ", length " + length + ", stream " + stream);
            }
            if (type == GOAWAY && length < 8) {
                throw new AssertionError("a GOAWAY of " + length + " bytes");
            }
            frames.position(frames.position() + length);
        }
    }
}
