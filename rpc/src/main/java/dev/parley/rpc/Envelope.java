package dev.parley.rpc;

import com.google.protobuf.Message;
import dev.parley.Call;

/**
 * The frame around a message that gRPC and Connect's streams share: a byte of flags, four bytes of length, the message.
 */
final class Envelope {

    static final int PREFIX = 5;
    static final int COMPRESSED = 1;
    /** Connect only: the JSON that ends a stream. */
    static final int END_STREAM = 2;
    /** gRPC-Web only: the trailers. */
    static final int TRAILERS = 0x80;

    private Envelope() {}

    /** {@code message} in an envelope, in one array. */
    static byte[] of(MessageCodec codec, Message message) {
        byte[] bytes = codec.encode(message, PREFIX);
        writePrefix(bytes, 0);
        return bytes;
    }

    /** {@code content} in an envelope with {@code flags}. */
    static byte[] of(int flags, byte[] content) {
        byte[] bytes = new byte[PREFIX + content.length];
        System.arraycopy(content, 0, bytes, PREFIX, content.length);
        writePrefix(bytes, flags);
        return bytes;
    }

    static void writePrefix(byte[] bytes, int flags) {
        int length = bytes.length - PREFIX;
        bytes[0] = (byte) flags;
        bytes[1] = (byte) (length >>> 24);
        bytes[2] = (byte) (length >>> 16);
        bytes[3] = (byte) (length >>> 8);
        bytes[4] = (byte) length;
    }

    /** The length in a prefix; unsigned, so a long. */
    static long length(byte[] bytes, int at) {
        return (bytes[at + 1] & 0xffL) << 24
                | (bytes[at + 2] & 0xff) << 16
                | (bytes[at + 3] & 0xff) << 8
                | (bytes[at + 4] & 0xff);
    }

    /** The message of a body that holds exactly one, parsed where it lies. */
    static Message single(
            Call call,
            MessageCodec codec,
            Message prototype,
            byte[] body,
            int limit,
            Compression compression,
            Side side) {
        if (body.length == 0) {
            throw side.cardinality("none");
        }
        if (body.length < PREFIX) {
            throw GrpcProtocol.truncated(side);
        }
        checkFlags(body[0], compression, side, COMPRESSED);
        long length = length(body, 0);
        if (length > limit) {
            throw side.tooLarge(length, limit);
        }
        if (length > body.length - PREFIX) {
            throw GrpcProtocol.truncated(side);
        }
        if (length < body.length - PREFIX) {
            throw side.cardinality("more");
        }
        if (body[0] == 0) {
            Message message = side.decode(codec, prototype, body, PREFIX, (int) length);
            MessageEvents.receivedOnly(call, side, message, (int) length, (int) length);
            return message;
        }
        byte[] inflated = compression.inflate(body, PREFIX, (int) length, limit, side);
        Message message = side.decode(codec, prototype, inflated, 0, inflated.length);
        MessageEvents.receivedOnly(call, side, message, inflated.length, (int) length);
        return message;
    }

    static void checkFlags(int flags, Compression compression, Side side, int allowed) {
        if ((flags & ~allowed & 0xff) != 0) {
            throw side.brokenFraming("has an envelope with unknown flags 0x" + Integer.toHexString(flags & 0xff));
        }
        if ((flags & COMPRESSED) != 0 && compression == Compression.IDENTITY) {
            throw side.brokenFraming("has a message that is marked as compressed, but no compression was named");
        }
    }
}
