package dev.parley.discovery;

import dev.parley.CallException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Whether one endpoint is ejected, as a lock-free state machine: one of those that want a change makes it. An ejection takes one of
 * the {@link EjectionSlots} that the service's endpoints share, and gives it back when it ends or the endpoint is gone.
 */
final class Outlier {

    private static final int LONGEST_REASON = 200;

    private final OutlierPolicy policy;
    private final EjectionSlots slots;
    private final AtomicReference<OutlierPhase> phase;

    Outlier(OutlierPolicy policy, EjectionSlots slots, long now) {
        this.policy = policy;
        this.slots = slots;
        this.phase = new AtomicReference<>(new OutlierPhase.In(0, now));
    }

    /** What an attempt that begins now hands in with its end. */
    OutlierPhase phase() {
        return phase.get();
    }

    OutlierPhase.@Nullable Out ejection() {
        return phase.get() instanceof OutlierPhase.Out out ? out : null;
    }

    int inARow() {
        return phase.get() instanceof OutlierPhase.In in ? in.inARow.get() : 0;
    }

    /** An attempt that began in {@code permit} has ended well. */
    @SuppressWarnings("ReferenceEquality") // that very phase
    void onSuccess(OutlierPhase permit, long now) {
        if (phase.get() == permit && permit instanceof OutlierPhase.In in) {
            in.success(now, policy.interval().toNanos());
        }
    }

    /**
     * An attempt that began in {@code permit} has failed.
     *
     * @return the ejection, if that was one too many and there was a slot
     */
    @SuppressWarnings("ReferenceEquality") // that very phase
    OutlierPhase.@Nullable Out onFailure(OutlierPhase permit, long now, CallException error) {
        if (phase.get() != permit || !(permit instanceof OutlierPhase.In in)) {
            return null;
        }
        int inARow = in.inARow.incrementAndGet();
        long counted = in.failure(now, policy.interval().toNanos());
        if (inARow >= policy.consecutiveFailures()) {
            return tryEject(in, now, inARow + " failures in a row, the last: " + shortened(error));
        }
        int calls = (int) (counted >>> Integer.SIZE);
        int failures = (int) counted;
        if (calls >= policy.minimumCalls() && failures >= policy.failureShare() * calls) {
            return tryEject(in, now, failures + " of " + calls + " calls failed, the last: " + shortened(error));
        }
        return null;
    }

    private static String shortened(CallException error) {
        String text = error.toString();
        return text.length() <= LONGEST_REASON ? text : text.substring(0, LONGEST_REASON) + "...";
    }

    private OutlierPhase.@Nullable Out tryEject(OutlierPhase.In in, long now, String reason) {
        if (!slots.tryTake()) {
            return null; // the next failure tries again
        }
        long good = Math.max(0, now - in.since) / policy.interval().toNanos();
        int times = (int) Math.max(0, in.times - good) + 1;
        Duration time = policy.baseTime().multipliedBy(times);
        if (time.compareTo(policy.maxTime()) >= 0) {
            time = policy.maxTime();
            // What goes beyond the longest would only take longer to be forgiven.
            times = (int)
                    Math.ceilDiv(policy.maxTime().toNanos(), policy.baseTime().toNanos());
        }
        OutlierPhase.Out out = new OutlierPhase.Out(times, now, time.toNanos(), reason);
        if (phase.compareAndSet(in, out)) {
            return out;
        }
        slots.giveBack();
        return null;
    }

    /** Ends {@code out}, unless the endpoint is gone. */
    boolean tryReturn(OutlierPhase.Out out, long now) {
        boolean changed = phase.compareAndSet(out, new OutlierPhase.In(out.times, now));
        if (changed) {
            slots.giveBack();
        }
        return changed;
    }

    /** The endpoint is gone, and is never ejected again. */
    void remove(long now) {
        if (phase.getAndSet(new OutlierPhase.Gone(now)) instanceof OutlierPhase.Out) {
            slots.giveBack();
        }
    }
}
