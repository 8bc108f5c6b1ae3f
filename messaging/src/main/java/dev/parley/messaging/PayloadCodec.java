package dev.parley.messaging;

/**
 * Writes and reads payloads of one type. Implementations are thread-safe.
 *
 * @param <T> of the payloads
 */
public interface PayloadCodec<T> {

    /** What it writes, such as {@code application/json}; told to whoever reads. */
    String contentType();

    /**
     * Writes a payload.
     *
     * @throws IllegalArgumentException if it cannot be written
     */
    byte[] encode(T payload);

    /**
     * Reads a payload.
     *
     * @param contentType what the message says it is; empty if it says nothing
     * @throws IllegalArgumentException if it is something else; the message becomes a dead letter, with this error as its cause
     */
    T decode(byte[] payload, String contentType);

    /** JSON by Jackson: records, and what else Jackson reads. Unknown properties are passed over. */
    static <T> PayloadCodec<T> json(Class<T> type) {
        return new JsonPayload<>(type);
    }

    /** Protobuf's binary form ({@code application/protobuf}). {@code prototype} is the type's default instance. */
    static <T extends com.google.protobuf.Message> PayloadCodec<T> protobuf(T prototype) {
        return new ProtobufPayload<>(prototype);
    }

    /** Bytes as they are, {@code application/octet-stream}, whatever the message says that they are. */
    static PayloadCodec<byte[]> bytes() {
        return RawPayload.BYTES;
    }

    /** Text in UTF-8, {@code text/plain; charset=utf-8}. Malformed UTF-8 is refused. */
    static PayloadCodec<String> text() {
        return RawPayload.TEXT;
    }
}
