package dev.parley.messaging.kafka;

import dev.parley.messaging.spi.Received;
import dev.parley.messaging.spi.Settlement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.jspecify.annotations.Nullable;

/**
 * Where the lanes of a share group's consumer and those that receive and settle meet. No more than the prefetch is with all lanes together,
 * what a lane may yet get included. Its lock is held for a few instructions, never while Kafka's client runs.
 */
final class ShareInHand {

    /** How many lanes there are at most. */
    static final int MAX_LANES = 16;

    private static final Duration VERIFY = Duration.ofSeconds(30);

    /** What a lane does next. */
    enum Task {
        POLL,
        ACKNOWLEDGE,
        RENEW,
        NOTHING,
        END
    }

    private final int prefetch;
    private final long leaseNanos;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Condition changed = lock.newCondition();

    private final Set<ShareLane> lanes = new HashSet<>();
    private final ArrayDeque<ShareHeld> ready = new ArrayDeque<>();
    private int reserved; // what lanes have and has no end yet, or may get
    private int demand;
    private long arrivals;
    private boolean ended;
    private @Nullable Exception failure;

    ShareInHand(int prefetch, Duration lease) {
        this.prefetch = prefetch;
        this.leaseNanos = lease.toNanos();
    }

    // --- lanes

    /** Waits until a lane has something to do, or that time is over. */
    Task next(ShareLane lane, Duration atMost) {
        lock.lock();
        try {
            long until = System.nanoTime() + atMost.toNanos();
            while (!ended) {
                long now = System.nanoTime();
                expire(lane, now);
                if (lane.held.values().stream().anyMatch(held -> !held.isHeld())) {
                    return Task.ACKNOWLEDGE;
                }
                if (lane.held.isEmpty() && (lane.polling || reserve(lane))) {
                    return Task.POLL;
                }
                if (!lane.held.isEmpty() && now - lane.renewAt >= 0) {
                    return Task.RENEW;
                }
                long wait = Math.min(until - now, untilDue(lane, now));
                if (until - now <= 0) {
                    return Task.NOTHING;
                }
                var _ = changed.awaitNanos(wait);
            }
            return Task.END;
        } catch (InterruptedException e) {
            ended = true; // nobody interrupts it but who wants its end
            return Task.END;
        } finally {
            lock.unlock();
        }
    }

    /** What its receiver has not settled within its lease goes back; the broker counts that delivery. */
    private static void expire(ShareLane lane, long now) {
        for (ShareHeld held : lane.held.values()) {
            if (held.state == ShareHeld.State.TAKEN && now - held.leasedUntil >= 0) {
                held.state = ShareHeld.State.LOST;
                held.decision = AcknowledgeType.RELEASE;
            }
        }
    }

    private boolean reserve(ShareLane lane) {
        if (demand == 0 || reserved + lane.size > prefetch) {
            return false;
        }
        lane.polling = true;
        reserved += lane.size - lane.reserved;
        lane.reserved = lane.size;
        return true;
    }

    private static long untilDue(ShareLane lane, long now) {
        long nanos = lane.held.isEmpty() ? Long.MAX_VALUE : lane.renewAt - now;
        for (ShareHeld held : lane.held.values()) {
            if (held.state == ShareHeld.State.TAKEN) {
                nanos = Math.min(nanos, held.leasedUntil - now);
            }
        }
        return Math.max(1, nanos);
    }

