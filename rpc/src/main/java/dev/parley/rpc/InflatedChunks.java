package dev.parley.rpc;

import dev.parley.Messages;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Objects;
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
        return Messages.pull(new Messages.Source<byte[]>() {
            private @Nullable InputStream in;

            @Override
            public byte @Nullable [] receive() {
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
                    return read < 0 ? null : read == PIECE ? piece : Arrays.copyOf(piece, read);
                } catch (IOException e) {
                    throw Side.REQUEST.protocolError("is not " + compression.wireName() + ": " + e.getMessage());
                }
            }
        });
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
