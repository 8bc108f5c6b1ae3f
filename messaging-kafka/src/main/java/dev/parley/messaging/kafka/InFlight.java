package dev.parley.messaging.kafka;

import dev.parley.messaging.spi.ConsumerSpec;
import dev.parley.messaging.spi.Received;
import dev.parley.messaging.spi.Settlement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Where the thread that polls and those that receive and settle meet: what was fetched and is not settled, in bounded numbers. Its lock is
 * held for a few instructions, never while Kafka's client runs.
 */
final class InFlight {

    /** Records of a partition that are kept in mind from its frontier on, at least; then it is paused until the frontier moves. */
    static final int SPAN = 4096;

    /** Records of a tier that wait for their time and are looked through for the one that is due first. */
    static final int LOOK_AHEAD = 1000;

    private static final long LOOK_AHEAD_BYTES = 8L << 20;
    private static final long READY_BYTES = 8L << 20;
    private static final int READY = 500;
    private static final long SLICE = Duration.ofMillis(200).toNanos();

    private final boolean durable;
    private final boolean atMostOnce;
    private final int readyLimit;
    private final int span;
    private final long sessionNanos;
    private final InstantSource clock;
    private final Runnable onReady;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Condition settled = lock.newCondition();

    private final ArrayDeque<Held> ready = new ArrayDeque<>();
    private final PriorityQueue<Held> waiting = new PriorityQueue<>(
            Comparator.comparing((Held held) -> held.origin().due()));
    private final Map<TopicPartition, PartitionProgress> partitions = new HashMap<>();
    private long readyBytes;
    private int taken;
    private long turnedAt = System.nanoTime();
    private boolean ended;
    private @Nullable Exception failure;

    /**
     * What a consumer has in hand: nothing, at first.
     *
     * @param onReady runs with the lock held whenever there may be something to be received
     */
    InFlight(ConsumerSpec spec, Duration session, InstantSource clock, Runnable onReady) {
        durable = spec.kind() == ConsumerSpec.Kind.DURABLE;
        atMostOnce = spec.kind() == ConsumerSpec.Kind.AT_MOST_ONCE;
        readyLimit = Math.max(READY, spec.prefetch());
        span = Math.max(SPAN, 2 * spec.prefetch());
        sessionNanos = session.toNanos();
        this.clock = clock;
        this.onReady = onReady;
    }

    // --- the thread that polls

    /** Whether the thread has not run for so long that its session may have ended. */
    boolean isInDoubt() {
        lock.lock();
        try {
            return inDoubt();
        } finally {
            lock.unlock();
        }
    }

