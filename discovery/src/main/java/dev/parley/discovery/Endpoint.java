package dev.parley.discovery;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One instance of a service as a client sees it: its load and how it has done lately. It is the same object for as long as the
 * registry knows an instance with its id at its address, whatever else changes. Thread-safe.
 */
public final class Endpoint {

    private static final long WARM = Long.MIN_VALUE;

    private final String authority;
    private final @Nullable SlowStart slowStart;
    private final int maxRequests;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicLong coldSince = new AtomicLong(WARM);
    final Latency latency;
    final Outlier outlier;
    private volatile ServiceInstance instance;
    private volatile @Nullable String unhealthy;

    Endpoint(ServiceInstance instance, ClusterPolicy policy, EjectionSlots slots, long now) {
        this.instance = instance;
        this.authority = instance.authority();
        this.slowStart = policy.slowStart().orElse(null);
        this.maxRequests = policy.maxRequests();
        this.latency = new Latency(now, policy.latencyDecay().toNanos());
        this.outlier = new Outlier(policy.outliers().orElseGet(OutlierPolicy::defaults), slots, now);
    }

    /** What the registry says of it, by its latest word. */
    public ServiceInstance instance() {
        return instance;
    }

    /** {@code host:port}. */
    public String authority() {
        return authority;
    }

    /** Attempts of this client that are under way there. */
    public int inFlight() {
        return inFlight.get();
    }

    /**
     * The moving average of the latencies of unary calls, in nanoseconds; 0 if nothing is known. It follows peaks at once, and
     * without calls it decays ({@link ClusterPolicy#latencyDecay}).
     *
     * @param nanoTime {@link PickRequest#nanoTime}
     */
    public double latencyNanos(long nanoTime) {
        return latency.nanos(nanoTime);
    }

    /**
     * The part of its share of calls that it should get for now, in slow start: over 0, and 1 once it has all of it.
     *
     * @param nanoTime {@link PickRequest#nanoTime}
     */
    public double warmth(long nanoTime) {
        long since = coldSince.get();
        SlowStart how = slowStart;
        if (since == WARM || how == null) {
            return 1;
        }
        long elapsed = nanoTime - since;
        if (elapsed >= how.window().toNanos()) {
            coldSince.compareAndSet(since, WARM);
            return 1;
        }
        return how.share(elapsed);
    }

    /** Whether it has no room for one more call ({@link ClusterPolicy#maxRequests}). */
    public boolean isFull() {
        return inFlight.get() >= maxRequests;
    }

    /** Whether it would be called if nothing else counted: it is neither ejected nor unhealthy. */
    public boolean isWell() {
        return unhealthy == null && outlier.ejection() == null;
    }

    /** It is back: what it was like when it was ill says nothing of it now. */
    void startAnew(long now) {
        latency.forget();
        cool(now);
    }

    void cool(long now) {
        if (slowStart != null) {
            coldSince.set(now == WARM ? now + 1 : now);
        }
    }

    void instance(ServiceInstance latest) {
        instance = latest;
    }

    /** Why active checks call it unhealthy; null if they do not. */
    @Nullable
    String unhealthy() {
        return unhealthy;
    }

    void unhealthy(@Nullable String reason) {
        unhealthy = reason;
    }

    boolean tryBegin() {
        if (maxRequests == Integer.MAX_VALUE) {
            inFlight.incrementAndGet();
            return true;
        }
        int seen = inFlight.get();
        while (seen < maxRequests) {
            if (inFlight.compareAndSet(seen, seen + 1)) {
                return true;
            }
            seen = inFlight.get();
        }
        return false;
    }

    void end() {
        inFlight.decrementAndGet();
    }

    /** For people: {@code 2 calls at 12 ms}. */
    String state(long now) {
        OutlierPhase.Out out = outlier.ejection();
        String ill = unhealthy;
        int calls = inFlight();
        StringBuilder text = new StringBuilder().append(calls).append(calls == 1 ? " call" : " calls");
        double nanos = latencyNanos(now);
        if (nanos > 0) {
            text.append(" at ").append(shown(nanos));
        }
        double warmth = warmth(now);
        if (warmth < 1) {
            text.append(", in slow start at ").append(Math.round(warmth * 100)).append(" %");
        }
        if (out != null) {
            Duration left = Duration.ofNanos(Math.max(0, out.nanos - (now - out.since)));
            text.append(", ejected for ")
                    .append(Math.ceilDiv(left.toMillis(), 1_000))
                    .append(" s: ")
                    .append(out.reason);
        }
        if (ill != null) {
            text.append(", unhealthy: ").append(ill);
        }
        if (isFull()) {
            text.append(", full");
        }
        return text.toString();
    }

    private static String shown(double nanos) {
        double millis = nanos / 1_000_000;
        return millis >= 10
                ? Math.round(millis) + " ms"
                : millis >= 1 ? Math.round(millis * 10) / 10.0 + " ms" : Math.max(1, Math.round(nanos / 1_000)) + " us";
    }

    @Override
    public String toString() {
        return authority;
    }
}
