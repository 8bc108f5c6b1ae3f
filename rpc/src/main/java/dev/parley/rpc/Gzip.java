package dev.parley.rpc;

import dev.parley.CallException;
import dev.parley.Code;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.zip.GZIPInputStream;

/** Reads compressed messages; nothing is compressed on the way out, which no peer may demand. */
final class Gzip {

    static final String NAME = "gzip";

    /** What is accepted, for the headers that say so. */
    static final String ACCEPTED = "identity,gzip";

    private Gzip() {}

    /**
     * Whether {@code encoding} is gzip rather than identity.
     *
     * @throws CallException UNIMPLEMENTED if it is neither
     */
    static boolean isGzip(String encoding) {
        return switch (encoding) {
            case "", "identity" -> false;
            case NAME -> true;
            default ->
                throw new CallException(
                        Code.UNIMPLEMENTED, "compression " + encoding + " is not supported; " + ACCEPTED + " are");
        };
    }

    /** The bytes behind, never more than {@code limit}. */
    static byte[] inflate(byte[] bytes, int offset, int length, int limit, Side side) {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes, offset, length))) {
            byte[] inflated = in.readNBytes(limit == Integer.MAX_VALUE ? limit : limit + 1);
            if (inflated.length > limit) {
                throw side.largerThan(limit);
            }
            return inflated;
        } catch (IOException e) {
            throw side.protocolError("holds a compressed message that is not gzip: " + e.getMessage());
        }
    }
}
