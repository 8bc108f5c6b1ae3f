package dev.parley.store;

import java.time.Duration;
import java.util.Collection;

/** Waiting for threads to end. */
final class Threads {
    private Threads() {}

    /** Waits for all of them together; interrupts do not shorten it, but stay set. False if some have not ended. */
    static boolean join(Collection<? extends Thread> threads, Duration limit) {
        long until = System.nanoTime() + limit.toNanos();
        boolean interrupted = false;
        boolean ended = true;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                long left = until - System.nanoTime();
                if (left <= 0 || thread.equals(Thread.currentThread())) {
                    ended = false;
                    break;
                }
                try {
                    thread.join(Duration.ofNanos(left));
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return ended;
    }
}
