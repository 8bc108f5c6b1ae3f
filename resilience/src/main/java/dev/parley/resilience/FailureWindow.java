package dev.parley.resilience;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts calls and failures of the last while, in buckets of a tenth of it. Lock-free: a bucket is one long that holds
 * the number of its tenth (24 bits), calls and failures (20 bits each), so whoever meets a bucket of long ago claims and
 * counts in it with one compare-and-set.
 *
 * <p>A clock that jumps costs what the buckets held and no more: a bucket counts only if its number is one of the last
 * ten.
 */
final class FailureWindow {

    private static final int LIVE = 10;
    private static final int SLOTS = 16; // a power of two, so that finding a slot takes no division
    private static final int CALLS_SHIFT = 20;
    private static final int NUMBER_SHIFT = 40;
    private static final long COUNT = (1L << CALLS_SHIFT) - 1;
    private static final long NUMBERS = (1L << (64 - NUMBER_SHIFT)) - 1;
    private static final long CALL = 1L << CALLS_SHIFT;
    private static final long FAILURE = CALL | 1;

    private final AtomicLongArray slots = new AtomicLongArray(SLOTS);
    private final long origin;
    private final long perNano; // 2^64 / width: a multiplication in place of a division

    FailureWindow(long origin, Duration window) {
        this.origin = origin;
        this.perNano = Long.divideUnsigned(-1L, window.toNanos() / LIVE) + 1;
    }

    void success(long now) {
        add(now, CALL);
    }

    void failure(long now) {
        add(now, FAILURE);
    }

    private void add(long now, long increment) {
        long number = number(now);
        int slot = (int) number & (SLOTS - 1);
        long fresh = (number & NUMBERS) << NUMBER_SHIFT;
        long seen;
        long counted;
        do {
            seen = slots.get(slot);
            counted = (seen ^ fresh) >>> NUMBER_SHIFT == 0 ? seen : fresh;
            if ((counted >>> CALLS_SHIFT & COUNT) == COUNT) {
                counted = halved(counted);
            }
        } while (!slots.compareAndSet(slot, seen, counted + increment));
    }

    /** A bucket that is full keeps its rate: a million calls a tenth are enough to tell it. */
    private static long halved(long bucket) {
        long calls = (bucket >>> CALLS_SHIFT & COUNT) / 2;
        long failures = (bucket & COUNT) / 2;
        return bucket >>> NUMBER_SHIFT << NUMBER_SHIFT | calls << CALLS_SHIFT | failures;
    }

    private long number(long now) {
        return Math.unsignedMultiplyHigh(now - origin, perNano);
    }

    /** Calls in the upper half, failures in the lower. */
    long totals(long now) {
        long number = number(now);
        int calls = 0;
        int failures = 0;
        for (int i = 0; i < SLOTS; i++) {
            long bucket = slots.get(i);
            if ((number - (bucket >>> NUMBER_SHIFT) & NUMBERS) < LIVE) {
                calls += (int) (bucket >>> CALLS_SHIFT & COUNT);
                failures += (int) (bucket & COUNT);
            }
        }
        return (long) calls << 32 | failures;
    }
}
