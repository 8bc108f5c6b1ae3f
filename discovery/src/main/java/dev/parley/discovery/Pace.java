package dev.parley.discovery;

import dev.parley.Timer;
import java.time.Duration;

/**
 * How often a follower may ask: a burst at once, so that changes are seen when they happen, but no more than one a span for
 * long, whatever an instance that flaps or a registry that does not wait makes of it. Confined to a thread.
 */
final class Pace {

    private static final int BURST = 20;

    private final long span;
    private final Timer timer;
    private long allowed; // questions, in nanoseconds of their spans
    private long seen;

    Pace(Duration span, Timer timer) {
        this.span = span.toNanos();
        this.timer = timer;
        this.allowed = BURST * this.span;
        this.seen = timer.nanoTime();
    }

    /** Waits until the next may be asked. */
    void take() throws InterruptedException {
        refill();
        while (allowed < span) {
            Pause.of(Duration.ofNanos(span - allowed), timer);
            refill();
        }
        allowed -= span;
    }

    private void refill() {
        long now = timer.nanoTime();
        allowed = Math.min(BURST * span, allowed + Math.max(0, now - seen));
        seen = now;
    }
}
