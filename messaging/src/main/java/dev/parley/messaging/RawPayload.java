package dev.parley.messaging;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Bytes and text as they are. */
final class RawPayload {

    static final PayloadCodec<byte[]> BYTES = new PayloadCodec<>() {
        @Override
        public String contentType() {
            return "application/octet-stream";
        }

        @Override
        public byte[] encode(byte[] payload) {
            return payload;
        }

        @Override
        public byte[] decode(byte[] payload, String contentType) {
            return payload;
        }
    };

    static final PayloadCodec<String> TEXT = new PayloadCodec<>() {
        @Override
        public String contentType() {
            return "text/plain; charset=utf-8";
        }

        @Override
        public byte[] encode(String payload) {
            return payload.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String decode(byte[] payload, String contentType) {
            try {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(payload))
                        .toString();
            } catch (CharacterCodingException e) {
                throw new IllegalArgumentException("a payload of " + payload.length + " bytes is no text in UTF-8", e);
            }
        }
    };

    private RawPayload() {}
}
