package dev.parley.discovery;

import dev.parley.Call;
import dev.parley.Outcome;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One attempt at a call: what its balancer is asked with, the place that it takes at an endpoint, what hears of its end, and, with
 * those before it, the list of endpoints that the call has tried. One object, because each attempt needs one.
 */
final class Attempt implements PickRequest, Picked, Consumer<Outcome> {

    private static final AtomicIntegerFieldUpdater<Attempt> ENDED =
            AtomicIntegerFieldUpdater.newUpdater(Attempt.class, "ended");

    private final Roster roster;
    private final Call call;
    private final long begun;
    private final @Nullable Attempt previous;
    private @Nullable Endpoint other;
    // Set once, before others see the attempt.
    private @Nullable Endpoint endpoint;
    private @Nullable OutlierPhase phase;

    @SuppressWarnings("unused") // by its updater
    private volatile int ended;

    Attempt(Roster roster, Call call, long begun, @Nullable Attempt previous) {
        this.roster = roster;
        this.call = call;
        this.begun = begun;
        this.previous = previous;
    }

    /** It goes to {@code picked}, which counts it from now on. */
    void begins(Endpoint picked) {
        endpoint = picked;
        phase = picked.outlier.phase();
    }

    @Override
    public Call call() {
        return call;
    }

    @Override
    public int attempt() {
        int number = 1;
        for (Attempt each = previous; each != null; each = each.previous) {
            number++;
        }
        return number;
    }

    @Override
    public boolean avoids(Endpoint candidate) {
        return candidate.isFull() || hasTried(candidate);
    }

    @SuppressWarnings("ReferenceEquality") // that very endpoint
    boolean hasTried(Endpoint candidate) {
        for (Attempt each = previous; each != null; each = each.previous) {
            if (each.endpoint == candidate) {
                return true;
            }
        }
        return false;
    }

    @Override
    public long nanoTime() {
        return begun;
    }

    @Override
    public int inFlight() {
        return roster.inFlight();
    }

    @Override
    public void passedOver(Endpoint better) {
        other = better;
    }

    @Override
    public @Nullable Endpoint passedOver() {
        return other;
    }

    OutlierPhase phase() {
        return Objects.requireNonNull(phase);
    }

    @Override
    public Endpoint endpoint() {
        return Objects.requireNonNull(endpoint);
    }

    @Override
    public void end(Outcome outcome) {
        if (ENDED.compareAndSet(this, 0, 1)) {
            roster.ended(this, outcome);
        }
    }

    @Override
    public void accept(Outcome outcome) {
        end(outcome);
    }
}
