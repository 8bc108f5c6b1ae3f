package dev.parley.discovery;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Where an endpoint is with regard to ejection. No change resets one in place: an attempt keeps the phase that it began in, and
 * what it ends with counts only while that is still the endpoint's.
 */
abstract sealed class OutlierPhase {

    /** How often it was ejected of late. */
    final int times;

    /** Since when it is in this phase. */
    final long since;

    OutlierPhase(int times, long since) {
        this.times = times;
        this.since = since;
    }

    /** It gets calls, which are counted. */
    static final class In extends OutlierPhase {
        final AtomicInteger inARow = new AtomicInteger();
        // The interval's number in 16 bits, its calls and its failures in 24 each.
        private final AtomicLong interval = new AtomicLong();

        private static final int PART = 24;
        private static final long MOST = (1L << PART) - 1;

        In(int times, long since) {
            super(times, since);
        }

        void success(long now, long intervalNanos) {
            if (inARow.get() != 0) { // a write for each call would move the line between processors
                inARow.set(0);
            }
            count(now, intervalNanos, 0);
        }

        /** What was counted in this interval, this failure included: calls in the upper half, failures in the lower. */
        long failure(long now, long intervalNanos) {
            return count(now, intervalNanos, 1);
        }

        private long count(long now, long intervalNanos, int failed) {
            long number = Math.max(0, now - since) / intervalNanos & 0xffff;
            while (true) {
                long seen = interval.get();
                long calls = 0;
                long failures = 0;
                if (seen >>> (2 * PART) == number) {
                    calls = seen >>> PART & MOST;
                    failures = seen & MOST;
                }
                if (calls < MOST) {
                    calls++;
                    failures += failed;
                }
                long next = number << (2 * PART) | calls << PART | failures;
                if (seen == next || interval.compareAndSet(seen, next)) {
                    return calls << Integer.SIZE | failures;
                }
            }
        }
    }

    /** It is ejected. */
    static final class Out extends OutlierPhase {
        final long nanos;
        final String reason;

        Out(int times, long since, long nanos, String reason) {
            super(times, since);
            this.nanos = nanos;
            this.reason = reason;
        }
    }

    /** The service does not have it any more. */
    static final class Gone extends OutlierPhase {
        Gone(long since) {
            super(0, since);
        }
    }
}
