package dev.parley.rpc;

import com.github.luben.zstd.RecyclingBufferPool;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.util.Native;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Zstandard by its own library, which is native: it is loaded when first needed, and there may be none for a machine. */
final class ZstdFormat {

    // RFC 9659: nobody may ask a peer for more. What a frame claims beyond it is refused before it is allocated.
    private static final int MOST_WINDOW_LOG = 23;
    private static final int FAST = 1;

    private ZstdFormat() {}

    private static final class Library {
        static final boolean LOADED = load();

        private static boolean load() {
            try {
                Native.load();
                return true;
            } catch (LinkageError | RuntimeException e) {
                System.getLogger(ZstdFormat.class.getName())
                        .log(System.Logger.Level.INFO, "zstd is not available on this machine: " + e.getMessage());
                return false;
            }
        }
    }

    static boolean isAvailable() {
        return Library.LOADED;
    }

    static byte[] compress(byte[] bytes, int offset, int length, int room) {
        int bound = Math.toIntExact(Zstd.compressBound(length));
        byte[] packed = new byte[room + bound];
        long size = Zstd.compressByteArray(packed, room, bound, bytes, offset, length, FAST);
        if (Zstd.isError(size)) {
            throw new IllegalStateException("compressing by zstd failed: " + Zstd.getErrorName(size));
        }
        return Arrays.copyOf(packed, room + (int) size);
    }

    static InputStream decompressing(InputStream from) throws IOException {
        return new ZstdInputStreamNoFinalizer(from, RecyclingBufferPool.INSTANCE).setLongMax(MOST_WINDOW_LOG);
    }
}
