package dev.parley.resilience;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a {@link CircuitBreaker} is in between two changes. Each change makes a new one with the next generation, so a
 * result that comes late finds another generation and changes nothing, and nothing is ever reset in place.
 */
abstract sealed class BreakerPhase {

    /** Also the permit of the calls that were let through in it. */
    final long generation;

    /** Why it came about, for people. */
    final String reason;

    BreakerPhase(long generation, String reason) {
        this.generation = generation;
        this.reason = reason;
    }

    abstract CircuitBreaker.State state();

    static final class Closed extends BreakerPhase {
        final FailureWindow window;
        final AtomicInteger consecutive = new AtomicInteger();

        Closed(long generation, String reason, long now, Duration window) {
            super(generation, reason);
            this.window = new FailureWindow(now, window);
        }

        void success(long now) {
            if (consecutive.get() != 0) { // a write for each call would move the line between processors
                consecutive.set(0);
            }
            window.success(now);
        }

        @Override
        CircuitBreaker.State state() {
            return CircuitBreaker.State.CLOSED;
        }
    }

    static final class Open extends BreakerPhase {
        final long since;

        Open(long generation, String reason, long since) {
            super(generation, reason);
            this.since = since;
        }

        @Override
        CircuitBreaker.State state() {
            return CircuitBreaker.State.OPEN;
        }
    }

    static final class HalfOpen extends BreakerPhase {
        final long since;
        private final int probes;
        private final AtomicInteger free;
        private final AtomicInteger good = new AtomicInteger();

        HalfOpen(long generation, String reason, long since, int probes) {
            super(generation, reason);
            this.since = since;
            this.probes = probes;
            this.free = new AtomicInteger(probes);
        }

        boolean tryProbe() {
            int seen = free.get();
            while (seen > 0) {
                if (free.compareAndSet(seen, seen - 1)) {
                    return true;
                }
                seen = free.get();
            }
            return false;
        }

        /** Whether that was the last one wanted. */
        boolean success() {
            return good.incrementAndGet() == probes;
        }

        /** A probe that told nothing: another may go in its place. */
        void giveBack() {
            int seen = free.get();
            while (seen < probes && !free.compareAndSet(seen, seen + 1)) {
                seen = free.get();
            }
        }

        @Override
        CircuitBreaker.State state() {
            return CircuitBreaker.State.HALF_OPEN;
        }
    }

    static final class Forced extends BreakerPhase {
        private final CircuitBreaker.State state;

        Forced(long generation, CircuitBreaker.State state) {
            super(generation, "somebody said so");
            this.state = state;
        }

        @Override
        CircuitBreaker.State state() {
            return state;
        }
    }
}
