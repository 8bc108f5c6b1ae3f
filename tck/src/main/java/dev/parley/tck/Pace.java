package dev.parley.tck;

import dev.parley.Messages;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A stream that counts how far its producer has got. */
final class Pace {

    private static final int SAME_READINGS = 5;

    private final String payload;
    private final int total;
    private final AtomicInteger sent = new AtomicInteger();
    private volatile @Nullable Thread producer;

    Pace(String payload, int total) {
        this.payload = payload;
        this.total = total;
    }

    Messages<String> messages() {
        return Messages.produce(sink -> {
            producer = Thread.currentThread();
            while (sent.get() < total) {
                sink.send(payload);
                sent.incrementAndGet();
            }
        });
    }

    /** Waits until the producer waits or is done, and returns what it has sent: all if nothing made it wait. */
    int sentUntilStalled(Duration patience) throws InterruptedException {
        long until = System.nanoTime() + patience.toNanos();
        int last = -1;
        for (int same = 0; same < SAME_READINGS && last < total && System.nanoTime() < until; Thread.sleep(10)) {
            int now = sent.get();
            same = now == last && waits() ? same + 1 : 0;
            last = now;
        }
        return last;
    }

    private boolean waits() {
        Thread thread = producer;
        return thread != null && thread.getState() != Thread.State.RUNNABLE;
    }
}
