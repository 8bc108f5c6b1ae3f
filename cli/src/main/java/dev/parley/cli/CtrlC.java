package dev.parley.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waits for the end that somebody else decides, and leaves time to close. */
final class CtrlC {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final CountDownLatch ended = new CountDownLatch(1);

    CtrlC() {
        // Holds the process until Main ends it with the command's status, or closing takes too long.
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
            ended.countDown();
            try {
                Thread.sleep(PATIENCE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
    }

    /** Returns once Ctrl-C or a signal wants the process to end. */
    void await() throws InterruptedException {
        ended.await();
    }

    /** Whether it wants so within this time. */
    boolean await(Duration time) throws InterruptedException {
        return ended.await(time.toNanos(), TimeUnit.NANOSECONDS);
    }
}
