package dev.parley.messaging.internal.memory;

import dev.parley.messaging.QueueName;
import dev.parley.messaging.Topic;
import dev.parley.messaging.spi.ConsumerSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The queue of a group. Guarded by the store's lock.
 *
 * <p>What can be given out is in lanes, each listed under the sequence of its first message: in {@link #free} if anybody may have it, with its
 * owner if a consumer has earlier messages of its key. So the next message for a consumer is the smaller of two firsts, however many keys are
 * blocked.
 */
final class MemoryGroup {

    /** What a queue that nobody has to acknowledge keeps for a listener that is slow. */
    static final int MOST_UNHEARD = 10_000;

    final QueueName name;
    final Topic<byte[]> pattern;
    final ConsumerSpec.Kind kind;
    boolean ordered;
    boolean deleted;
    long redelivered;
    int inFlight;
    final TreeMap<Long, MemoryItem> unsettled = new TreeMap<>();
    final PriorityQueue<MemoryItem> delayed = new PriorityQueue<>(
            (a, b) -> a.due != b.due ? Long.signum(a.due - b.due) : Long.compare(a.sequence(), b.sequence()));
    final Map<String, MemoryItem> letters = new LinkedHashMap<>();
    final List<MemoryConsumer> consumers = new ArrayList<>();
    private TreeMap<Long, MemoryLane> free = new TreeMap<>();
    private final Map<String, MemoryLane> keys = new HashMap<>();

    MemoryGroup(ConsumerSpec spec) {
        this.name = spec.queue();
        this.pattern = Topic.bytes(spec.queue().topic());
        this.kind = spec.kind();
        this.ordered = spec.ordered() && !keepsNothing();
    }

    boolean keepsNothing() {
        return kind == ConsumerSpec.Kind.AT_MOST_ONCE;
    }

    /** Only while no consumer has anything. */
    void order(boolean byKey) {
        if (ordered != byKey && !keepsNothing()) {
            ordered = byKey;
            TreeMap<Long, MemoryLane> before = free;
            free = new TreeMap<>();
            keys.clear();
            before.values().forEach(lane -> lane.items.values().forEach(this::list));
        }
    }

    /** A message that is new here, or redriven. */
    void add(MemoryItem item, long now) {
        unsettled.put(item.sequence(), item);
        if (item.entry.scheduled() && item.entry.due() - now > 0) {
            delay(item, item.entry.due());
        } else {
            offer(item);
        }
    }

    void delay(MemoryItem item, long due) {
        item.due = due;
        delayed.add(item);
        wakeOne(); // whoever waits may have to wait less
    }

    /** It can be given out. */
    void offer(MemoryItem item) {
        MemoryConsumer owner = list(item).owner;
        if (owner == null) {
            wakeOne();
        } else {
            owner.wake();
        }
    }

    private MemoryLane list(MemoryItem item) {
        String key = ordered ? item.entry.message().metadata().key().orElse(null) : null;
        MemoryLane lane = key == null ? new MemoryLane(null) : keys.computeIfAbsent(key, MemoryLane::new);
        unlist(lane);
        lane.items.put(item.sequence(), item);
        list(lane);
        return lane;
    }

    private Map<Long, MemoryLane> listOf(MemoryLane lane) {
        MemoryConsumer owner = lane.owner;
        return owner == null ? free : owner.own;
    }

    private void list(MemoryLane lane) {
        if (!lane.items.isEmpty()) {
            listOf(lane).put(lane.items.firstKey(), lane);
        }
    }

    private void unlist(MemoryLane lane) {
        if (!lane.items.isEmpty()) {
            listOf(lane).remove(lane.items.firstKey());
        }
    }

    /** Takes back what nobody holds. */
    void withdraw(MemoryItem item) {
        if (!delayed.remove(item)) {
            free.remove(item.sequence());
        }
    }

    /** Whether something is there that any consumer may have. */
    boolean hasFree() {
        return !free.isEmpty();
    }

    /** The next message for a consumer; null if there is none. */
    @Nullable
    MemoryHold take(MemoryConsumer consumer, long until) {
        Map.Entry<Long, MemoryLane> first = free.firstEntry();
        Map.Entry<Long, MemoryLane> own = consumer.own.firstEntry();
        if (first == null || (own != null && own.getKey() < first.getKey())) {
            first = own;
        }
        if (first == null) {
            return null;
        }
        MemoryLane lane = first.getValue();
        unlist(lane);
        MemoryItem item = lane.items.pollFirstEntry().getValue();
        lane.owner = consumer;
        lane.held++;
        list(lane);
        MemoryHold hold = new MemoryHold(item, consumer, lane, until);
        item.hold = hold;
        item.deliveries++;
        inFlight++;
        if (item.deliveries > 1) {
            redelivered++;
        }
        consumer.holds.add(hold);
        return hold;
    }

    /** A consumer has a message no longer; what becomes of it is the caller's business. */
    void release(MemoryHold hold) {
        hold.item.hold = null;
        hold.consumer.holds.remove(hold);
        inFlight--;
        MemoryLane lane = hold.lane;
        lane.held--;
        if (lane.held == 0) {
            unlist(lane);
            lane.owner = null;
            list(lane);
            if (!lane.items.isEmpty()) {
                wakeOne();
            } else if (lane.key != null) {
                keys.remove(lane.key);
            }
        }
    }

    /** Makes available whose time has come, and what consumers have held for too long. */
    void catchUp(long now) {
        for (MemoryItem item = delayed.peek(); item != null && item.due - now <= 0; item = delayed.peek()) {
            delayed.remove();
            offer(item);
        }
        for (MemoryConsumer consumer : consumers) {
            while (!consumer.holds.isEmpty() && consumer.holds.getFirst().until - now <= 0) {
                MemoryHold lost = consumer.holds.getFirst();
                release(lost);
                offer(lost.item);
            }
        }
    }

    /** How long until {@link #catchUp} has something to do, {@code most} if that is not earlier. */
    long untilNext(long now, long most) {
        long next = most;
        MemoryItem item = delayed.peek();
        if (item != null) {
            next = Math.min(next, item.due - now);
        }
        for (MemoryConsumer consumer : consumers) {
            if (!consumer.holds.isEmpty()) {
                next = Math.min(next, consumer.holds.getFirst().until - now);
            }
        }
        return next;
    }

    /** Wakes a consumer that waits, another one each time until it has looked. */
    void wakeOne() {
        for (MemoryConsumer consumer : consumers) {
            if (consumer.wake()) {
                return;
            }
        }
    }
}
