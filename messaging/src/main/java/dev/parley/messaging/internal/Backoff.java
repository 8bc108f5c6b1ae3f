package dev.parley.messaging.internal;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Waits that double, half of each random, so that many who wait for one broker do not come back together. Used by one thread. */
final class Backoff {

    private final long first;
    private final long most;
    private long next;

    Backoff(Duration first, Duration most) {
        this.first = first.toNanos();
        this.most = most.toNanos();
        this.next = this.first;
    }

    long nextNanos() {
        long bound = next;
        next = Math.min(bound * 2, most);
        return bound / 2 + ThreadLocalRandom.current().nextLong(bound / 2 + 1);
    }

    /** The longest wait, for what does not get better soon. */
    long longestNanos() {
        next = most;
        return nextNanos();
    }

    void reset() {
        next = first;
    }
}
