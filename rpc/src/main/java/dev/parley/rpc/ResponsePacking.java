package dev.parley.rpc;

import com.google.protobuf.Message;
import dev.parley.Call;
import dev.parley.Metadata;
import java.util.List;
import java.util.Optional;

/**
 * How one answer's messages are compressed. What its head says is decided with the first message; a handler that says
 * something else later ({@link Compression#respondWith}) is followed as far as the head allows.
 */
final class ResponsePacking {

    /** A protocol's names of the headers that say what is accepted and what was chosen. */
    record Names(String accept, String encoding) {
        static final Names GRPC = new Names(GrpcProtocol.ACCEPT_ENCODING, GrpcProtocol.ENCODING);
        static final Names CONNECT_STREAM = new Names(ConnectHeaders.STREAM_ACCEPT, ConnectHeaders.STREAM_ENCODING);
        static final Names CONNECT_UNARY = new Names(ConnectHeaders.ACCEPT, ConnectHeaders.CONTENT_ENCODING);
    }

    private final Call call;
    private final Names names;
    private final Packing usual;

    private ResponsePacking(Call call, Names names, Packing usual) {
        this.call = call;
        this.names = names;
        this.usual = usual;
    }

    /** That of an answer in several messages; says in {@code head} what they may be compressed by. */
    static ResponsePacking announced(Call call, Names names, int above, Metadata head) {
        Packing chosen = choose(call, names, above);
        if (chosen.compression() != Compression.IDENTITY) {
            head.put(names.encoding(), chosen.compression().wireName());
        }
        return new ResponsePacking(call, names, new Packing(chosen.compression(), above));
    }

    /** The one message of an answer in an envelope; says in {@code head} what it is compressed by. */
    static byte[] only(Call call, Names names, int above, MessageCodec codec, Message message, Metadata head) {
        byte[] plain = Envelope.of(codec, message);
        byte[] sent = packed(call, names, above, plain, head);
        MessageEvents.sent(call, message, plain.length - Envelope.PREFIX, sent.length - Envelope.PREFIX);
        return sent;
    }

    private static byte[] packed(Call call, Names names, int above, byte[] plain, Metadata head) {
        int length = plain.length - Envelope.PREFIX;
        Packing chosen = length < above && !isAsked(call) ? Packing.NONE : choose(call, names, above);
        if (!chosen.applies(length)) {
            return plain;
        }
        byte[] packed = chosen.compression().deflate(plain, Envelope.PREFIX, length, Envelope.PREFIX);
        if (packed.length >= plain.length && chosen.above() > 1) {
            return plain;
        }
        Envelope.writePrefix(packed, Envelope.COMPRESSED);
        head.put(names.encoding(), chosen.compression().wireName());
        return packed;
    }

    /**
     * The one message of an answer whose body it is, {@code plain} before it is compressed; says in {@code head} what it is
     * compressed by.
     */
    static byte[] body(Call call, int above, Message message, byte[] plain, Metadata head) {
        byte[] sent = packedBody(call, above, plain, head);
        MessageEvents.sent(call, message, plain.length, sent.length);
        return sent;
    }

    private static byte[] packedBody(Call call, int above, byte[] plain, Metadata head) {
        boolean asked = isAsked(call);
        Packing chosen = plain.length < above && !asked ? Packing.NONE : choose(call, Names.CONNECT_UNARY, above);
        if (!chosen.applies(plain.length)) {
            return plain;
        }
        byte[] packed = chosen.compression().deflate(plain, 0, plain.length, 0);
        if (packed.length >= plain.length && !asked) {
            return plain;
        }
        head.put(ConnectHeaders.CONTENT_ENCODING, chosen.compression().wireName());
        return packed;
    }

    private static Packing choose(Call call, Names names, int above) {
        Optional<Compression> asked = call.attributes().get(Compression.RESPONSE);
        List<Compression> accepted = Compression.acceptedBy(call.requestHeaders(), names.accept(), names.encoding());
        if (asked.isPresent()) {
            return accepted.contains(asked.get()) ? Packing.always(asked.get()) : Packing.NONE;
        }
        return accepted.isEmpty() || above == Integer.MAX_VALUE
                ? Packing.NONE
                : new Packing(accepted.getFirst(), above);
    }

    private static boolean isAsked(Call call) {
        return call.attributes().get(Compression.RESPONSE).isPresent();
    }

    byte[] envelope(MessageCodec codec, Message message) {
        return now().envelope(call, codec, message);
    }

    private Packing now() {
        if (usual.compression() == Compression.IDENTITY) {
            return Packing.NONE;
        }
        Optional<Compression> asked = call.attributes().get(Compression.RESPONSE);
        if (asked.isEmpty()) {
            return usual;
        }
        return asked.get() == usual.compression() ? Packing.always(asked.get()) : Packing.NONE;
    }

    @Override
    public String toString() {
        return names.encoding() + ": " + usual;
    }
}