    /** Records came to a lane; of some nothing is to be done any more but to tell the broker so. */
    void arrived(ShareLane lane, List<ShareHeld> records) {
        lock.lock();
        try {
            lane.polling = false;
            for (ShareHeld held : records) {
                lane.held.put(Place.of(held.record), held);
                if (held.state == ShareHeld.State.READY) {
                    ready.add(held);
                }
            }
            reserved += lane.held.size() - lane.reserved;
            lane.reserved = lane.held.size();
            wakeReceivers();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * What a lane is to say to the broker.
     *
     * @param renewing whether all else is to be renewed
     */
    Map<ShareHeld, AcknowledgeType> decisions(ShareLane lane, boolean renewing) {
        lock.lock();
        try {
            Map<ShareHeld, AcknowledgeType> decisions = new LinkedHashMap<>();
            for (ShareHeld held : lane.held.values()) {
                if (!held.isHeld()) {
                    decisions.put(held, held.decision);
                } else if (renewing) {
                    decisions.put(held, AcknowledgeType.RENEW);
                }
            }
            return decisions;
        } finally {
            lock.unlock();
        }
    }

    /** What the broker has answered. */
    void acknowledged(ShareLane lane, Map<ShareHeld, AcknowledgeType> decisions, Predicate<ShareHeld> accepted) {
        lock.lock();
        try {
            decisions.forEach((held, type) -> {
                if (!accepted.test(held)) {
                    lose(held);
                } else if (type != AcknowledgeType.RENEW && held.state == ShareHeld.State.DECIDED) {
                    held.state = ShareHeld.State.DONE;
                }
                if (type != AcknowledgeType.RENEW || held.state == ShareHeld.State.LOST) {
                    forget(lane, held, type);
                }
            });
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void forget(ShareLane lane, ShareHeld held, AcknowledgeType said) {
        // One that was lost while it was being renewed is yet to be released.
        boolean releasing = said == AcknowledgeType.RENEW && held.decision == AcknowledgeType.RELEASE;
        if (!releasing && lane.held.remove(Place.of(held.record), held)) {
            reserved--;
            lane.reserved--;
        }
    }

    private void lose(ShareHeld held) {
        if (held.state == ShareHeld.State.READY) {
            ready.remove(held);
        }
        held.state = ShareHeld.State.LOST;
        held.decision = AcknowledgeType.ACCEPT; // nothing is left to be released
    }

    /** The broker did not give these back to the client after their renewal. */
    void lost(ShareLane lane, Collection<Place> places) {
        lock.lock();
        try {
            for (Place place : places) {
                ShareHeld held = lane.held.get(place);
                if (held != null) {
                    lose(held);
                    forget(lane, held, AcknowledgeType.ACCEPT);
                }
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** From when on the locks of a lane's records are its own, and how long they last. */
    void locked(ShareLane lane, long since, long nanos) {
        lock.lock();
        try {
            lane.lockedAt = since;
            lane.lockNanos = nanos;
            lane.renewAt = since + nanos / 3;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** All that a lane has and nobody has settled: it is stale from now on. */
    List<ShareHeld> left(ShareLane lane) {
        lock.lock();
        try {
            List<ShareHeld> left =
                    lane.held.values().stream().filter(ShareHeld::isHeld).toList();
            left.forEach(held -> {
                lose(held);
                held.decision = AcknowledgeType.RELEASE;
            });
            return left;
        } finally {
            lock.unlock();
        }
    }

    /** Of these the topic of retries has a copy. */
    void copied(List<ShareHeld> copies) {
        lock.lock();
        try {
            copies.forEach(held -> held.decision = AcknowledgeType.ACCEPT);
        } finally {
            lock.unlock();
        }
    }

    /** A lane begins, with leave to poll: it was made because messages are waited for. */
    void joined(ShareLane lane) {
        lock.lock();
        try {
            lanes.add(lane);
            lane.polling = true;
            lane.reserved = lane.size;
            reserved += lane.size;
        } finally {
            lock.unlock();
        }
    }

    boolean hasNoLane() {
        lock.lock();
        try {
            return lanes.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Whether there are others than this lane. */
    boolean hasOthers() {
        lock.lock();
        try {
            return lanes.size() > 1;
        } finally {
            lock.unlock();
        }
    }

    /** A lane has ended, with all that it had. */
    void gone(ShareLane lane) {
        lock.lock();
        try {
            lane.held.values().forEach(this::lose);
            lane.held.clear();
            reserved -= lane.reserved;
            lane.reserved = 0;
            lane.polling = false;
            lanes.remove(lane);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void fail(Exception why) {
        lock.lock();
        try {
            if (failure == null) {
                failure = why;
            }
            var _ = end(); // those that poll are woken when all is closed
        } finally {
            lock.unlock();
        }
    }

    /** Ends all; the lanes that poll are to be woken. */
    List<ShareLane> end() {
        lock.lock();
        try {
            ended = true;
            wakeReceivers();
            changed.signalAll();
            return lanes.stream().filter(lane -> lane.polling).toList();
        } finally {
            lock.unlock();
        }
    }

    boolean hasFailed() {
        lock.lock();
        try {
            return failure != null;
        } finally {
            lock.unlock();
        }
    }

    boolean isEnded() {
        lock.lock();
        try {
            return ended;
        } finally {
            lock.unlock();
        }
    }

    // --- those that receive and settle

    /** Counts those that wait for messages: while there is none, no lane begins to ask for any. */
    void demand(int change) {
        lock.lock();
        try {
            demand += change;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Something came, here or elsewhere. */
    void wake() {
        lock.lock();
        try {
            wakeReceivers();
        } finally {
            lock.unlock();
        }
    }

    private void wakeReceivers() {
        arrivals++;
        arrived.signalAll();
    }

    /** A number that is another once something came. */
    long arrivals() {
        lock.lock();
        try {
            return arrivals;
        } finally {
            lock.unlock();
        }
    }

    /** Takes what is there. */
    List<Received> take(int max) throws Exception {
        List<ShareHeld> taken = new ArrayList<>();
        lock.lock();
        try {
            throwFailure();
            while (taken.size() < max && !ready.isEmpty()) {
                ShareHeld held = ready.remove();
                held.state = ShareHeld.State.TAKEN;
                held.leasedUntil = System.nanoTime() + leaseNanos;
                taken.add(held);
            }
        } finally {
            lock.unlock();
        }
        return taken.stream()
                .map(held -> Records.received(held.record, held.origin, held))
                .toList();
    }

    /** Waits until something has come behind {@link #arrivals}; whether it has. */
    boolean awaitArrival(long seen, long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = nanos;
            while (arrivals == seen && !ended && left > 0) {
                left = arrived.awaitNanos(left);
            }
            return arrivals != seen || ended;
        } finally {
            lock.unlock();
        }
    }

    /** The sizes of the lanes that are missing where none can ask for more, because each has something that is being handled. */
    List<Integer> missingLanes() {
        lock.lock();
        try {
            int room = prefetch - reserved;
            if (ended || room <= 0 || lanes.stream().anyMatch(lane -> isFreeSoon(lane, room))) {
                return List.of();
            }
            int count = Math.min(Math.max(1, lanes.size()), Math.min(MAX_LANES - lanes.size(), room));
            // A batch costs three questions to the broker: the first lane, which most make do with, has large ones.
            int most = lanes.isEmpty() ? (prefetch + 1) / 2 : (prefetch + 3) / 4;
            List<Integer> sizes = new ArrayList<>();
            for (int n = 0; n < count; n++) {
                sizes.add(Math.max(1, Math.min(most, room / count)));
            }
            return sizes;
        } finally {
            lock.unlock();
        }
    }

    private static boolean isFreeSoon(ShareLane lane, int room) {
        return lane.polling
                || (lane.held.isEmpty()
                        ? lane.size <= room
                        : lane.held.values().stream().noneMatch(held -> held.state == ShareHeld.State.TAKEN));
    }

    /** Whether a delivery is this consumer's, which the broker is asked if it may have given it to another. */
    boolean isCurrent(ShareHeld held) throws Exception {
        lock.lockInterruptibly();
        try {
            long nanos = VERIFY.toNanos();
            while (held.state == ShareHeld.State.TAKEN && !ended && nanos > 0) {
                ShareLane lane = held.lane;
                long now = System.nanoTime();
                if (now - lane.lockedAt < lane.lockNanos / 2) {
                    return true;
                }
                lane.renewAt = now;
                changed.signalAll();
                nanos = changed.awaitNanos(nanos);
            }
            throwFailure();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Notes what became of deliveries, what is to be written elsewhere being written, and waits until the broker knows.
     *
     * @return those that are not this consumer's any more
     */
    List<Received> settle(List<Settlement> settlements) throws Exception {
        lock.lockInterruptibly();
        try {
            throwFailure();
            List<ShareHeld> decided = new ArrayList<>();
            for (Settlement settlement : settlements.reversed()) { // releases go to the front, the first of them last
                ShareHeld held = (ShareHeld) settlement.received().receipt();
                if (held.state == ShareHeld.State.TAKEN) {
                    if (settlement instanceof Settlement.Release) {
                        held.state = ShareHeld.State.READY;
                        ready.addFirst(held);
                        wakeReceivers();
                    } else {
                        held.state = ShareHeld.State.DECIDED;
                        decided.add(held);
                    }
                }
            }
            changed.signalAll();
            while (decided.stream().anyMatch(held -> held.state == ShareHeld.State.DECIDED)) { // until its lane is gone
                changed.await();
            }
            throwFailure();
            return settlements.stream()
                    .map(Settlement::received)
                    .filter(received -> isLost((ShareHeld) received.receipt()))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    private static boolean isLost(ShareHeld held) {
        return held.state == ShareHeld.State.LOST;
    }

    /** Takes the leases anew. */
    void extend(Collection<ShareHeld> extended) {
        lock.lock();
        try {
            long until = System.nanoTime() + leaseNanos;
            for (ShareHeld held : extended) {
                if (held.state == ShareHeld.State.TAKEN) {
                    held.leasedUntil = until;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** How many were received and are not settled. */
    int taken() {
        lock.lock();
        try {
            return (int) lanes.stream()
                    .flatMap(lane -> lane.held.values().stream())
                    .filter(held -> held.state == ShareHeld.State.TAKEN)
                    .count();
        } finally {
            lock.unlock();
        }
    }

    private void throwFailure() throws Exception {
        if (failure != null) {
            throw failure;
        }
    }
}
