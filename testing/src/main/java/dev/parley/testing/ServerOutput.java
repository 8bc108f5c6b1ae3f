package dev.parley.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** The last of what one run of a server wrote, on both its streams. Thread-safe. */
final class ServerOutput {
    private static final int KEPT = 64 * 1024;

    private final byte[] ring = new byte[KEPT]; // guarded by this
    private long written; // guarded by this
    private final Thread reader;

    ServerOutput(String name, InputStream from) {
        // Not a virtual thread: reading a pipe would hold its carrier.
        reader = Thread.ofPlatform().daemon().name("parley-server-" + name).start(() -> read(from));
    }

    private void read(InputStream from) {
        byte[] some = new byte[8 * 1024];
        try (from) {
            int count;
            while ((count = from.read(some)) >= 0) {
                add(some, count);
            }
        } catch (IOException e) {
            // The process is gone, and with it its pipe.
        }
    }

    private synchronized void add(byte[] some, int count) {
        for (int i = 0; i < count; i++) {
            ring[(int) ((written + i) % KEPT)] = some[i];
        }
        written += count;
    }

    /** What is kept. */
    synchronized String text() {
        int length = (int) Math.min(written, KEPT);
        byte[] kept = new byte[length];
        for (int i = 0; i < length; i++) {
            kept[i] = ring[(int) ((written - length + i) % KEPT)];
        }
        String text = new String(kept, StandardCharsets.UTF_8);
        return written > KEPT ? "[... " + (written - KEPT) + " bytes before]\n" + text : text;
    }

    /** Waits, for a short while, until what a process wrote before its end has been read. */
    void awaitEnd() throws InterruptedException {
        reader.join(2_000);
    }
}
