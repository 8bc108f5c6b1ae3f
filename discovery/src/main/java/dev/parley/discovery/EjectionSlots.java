package dev.parley.discovery;

import java.util.concurrent.atomic.AtomicInteger;

/** How many of a service's endpoints may be ejected at a time. Lock-free. */
final class EjectionSlots {

    private final double share;
    private final AtomicInteger taken = new AtomicInteger();
    private volatile int most;

    /** None, until {@link #endpoints} has said of how many. */
    EjectionSlots(double share) {
        this.share = share;
    }

    /** The service has so many endpoints; fewer than before give no slot up, they only get no further one. */
    void endpoints(int number) {
        int allowed = share == 0 ? 0 : Math.max(1, (int) (number * share));
        most = Math.max(0, Math.min(allowed, number - 1)); // to eject the last would help nobody
    }

    boolean tryTake() {
        int seen = taken.get();
        while (seen < most) {
            if (taken.compareAndSet(seen, seen + 1)) {
                return true;
            }
            seen = taken.get();
        }
        return false;
    }

    void giveBack() {
        taken.decrementAndGet();
    }

    int taken() {
        return taken.get();
    }
}
