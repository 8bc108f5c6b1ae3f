package dev.parley.discovery;

import dev.parley.Timer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** Waiting by a {@link Timer}, so that tests move it. */
final class Pause {

    private Pause() {}

    /** Parks the calling thread; not at all if {@code time} is not positive. */
    static void of(Duration time, Timer timer) throws InterruptedException {
        if (time.isNegative() || time.isZero()) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            return;
        }
        CountDownLatch over = new CountDownLatch(1);
        Timer.Scheduled wake = timer.schedule(time.toNanos(), over::countDown);
        try {
            over.await();
        } finally {
            wake.cancel();
        }
    }
}
