package dev.parley.rpc;

import dev.parley.CallException;
import dev.parley.Messages;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The chunks of a compressed body, inflated as they arrive; what comes of a chunk is handed on in small pieces. */
final class InflatedChunks extends InputStream {

    private static final int PIECE = 8 << 10;

    private final Messages<byte[]> chunks;
    private byte[] chunk = {};
    private int at;

    private InflatedChunks(Messages<byte[]> chunks) {
        this.chunks = chunks;
    }

    static Messages<byte[]> of(Messages<byte[]> chunks, Compression compression) {
        if (compression == Compression.IDENTITY) {
            return chunks;
        }
        return Messages.pull(new Inflating(chunks, compression));
    }

    /**
     * Reads through a decompressor, whose memory is not Java's and is given back at the end, however that comes. Who cancels
     * does not wait for a reader, who then gives it back.
     */
    private static final class Inflating implements Messages.Source<byte[]> {
        private final Messages<byte[]> chunks;
        private final Compression compression;
        private final ReentrantLock lock = new ReentrantLock();
        private @Nullable InputStream in; // guarded by lock
        private volatile boolean over;

        Inflating(Messages<byte[]> chunks, Compression compression) {
            this.chunks = chunks;
            this.compression = compression;
        }

        @Override
        public byte @Nullable [] receive() {
            lock.lock();
            try {
                return over ? null : piece();
            } finally {
                lock.unlock();
                releaseIfOver();
            }
        }

        private byte @Nullable [] piece() {
            byte[] piece = new byte[PIECE];
            try {
                if (in == null) {
                    InflatedChunks source = new InflatedChunks(chunks);
                    if (!source.fill()) {
                        return null; // no body at all
                    }
                    in = compression.inflating(source);
                }
                int read = Objects.requireNonNull(in).read(piece);
                over |= read < 0;
                return read < 0 ? null : read == PIECE ? piece : Arrays.copyOf(piece, read);
            } catch (IOException e) {
                throw Side.REQUEST.protocolError("is not " + compression.wireName() + ": " + e.getMessage());
            }
        }

        @Override
        public void cancel(CallException reason) {
            over = true;
            chunks.close();
            releaseIfOver();
        }

        private void releaseIfOver() {
            if (over && lock.tryLock()) {
                try {
                    InputStream done = in;
                    in = null;
                    if (done != null) {
                        done.close();
                    }
                } catch (IOException e) {
                    throw new AssertionError("closing what reads from memory failed", e);
                } finally {
                    lock.unlock();
                }
            }
        }
    }

    private boolean fill() {
        while (at == chunk.length) {
            byte[] next = chunks.receive();
            if (next == null) {
                return false;
            }
            chunk = next;
            at = 0;
        }
        return true;
    }

    @Override
    public int read() {
        return fill() ? chunk[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int part = Math.min(length, chunk.length - at);
        System.arraycopy(chunk, at, into, offset, part);
        at += part;
        return part;
    }

    /** Waits, so that zero means the end: that is how another member behind this one is looked for. */
    @Override
    public int available() {
        return fill() ? chunk.length - at : 0;
    }
}
