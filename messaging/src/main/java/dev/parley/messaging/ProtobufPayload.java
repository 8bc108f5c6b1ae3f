package dev.parley.messaging;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;

/** Protobuf's binary form. */
final class ProtobufPayload<T extends Message> implements PayloadCodec<T> {

    private final T prototype;

    ProtobufPayload(T prototype) {
        this.prototype = prototype;
    }

    @Override
    public String contentType() {
        return "application/protobuf";
    }

    @Override
    public byte[] encode(T payload) {
        return payload.toByteArray();
    }

    @Override
    @SuppressWarnings("unchecked") // a builder of the prototype's own makes nothing else
    public T decode(byte[] payload, String contentType) {
        try {
            return (T) prototype.newBuilderForType().mergeFrom(payload).build();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException(
                    "a payload of %d bytes is no %s: %s"
                            .formatted(
                                    payload.length,
                                    prototype.getDescriptorForType().getFullName(),
                                    e.getMessage()),
                    e);
        }
    }
}