    /** It runs, and still has its partitions. */
    void turned() {
        lock.lock();
        try {
            turnedAt = System.nanoTime();
            settled.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** A partition came. */
    void begin(TopicPartition partition, @Nullable OffsetAndMetadata committed) {
        lock.lock();
        try {
            PartitionProgress progress = new PartitionProgress(partition);
            if (committed != null) {
                progress.begin(committed);
            }
            partitions.put(partition, progress);
        } finally {
            lock.unlock();
        }
    }

    /** Records came. */
    void arrived(ConsumerRecords<byte[], byte[]> records) {
        lock.lock();
        try {
            Instant now = clock.instant();
            for (ConsumerRecord<byte[], byte[]> record : records) {
                PartitionProgress progress = partitions.get(new TopicPartition(record.topic(), record.partition()));
                Optional<Held> held = progress == null ? Optional.empty() : progress.fetched(record);
                if (held.isPresent()) {
                    enqueue(held.get(), now);
                }
            }
            records.nextOffsets().forEach((partition, next) -> {
                PartitionProgress progress = partitions.get(partition);
                if (progress != null) {
                    progress.position(next.offset());
                }
            });
            promote(now);
        } finally {
            lock.unlock();
        }
    }

    /** Whether a partition has as much here as it may. */
    boolean isFull(TopicPartition partition) {
        lock.lock();
        try {
            PartitionProgress progress = partitions.get(partition);
            return isFull()
                    || (progress != null
                            && (progress.span() >= span
                                    || progress.waiting() >= LOOK_AHEAD
                                    || progress.waitingBytes() >= LOOK_AHEAD_BYTES));
        } finally {
            lock.unlock();
        }
    }

    /** Waits until there may be room, or the end. */
    void awaitRoom(Duration atMost) {
        lock.lock();
        try {
            long nanos = atMost.toNanos();
            while (isFull() && !ended && nanos > 0) {
                nanos = settled.awaitNanos(nanos);
            }
        } catch (InterruptedException e) {
            ended = true; // nobody interrupts it but who wants its end
        } finally {
            lock.unlock();
        }
    }

    /** What is to be committed. */
    Map<TopicPartition, OffsetAndMetadata> toCommit(Collection<TopicPartition> of) {
        lock.lock();
        try {
            Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
            for (TopicPartition partition : of) {
                PartitionProgress progress = partitions.get(partition);
                if (durable && progress != null) {
                    progress.toCommit().ifPresent(offset -> offsets.put(partition, offset));
                }
            }
            return offsets;
        } finally {
            lock.unlock();
        }
    }

    /** Where the frontiers are, committed or not. */
    Map<TopicPartition, OffsetAndMetadata> frontiers() {
        lock.lock();
        try {
            Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
            partitions.forEach(
                    (partition, progress) -> progress.frontier().ifPresent(offset -> offsets.put(partition, offset)));
            return offsets;
        } finally {
            lock.unlock();
        }
    }

    void committed(Map<TopicPartition, OffsetAndMetadata> offsets) {
        lock.lock();
        try {
            offsets.forEach((partition, offset) -> {
                PartitionProgress progress = partitions.get(partition);
                if (progress != null) {
                    progress.committed(offset);
                }
            });
        } finally {
            lock.unlock();
        }
    }

    /** Gives nothing of these partitions out any more, and waits a little for what was given out. */
    void withhold(Collection<TopicPartition> of, Duration atMost) {
        lock.lock();
        try {
            for (Held held : List.copyOf(ready)) {
                if (of.contains(held.partition.partition)) {
                    ready.remove(held);
                    readyBytes -= held.bytes();
                }
            }
            waiting.removeIf(held -> of.contains(held.partition.partition));
            of.forEach(
                    partition -> Optional.ofNullable(partitions.get(partition)).ifPresent(PartitionProgress::withhold));
            long nanos = atMost.toNanos();
            while (nanos > 0 && !ended && !inDoubt() && of.stream().anyMatch(this::isTaken)) {
                turnedAt = System.nanoTime(); // it waits here, and is not frozen
                nanos -= SLICE - settled.awaitNanos(SLICE);
            }
        } catch (InterruptedException e) {
            ended = true;
        } finally {
            lock.unlock();
        }
    }

    /** Partitions are another consumer's; what was given out of them is stale. */
    void lose(Collection<TopicPartition> of) {
        withhold(of, Duration.ZERO);
        lock.lock();
        try {
            for (TopicPartition partition : of) {
                PartitionProgress progress = partitions.remove(partition);
                if (progress != null) {
                    taken -= (int) progress.entries().stream()
                            .filter(held -> held.state == Held.State.TAKEN)
                            .count();
                    progress.lose();
                }
            }
            settled.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Nothing comes any more. */
    void fail(Exception why) {
        lock.lock();
        try {
            if (failure == null) {
                failure = why;
            }
            end();
        } finally {
            lock.unlock();
        }
    }

    /** Who waits here does no more. */
    void end() {
        lock.lock();
        try {
            ended = true;
            onReady.run();
            arrived.signalAll();
            settled.signalAll();
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

    /** Takes what is there, waiting for it. */
    List<Received> receive(int max, Duration wait) throws Exception {
        List<Taken> list = new ArrayList<>();
        lock.lockInterruptibly();
        try {
            long deadline = System.nanoTime() + Math.min(wait.toMillis(), 3_600_000) * 1_000_000;
            while (list.isEmpty()) {
                throwFailure();
                promote(clock.instant());
                while (list.size() < max && !ready.isEmpty()) {
                    list.add(take(ready.remove()));
                }
                long nanos = Math.min(deadline - System.nanoTime(), untilDue());
                if (!list.isEmpty() || deadline - System.nanoTime() <= 0 || ended) {
                    break;
                }
                var _ = arrived.await(Math.max(nanos, 100_000), TimeUnit.NANOSECONDS);
            }
        } finally {
            lock.unlock();
        }
        return list.stream()
                .map(each -> Records.received(each.record(), each.origin(), each.held()))
                .toList();
    }

    private record Taken(Held held, ConsumerRecord<byte[], byte[]> record, Origin origin) {}

    private Taken take(Held held) {
        Taken result = new Taken(held, held.record(), held.origin());
        readyBytes -= held.bytes();
        if (atMostOnce) {
            held.partition.done(held);
        } else {
            held.state = Held.State.TAKEN;
            taken++;
        }
        settled.signalAll(); // there is room
        return result;
    }

    /**
     * After a long freeze (SIGSTOP, a virtual machine that was moved): waits until the thread that polls has run too, and asked whether the
     * partitions are still ours; nobody can know before.
     */
    void awaitTurn() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long nanos = sessionNanos;
            while (inDoubt() && !ended && nanos > 0) {
                nanos = settled.awaitNanos(nanos);
            }
        } finally {
            lock.unlock();
        }
    }

    /** What of a delivery is needed to write it elsewhere; empty if it is not this consumer's any more, or settled. */
    Optional<ConsumerRecord<byte[], byte[]>> current(Held held) {
        lock.lock();
        try {
            return held.partition.isLost() || held.state != Held.State.TAKEN
                    ? Optional.empty()
                    : Optional.of(held.record());
        } finally {
            lock.unlock();
        }
    }

    /**
     * Notes what became of deliveries; what is to be written elsewhere was.
     *
     * @return those that are not this consumer's any more
     */
    List<Received> settle(List<Settlement> settlements) throws Exception {
        List<Received> stale = new ArrayList<>();
        lock.lock();
        try {
            throwFailure();
            Instant now = clock.instant();
            for (Settlement settlement : settlements.reversed()) { // releases go to the front, the first of them last
                Held held = (Held) settlement.received().receipt();
                if (held.partition.isLost()) {
                    stale.addFirst(settlement.received());
                } else if (held.state == Held.State.TAKEN) {
                    taken--;
                    settle(settlement, held, now);
                }
            }
            settled.signalAll();
            return stale;
        } finally {
            lock.unlock();
        }
    }

    private void settle(Settlement settlement, Held held, Instant now) {
        switch (settlement) {
            case Settlement.Ack ack -> held.partition.done(held);
            case Settlement.DeadLettered letter -> held.partition.done(held);
            case Settlement.Retry retry -> {
                if (durable) {
                    held.partition.done(held); // it is in the topic of retries
                } else {
                    held.origin(held.origin()
                            .again(
                                    held.origin().attempt() + 1,
                                    Optional.of(retry.failure().first()),
                                    now.plus(retry.after())));
                    enqueue(held, now);
                }
            }
            case Settlement.Release release -> {
                held.state = Held.State.READY;
                if (!held.partition.isWithheld()) {
                    ready.addFirst(held);
                    readyBytes += held.bytes();
                    onReady.run();
                    arrived.signal();
                }
            }
        }
    }

    /** How many were received and are not settled. */
    int taken() {
        lock.lock();
        try {
            return taken;
        } finally {
            lock.unlock();
        }
    }

    // --- with the lock held

    private void enqueue(Held held, Instant now) {
        if (held.partition.isWithheld()) {
            held.state = Held.State.READY;
        } else if (held.origin().due().isAfter(now)) {
            held.state = Held.State.WAITING;
            held.partition.waits(1, held.bytes());
            waiting.add(held);
        } else {
            held.state = Held.State.READY;
            ready.add(held);
            readyBytes += held.bytes();
            onReady.run();
        }
        arrived.signal();
    }

    /** What waits no more becomes ready. */
    private void promote(Instant now) {
        while (!waiting.isEmpty() && !waiting.peek().origin().due().isAfter(now)) {
            Held held = waiting.remove();
            held.partition.waits(-1, held.bytes());
            enqueue(held, now);
        }
    }

    private long untilDue() {
        return waiting.isEmpty()
                ? Long.MAX_VALUE
                : Math.min(
                                Duration.between(
                                                clock.instant(),
                                                waiting.peek().origin().due())
                                        .toMillis(),
                                3_600_000)
                        * 1_000_000;
    }

    private boolean isFull() {
        return ready.size() >= readyLimit || readyBytes >= READY_BYTES;
    }

    private boolean inDoubt() {
        return durable && System.nanoTime() - turnedAt > sessionNanos / 2;
    }

    private boolean isTaken(TopicPartition partition) {
        PartitionProgress progress = partitions.get(partition);
        return progress != null && progress.entries().stream().anyMatch(held -> held.state == Held.State.TAKEN);
    }

    private void throwFailure() throws Exception {
        if (failure != null) {
            throw failure;
        }
    }
}
