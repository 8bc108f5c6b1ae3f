package dev.parley.rpc.internal.json;

import com.google.protobuf.UnsafeByteOperations;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** One look at the bytes of a text before it is parsed, eight at a time. */
final class Utf8Scan {

    /** It is not UTF-8, or another encoding of Unicode. */
    static final int INVALID = 1;
    /** It has a backslash. */
    static final int BACKSLASH = 2;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long ONES = 0x0101010101010101L;
    private static final long BACKSLASHES = ONES * '\\';

    private Utf8Scan() {}

    static int of(byte[] bytes, int offset, int length) {
        int end = offset + length;
        int at = offset;
        long high = 0;
        long slashes = 0;
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            long eight = (long) LONGS.get(bytes, at);
            high |= eight;
            long zeroIfSlash = eight ^ BACKSLASHES;
            slashes |= (zeroIfSlash - ONES) & ~zeroIfSlash;
        }
        boolean slash = (slashes & HIGH_BITS) != 0;
        for (; at < end; at++) {
            high |= bytes[at];
            slash |= bytes[at] == '\\';
        }
        boolean ascii = (high & HIGH_BITS) == 0;
        boolean valid =
                (ascii || UnsafeByteOperations.unsafeWrap(bytes, offset, length).isValidUtf8())
                        && !isWide(bytes, offset, end);
        return (valid ? 0 : INVALID) | (slash ? BACKSLASH : 0);
    }

    // UTF-16 and UTF-32 show by a zero byte among the first four, and the parser would take them.
    private static boolean isWide(byte[] bytes, int offset, int end) {
        for (int i = offset; i < Math.min(end, offset + 4); i++) {
            if (bytes[i] == 0) {
                return true;
            }
        }
        return false;
    }
}
