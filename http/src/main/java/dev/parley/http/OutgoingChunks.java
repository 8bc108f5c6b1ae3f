package dev.parley.http;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The chunks of a streamed body between the thread that drains it and the event loop. While the loop has not come to them
 * yet they pile up here, at most what the {@link SendWindow} lets through, and small ones leave together: a stream of
 * small messages costs one task of the loop, one frame and one buffer for many of them.
 */
final class OutgoingChunks {

    /** Of what is put together: a frame of HTTP/2 that every peer takes. */
    static final int MOST_JOINED = 16 << 10;

    // Guarded by this.
    private final ArrayDeque<byte[]> chunks = new ArrayDeque<>(4);
    private boolean told;

    /** Adds a chunk that does not change any more; true if the loop has to be told to come for it. */
    synchronized boolean add(byte[] chunk) {
        chunks.add(chunk);
        if (told) {
            return false;
        }
        told = true;
        return true;
    }

    /** The next bytes to write; with null, the loop is told again of what comes later. On the loop. */
    byte @Nullable [] next() {
        byte[][] parts;
        int bytes;
        synchronized (this) {
            byte[] first = chunks.poll();
            if (first == null) {
                told = false;
                return null;
            }
            int count = 1;
            bytes = first.length;
            for (byte[] chunk : chunks) {
                if (bytes + chunk.length > MOST_JOINED) {
                    break;
                }
                bytes += chunk.length;
                count++;
            }
            if (count == 1) {
                return first;
            }
            parts = new byte[count][];
            parts[0] = first;
            for (int i = 1; i < count; i++) {
                parts[i] = chunks.remove();
            }
        }
        byte[] joined = new byte[bytes];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, joined, at, part.length);
            at += part.length;
        }
        return joined;
    }
}
