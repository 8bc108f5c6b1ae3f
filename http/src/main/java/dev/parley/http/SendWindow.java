package dev.parley.http;

import dev.parley.CallException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the bytes that a blocking writer has under way to the event loop and the network. The writer waits at the upper
 * mark until the loop has written down to the lower one.
 */
final class SendWindow {

    static final int HIGH = 64 << 10;
    static final int LOW = 32 << 10;

    private final AtomicInteger pending = new AtomicInteger();
    private final Parking parking = new Parking();
    private volatile @Nullable CallException failure;

    /** Waits for room, then takes {@code bytes} of it. */
    void acquire(int bytes) {
        if (failure == null && pending.get() >= HIGH) {
            try {
                parking.await(() -> failure != null || pending.get() <= LOW);
            } catch (InterruptedException e) {
                throw CallException.interrupted(e, "the peer to read");
            }
        }
        CallException failed = failure;
        if (failed != null) {
            throw failed;
        }
        pending.addAndGet(bytes);
    }

    /** On the loop, when bytes have been written or dropped. */
    void release(int bytes) {
        if (pending.addAndGet(-bytes) <= LOW) {
            parking.wake();
        }
    }

    /** Nothing can be written any more. */
    void fail(CallException reason) {
        if (failure == null) {
            failure = reason;
        }
        parking.wake();
    }
}
