package dev.parley.resilience;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

/**
 * How long calls took of late, and a quantile of that.
 *
 * <p>Times are counted in buckets whose width grows with the time: 16 to each doubling, so that what {@link #quantile}
 * returns is the true value or at most 1/16 more, and a microsecond. Two generations are counted in, by turns: each lasts
 * for the window, and a quantile is over both, so that what is older than two windows does not count. Lock-free; a
 * sample that meets the change of generations may be lost.
 */
final class Latencies {

    private static final int UNIT_BITS = 10; // about a microsecond
    private static final int SUB_BITS = 4;
    private static final int SUBS = 1 << SUB_BITS;
    private static final int OCTAVES = 30; // the last begins at about two hours; what is longer is counted there
    private static final int BUCKETS = (OCTAVES + 1) * SUBS;

    private final double part;
    private final long window;
    private final AtomicReference<Generations> generations;
    private volatile long quantile;

    private static final class Counts {
        final AtomicIntegerArray buckets = new AtomicIntegerArray(BUCKETS);
        final LongAdder total = new LongAdder();
    }

    private record Generations(Counts current, Counts before, long begun) {}

    Latencies(double part, long windowNanos, long now) {
        this.part = part;
        this.window = windowNanos;
        this.generations = new AtomicReference<>(new Generations(new Counts(), new Counts(), now));
    }

    /** Counts one call, at {@code now}. */
    void record(long nanos, long now) {
        Generations seen = generations.get();
        if (now - seen.begun >= window) {
            seen = changed(seen, now);
        }
        Counts current = seen.current;
        int count = current.buckets.incrementAndGet(bucket(nanos));
        current.total.increment();
        // The more there are, the less one of them changes.
        if (count < 16 || (count & 15) == 0) {
            quantile = reckon(seen);
        }
    }

    private Generations changed(Generations seen, long now) {
        boolean quiet = now - seen.begun >= 2 * window;
        Generations next = new Generations(new Counts(), quiet ? new Counts() : seen.current, now);
        return generations.compareAndSet(seen, next) ? next : generations.get();
    }

    /** How many calls are counted at {@code now}. */
    long samples(long now) {
        Generations seen = generations.get();
        long age = now - seen.begun;
        if (age >= 2 * window) {
            return 0;
        }
        return seen.current.total.sum() + (age >= window ? 0 : seen.before.total.sum());
    }

    /** The quantile in nanoseconds, as it was a few calls ago at most. */
    long quantile() {
        return quantile;
    }

    private long reckon(Generations seen) {
        long total = 0;
        for (int i = 0; i < BUCKETS; i++) {
            total += count(seen, i);
        }
        long wanted = Math.max(1, (long) Math.ceil(total * part));
        long passed = 0;
        for (int i = 0; i < BUCKETS; i++) {
            passed += count(seen, i);
            if (passed >= wanted) {
                return most(i);
            }
        }
        return most(BUCKETS - 1); // counts grew meanwhile
    }

    private static long count(Generations seen, int bucket) {
        return (long) seen.current.buckets.get(bucket) + seen.before.buckets.get(bucket);
    }

    static int bucket(long nanos) {
        long units = Math.max(0, nanos) >> UNIT_BITS;
        if (units < SUBS) {
            return (int) units;
        }
        int octave = 63 - Long.numberOfLeadingZeros(units) - SUB_BITS + 1;
        if (octave > OCTAVES) {
            return BUCKETS - 1;
        }
        return octave * SUBS + (int) (units >> (octave - 1)) - SUBS;
    }

    /** The longest time that is counted in {@code bucket}. */
    static long most(int bucket) {
        int octave = bucket / SUBS;
        long sub = bucket % SUBS;
        long nextUnits = octave == 0 ? sub + 1 : (SUBS + sub + 1) << (octave - 1);
        return (nextUnits << UNIT_BITS) - 1;
    }
}
