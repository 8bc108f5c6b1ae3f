package dev.parley.resilience;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many calls a server can run at once without making them slow, found out from what they take.
 *
 * <p>Each method has a baseline of its own, what its calls take without load, so slow methods beside fast ones tell
 * nothing of load. A window closes once it is old enough and enough calls were measured. Its <em>strain</em> is the mean,
 * over all measured calls, of (time taken) / (tolerance * baseline + slack):
 *
 * <ul>
 *   <li>Above 1 the limit becomes what was running, divided by the strain (by 2 at most): by Little's law that is as much
 *       as can run within the time that is borne. Taking what was running, not the limit before, makes a limit that
 *       nobody came near as quick as any other.
 *   <li>Otherwise the limit grows, by its square root (the slack that queues need, after Gradient2 and Envoy) or, with a
 *       strain below a half, by half. It grows whether it was reached or not: a limit is for overload only.
 * </ul>
 *
 * <p>A baseline is learned only while no more than the minimum runs, where calls are not in each other's way, so an
 * overload that lasts never becomes the new normal. Under a load that is borne well, and of which nothing was refused, it
 * follows by half a percent a window. A service that has become slower for good is taken for overloaded at first; at the minimum its new baseline is
 * learned within a few windows, and the limit grows again.
 */
final class AdaptiveLimit {

    /** Beyond so many methods all others share one baseline. */
    static final int MOST_METHODS = 1_000;

    private static final double BORNE_WELL = 0.75;
    private static final double LIGHT = 0.5;
    private static final double STRONGEST_CUT = 2;
    private static final int STALE = 10; // windows without enough calls after which the limit grows all the same
    private static final int COUNT_SHIFT = 40;
    private static final long SUM = (1L << COUNT_SHIFT) - 1;
    private static final long MOST_COUNTED = 1L << 18; // times 2,000,000 running and waiting calls fits into the sum
    private static final Object OTHERS = "others";

    private final LoadShedderPolicy policy;
    private final long windowNanos;
    private final double slackNanos;
    private final Map<Object, LatencyBaseline> baselines = new ConcurrentHashMap<>();
    private final AtomicLong loads =
            new AtomicLong(); // how many calls were measured; the sum of what ran at their ends
    private final AtomicBoolean closing = new AtomicBoolean();
    private final LongAdder asked = new LongAdder();
    private volatile double askedPerNano; // in the last window
    private volatile long waited; // by the call that asked last
    private volatile boolean refusing; // in this window
    private volatile int limit;
    private volatile int peak;
    private volatile long windowStart;
    private volatile double strain;

    AdaptiveLimit(LoadShedderPolicy policy, long now) {
        this.policy = policy;
        this.windowNanos = policy.window().toNanos();
        this.slackNanos = policy.slack().toNanos();
        this.limit = policy.maxConcurrent();
        this.windowStart = now;
    }

    int limit() {
        return limit;
    }

    double strain() {
        return strain;
    }

    /**
     * A call asks that has waited since it arrived.
     *
     * @return how many wait behind it, by Little's law: as many come in its time as asked in a time as long
     */
    int asked(long waitedNanos) {
        asked.increment();
        waited = waitedNanos;
        return queued();
    }

    /** A call was refused. */
    void refused() {
        if (!refusing) {
            refusing = true;
        }
    }

    private int queued() {
        return (int) Math.min(policy.maxConcurrent(), waited * askedPerNano);
    }

    /** A call starts, and {@code running} run with it. */
    void started(int running) {
        if (running > peak) {
            peak = running; // an overwritten higher value is one of the same moment
        }
    }

    /**
     * A call has taken that long.
     *
     * @param running how many run, this one included
     * @return whether it is time to {@link #adapt}
     */
    boolean measured(Object method, long latencyNanos, int running, long now) {
        baseline(method).add(latencyNanos);
        long seen;
        do {
            seen = loads.get();
        } while (seen >>> COUNT_SHIFT < MOST_COUNTED
                && !loads.compareAndSet(seen, seen + (1L << COUNT_SHIFT) + running + queued()));
        return isOver(now, 1) && (seen >>> COUNT_SHIFT) + 1 >= policy.minimumSamples();
    }

    /** Whether a call that took so long, but was broken off, tells that calls have become slow. */
    boolean isSlow(Object method, long latencyNanos) {
        LatencyBaseline baseline = baseline(method);
        return baseline.isKnown() && latencyNanos > borne(baseline);
    }

    /** Whether nothing was measured for so long that a limit that refuses calls has lost its reason. */
    boolean isStale(long now) {
        return isOver(now, STALE);
    }

    private boolean isOver(long now, int windows) {
        long elapsed = now - windowStart;
        return elapsed >= windows * windowNanos || elapsed < -windowNanos; // the clock jumped back
    }

    private LatencyBaseline baseline(Object method) {
        LatencyBaseline known = baselines.get(method);
        if (known != null) {
            return known;
        }
        Object key = baselines.size() < MOST_METHODS ? method : OTHERS;
        return baselines.computeIfAbsent(key, first -> new LatencyBaseline());
    }

    private double borne(LatencyBaseline baseline) {
        return policy.tolerance() * baseline.nanos() + slackNanos;
    }

    /** Closes the window, unless another thread does; returns whether the limit was moved. */
    boolean adapt(int running, long now) {
        if (!closing.compareAndSet(false, true)) {
            return false;
        }
        try {
            long elapsed = now - windowStart;
            askedPerNano = elapsed > 0 ? (double) asked.sumThenReset() / elapsed : 0;
            windowStart = now;
            int most = peak;
            peak = running;
            long load = loads.getAndSet(0);
            long count = load >>> COUNT_SHIFT;
            strain = strain(most <= policy.minConcurrent(), !refusing);
            refusing = false;
            int before = limit;
            long wanted = count < policy.minimumSamples()
                    ? grown(Math.max(before, running)) // nothing speaks against what runs
                    : strain <= 1 ? grown(before) : cut(before, (double) (load & SUM) / count);
            limit = Math.clamp(wanted, policy.minConcurrent(), policy.maxConcurrent());
            return limit != before;
        } finally {
            closing.set(false);
        }
    }

    private long grown(int before) {
        return before + Math.max(1, strain < LIGHT ? before / 2 : (long) Math.sqrt(before));
    }

    private long cut(int before, double ran) {
        return (long) (Math.min(before, ran) / Math.min(STRONGEST_CUT, strain));
    }

    private double strain(boolean unloaded, boolean open) {
        Map<LatencyBaseline, Long> taken = new HashMap<>();
        double sum = 0;
        int count = 0;
        for (LatencyBaseline baseline : baselines.values()) {
            long calls = baseline.take();
            if (calls != 0) {
                taken.put(baseline, calls);
                if (!baseline.isKnown()) {
                    baseline.learn(calls);
                }
                int of = LatencyBaseline.count(calls);
                sum += of * LatencyBaseline.mean(calls) / borne(baseline);
                count += of;
            }
        }
        double result = count == 0 ? 0 : sum / count;
        taken.forEach((baseline, calls) -> {
            if (unloaded) {
                baseline.learn(calls);
            } else if (open && result < BORNE_WELL) {
                baseline.follow(calls);
            }
        });
        return result;
    }

    Map<Object, LatencyBaseline> baselines() {
        return Map.copyOf(baselines);
    }
}
