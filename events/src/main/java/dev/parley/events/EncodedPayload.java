package dev.parley.events;

import dev.parley.messaging.PayloadCodec;

/** A payload that was encoded before, of whatever type. */
record EncodedPayload(String contentType) implements PayloadCodec<byte[]> {

    @Override
    public byte[] encode(byte[] payload) {
        return payload;
    }

    @Override
    public byte[] decode(byte[] payload, String type) {
        return payload;
    }
}
