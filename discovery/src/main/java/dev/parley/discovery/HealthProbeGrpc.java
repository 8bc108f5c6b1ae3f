package dev.parley.discovery;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * The two messages of {@code grpc.health.v1.Health/Check}, by hand: one string there, one enum back. A library for protobuf
 * would be a dependency of everybody who looks a service up (ADR 0042).
 *
 * @see <a href="https://github.com/grpc/grpc/blob/master/doc/health-checking.md">gRPC's health checking protocol</a>
 */
final class HealthProbeGrpc {

    static final String PATH = "/grpc.health.v1.Health/Check";

    /** What an answer may hold: a message of two bytes, and what a later version adds. */
    static final int MOST_BYTES = 1024;

    private static final int PREFIX = 5;
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH = 2;
    private static final int FIXED32 = 5;

    private HealthProbeGrpc() {}

    /** {@code HealthCheckRequest}, uncompressed in its envelope. */
    static byte[] request(String service) {
        byte[] name = service.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream message = new ByteArrayOutputStream(name.length + 4);
        if (name.length > 0) {
            message.write((1 << 3) | LENGTH);
            writeVarint(message, name.length);
            message.writeBytes(name);
        }
        ByteArrayOutputStream envelope = new ByteArrayOutputStream(PREFIX + message.size());
        envelope.write(0);
        for (int shift = 24; shift >= 0; shift -= 8) {
            envelope.write(message.size() >>> shift);
        }
        envelope.writeBytes(message.toByteArray());
        return envelope.toByteArray();
    }

    private static void writeVarint(ByteArrayOutputStream out, int value) {
        int rest = value;
        while (rest > 0x7f) {
            out.write((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
    }

    /**
     * {@code HealthCheckResponse.status}: 1 is SERVING.
     *
     * @throws IllegalArgumentException if these bytes are not one message of it
     */
    static long status(byte[] body) {
        if (body.length < PREFIX || body[0] != 0) {
            throw new IllegalArgumentException("the answer is not one uncompressed message of gRPC");
        }
        long length = 0;
        for (int i = 1; i < PREFIX; i++) {
            length = (length << 8) | (body[i] & 0xff);
        }
        if (length != body.length - PREFIX) {
            throw new IllegalArgumentException(
                    "the answer says that it has " + length + " bytes, but has " + (body.length - PREFIX));
        }
        return new Reader(body).status();
    }

    /** The name of a status, for people. */
    static String name(long status) {
        return status == 0
                ? "UNKNOWN"
                : status == 1
                        ? "SERVING"
                        : status == 2 ? "NOT_SERVING" : status == 3 ? "SERVICE_UNKNOWN" : "status " + status;
    }

    /** Reads fields and passes over those that it does not know. */
    private static final class Reader {
        private final byte[] bytes;
        private int at = PREFIX;

        Reader(byte[] bytes) {
            this.bytes = bytes;
        }

        long status() {
            long status = 0;
            while (at < bytes.length) {
                long tag = varint();
                int type = (int) (tag & 7);
                if (tag >>> 3 == 1 && type == VARINT) {
                    status = varint();
                    continue;
                }
                switch (type) {
                    case VARINT -> varint();
                    case FIXED64 -> skip(8);
                    case LENGTH -> skip(varint());
                    case FIXED32 -> skip(4);
                    default -> throw new IllegalArgumentException("the answer is no HealthCheckResponse");
                }
            }
            return status;
        }

        private long varint() {
            long value = 0;
            for (int shift = 0; shift < 64; shift += 7) {
                if (at == bytes.length) {
                    break;
                }
                byte next = bytes[at++];
                value |= (long) (next & 0x7f) << shift;
                if (next >= 0) {
                    return value;
                }
            }
            throw new IllegalArgumentException("the answer ends within a number");
        }

        private void skip(long count) {
            if (count < 0 || count > bytes.length - at) {
                throw new IllegalArgumentException("the answer ends within a field");
            }
            at += (int) count;
        }
    }
}
