package dev.parley.discovery;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** How long to wait after failures: doubled with each, up to a limit, the latter half of it by chance. Confined to a thread. */
final class Backoff {

    private static final int MOST_DOUBLINGS = 30;

    private final Duration least;
    private final Duration most;
    private int failures;

    Backoff(Duration least, Duration most) {
        this.least = least;
        this.most = most;
    }

    void reset() {
        failures = 0;
    }

    Duration next() {
        long whole = least.toNanos();
        for (int doubled = 0; doubled < failures && whole < most.toNanos(); doubled++) {
            whole *= 2; // no overflow: both are 10 minutes at most
        }
        whole = Math.min(whole, most.toNanos());
        failures = Math.min(failures + 1, MOST_DOUBLINGS);
        return Duration.ofNanos(ThreadLocalRandom.current().nextLong(whole / 2, whole + 1));
    }
}
