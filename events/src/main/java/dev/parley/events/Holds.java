package dev.parley.events;

import dev.parley.events.OutboxEntry.Lane;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Keys and topics whose publication failed, until they are to be tried again. What is held is skipped by a pass over the table; only
 * {@link #release}, after which a new pass begins at the table's start, lets it go: a later message never overtakes one that was skipped.
 * Confined to the relay's thread but for {@link #size}.
 */
final class Holds {

    /** More than this and the relay stops altogether: something is wrong with the broker rather than with a key. */
    private static final int MOST = 1000;

    private final Duration min;
    private final Duration max;
    private final Map<Lane, Hold> holds = new HashMap<>();
    private volatile int held;

    Holds(Duration min, Duration max) {
        this.min = min;
        this.max = max;
    }

    private record Hold(int failures, long until, boolean released) {}

    /** How many are held; from any thread. */
    int size() {
        return held;
    }

    boolean isFull() {
        return held >= MOST;
    }

    boolean isHeld(OutboxEntry entry) {
        return isHeld(Lane.topic(entry.topic())) || isHeld(entry.lane());
    }

    private boolean isHeld(Lane lane) {
        Hold hold = holds.get(lane);
        return hold != null && !hold.released;
    }

    /** Holds for a time that doubles with each failure in a row. */
    void hold(Lane lane) {
        Hold before = holds.get(lane);
        int failures = before == null ? 1 : before.failures + 1;
        holds.put(
                lane,
                new Hold(
                        failures,
                        System.nanoTime() + backoff(min, max, failures).toNanos(),
                        false));
        count();
    }

    /** Forgets the failures of what was sent. */
    void sent(Lane lane) {
        if (holds.isEmpty()) {
            return;
        }
        holds.remove(lane);
        holds.remove(Lane.topic(lane.topic()));
        count();
    }

    /** Lets go of those whose time has come; true if there are some. */
    boolean release(long now) {
        boolean any = false;
        for (Map.Entry<Lane, Hold> each : holds.entrySet()) {
            Hold hold = each.getValue();
            if (!hold.released && now - hold.until >= 0) {
                each.setValue(new Hold(hold.failures, hold.until, true));
                any = true;
            }
        }
        if (any) {
            count();
        }
        return any;
    }

    /** How long until the next is to be released, {@code most} at most. */
    Duration nextRelease(long now, Duration most) {
        long wait = most.toNanos();
        for (Hold hold : holds.values()) {
            if (!hold.released) {
                wait = Math.min(wait, hold.until - now);
            }
        }
        return Duration.ofNanos(Math.max(0, wait));
    }

    void clear() {
        holds.clear();
        count();
    }

    private void count() {
        // Those that were let go and never came up again are gone from the table: redriven or sent by another relay.
        if (holds.size() > 2 * MOST) {
            holds.values().removeIf(Hold::released);
        }
        held = (int) holds.values().stream().filter(hold -> !hold.released).count();
    }

    /** The wait after so many failures in a row: doubled each time, half of it jitter. */
    static Duration backoff(Duration min, Duration max, int failures) {
        long most = Math.min(max.toNanos(), min.toNanos() << Math.min(failures - 1, 20));
        if (most <= 0) {
            most = max.toNanos();
        }
        return Duration.ofNanos(most / 2 + ThreadLocalRandom.current().nextLong(most / 2 + 1));
    }
}
