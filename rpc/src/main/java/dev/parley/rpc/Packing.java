package dev.parley.rpc;

import com.google.protobuf.Message;
import dev.parley.Call;

/** How outgoing messages are compressed: by what, and from how many bytes on. */
record Packing(Compression compression, int above) {

    static final Packing NONE = new Packing(Compression.IDENTITY, Integer.MAX_VALUE);

    /** {@code compression} for every message. */
    static Packing always(Compression compression) {
        return new Packing(compression, 1);
    }

    boolean applies(int length) {
        return compression != Compression.IDENTITY && length >= above;
    }

    /** {@code message} of {@code call} in an envelope, in one array. */
    byte[] envelope(Call call, MessageCodec codec, Message message) {
        byte[] plain = Envelope.of(codec, message);
        byte[] sent = packed(plain);
        MessageEvents.sent(call, message, plain.length - Envelope.PREFIX, sent.length - Envelope.PREFIX);
        return sent;
    }

    private byte[] packed(byte[] plain) {
        int length = plain.length - Envelope.PREFIX;
        if (!applies(length)) {
            return plain;
        }
        byte[] packed = compression.deflate(plain, Envelope.PREFIX, length, Envelope.PREFIX);
        if (packed.length >= plain.length && above > 1) {
            return plain;
        }
        Envelope.writePrefix(packed, Envelope.COMPRESSED);
        return packed;
    }
}
