package dev.parley.rpc;

import dev.parley.CallException;
import dev.parley.Messages;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The bytes behind a body in base64 (RFC 4648, 4) that was encoded piece by piece, so that padding may stand in its middle; the
 * last padding may be missing. Each chunk is decoded as it comes, and nothing but the characters of an unfinished group is
 * kept.
 */
final class Base64Chunks {

    private static final byte[] VALUES = new byte[128];
    private static final int PAD = -2;

    static {
        Arrays.fill(VALUES, (byte) -1);
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for (int i = 0; i < alphabet.length(); i++) {
            VALUES[alphabet.charAt(i)] = (byte) i;
        }
        VALUES['='] = PAD;
    }

    private final Side side;
    private int group;
    private int have;
    private int padding;

    private Base64Chunks(Side side) {
        this.side = side;
    }

    /** What stands behind {@code encoded}; to be read once, closing it closes {@code encoded}. */
    static Messages<byte[]> decode(Messages<byte[]> encoded, Side side) {
        Base64Chunks decoder = new Base64Chunks(side);
        return Messages.pull(new Messages.Source<byte[]>() {
            private boolean ended;

            @Override
            public byte @Nullable [] receive() {
                while (!ended) {
                    byte[] chunk = encoded.receive();
                    ended = chunk == null;
                    byte[] bytes = chunk == null ? decoder.finish() : decoder.decode(chunk);
                    if (bytes.length > 0) {
                        return bytes;
                    }
                }
                return null;
            }

            @Override
            public void cancel(CallException reason) {
                encoded.close();
            }
        });
    }

    private byte[] decode(byte[] chunk) {
        byte[] bytes = new byte[(int) ((chunk.length + 3L) / 4 * 3)];
        int at = 0;
        for (byte character : chunk) {
            int value = character < 0 ? -1 : VALUES[character];
            if (value == PAD && have + padding >= 2) {
                padding++;
            } else if (value >= 0 && padding == 0) {
                group = group << 6 | value;
                have++;
            } else {
                throw malformed(
                        value == -1
                                ? "the character 0x" + Integer.toHexString(character & 0xff)
                                : "padding in the middle of a group");
            }
            if (have + padding == 4) {
                at = write(bytes, at);
            }
        }
        return at == bytes.length ? bytes : Arrays.copyOf(bytes, at);
    }

    /** Writes the group, which has two to four characters. */
    private int write(byte[] bytes, int from) {
        int at = from;
        int bits = group << (6 * (4 - have));
        bytes[at++] = (byte) (bits >> 16);
        if (have > 2) {
            bytes[at++] = (byte) (bits >> 8);
        }
        if (have > 3) {
            bytes[at++] = (byte) bits;
        }
        group = 0;
        have = 0;
        padding = 0;
        return at;
    }

    private byte[] finish() {
        if (have == 0) {
            return new byte[0];
        }
        if (have == 1 || padding > 0) {
            throw malformed("an unfinished group at its end");
        }
        byte[] bytes = new byte[have - 1];
        write(bytes, 0);
        return bytes;
    }

    private CallException malformed(String what) {
        return side.brokenFraming("is not base64: it has " + what);
    }
}
