package dev.parley.messaging.kafka;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * How far a consumer is in one partition, from its assignment to its end: what was fetched and is not below the frontier, which is the lowest
 * offset that is not done. Guarded by the lock of {@link InFlight}.
 */
final class PartitionProgress {

    final TopicPartition partition;

    private final ArrayDeque<Held> entries = new ArrayDeque<>(); // by offset; the first is not done
    private DoneRanges doneBefore = new DoneRanges();
    private long next = -1; // where it is to be read from; -1: nothing was read
    private @Nullable OffsetAndMetadata committed;
    private boolean withheld;
    private boolean lost;
    private int waiting;
    private long waitingBytes;

    PartitionProgress(TopicPartition partition) {
        this.partition = partition;
    }

    /** What the group had committed when the partition came. */
    void begin(OffsetAndMetadata offset) {
        committed = offset;
        doneBefore = DoneRanges.parse(offset.offset(), offset.metadata());
    }

    /** A record came. Empty if it was done already before the partition came here. */
    Optional<Held> fetched(ConsumerRecord<byte[], byte[]> record) {
        Held held = new Held(this, record);
        if (doneBefore.contains(record.offset())) {
            held.done();
        }
        if (held.state != Held.State.DONE || !entries.isEmpty()) {
            entries.add(held);
        }
        next = record.offset() + 1;
        return held.state == Held.State.DONE ? Optional.empty() : Optional.of(held);
    }

    /** Where the next record is to be looked for, past what is no record. */
    void position(long offset) {
        next = Math.max(next, offset);
    }

    /** A record is done. */
    void done(Held held) {
        held.done();
        while (!entries.isEmpty() && entries.peek().state == Held.State.DONE) {
            entries.remove();
        }
    }

    /** Counts one that waits for its time (1), or does no more (-1). */
    void waits(int count, int bytes) {
        waiting += count;
        waitingBytes += (long) count * bytes;
    }

    int waiting() {
        return waiting;
    }

    long waitingBytes() {
        return waitingBytes;
    }

    /** From the frontier to the last that was fetched: how many are kept in mind. */
    int span() {
        return entries.size();
    }

    Collection<Held> entries() {
        return entries;
    }

    /** What is to be committed, if it is not what was committed last. */
    Optional<OffsetAndMetadata> toCommit() {
        return frontier().filter(now -> {
            OffsetAndMetadata last = committed;
            return last == null
                    || last.offset() != now.offset()
                    || !last.metadata().equals(now.metadata());
        });
    }

    /** Where the frontier is, with what is done beyond it; empty if nothing was read. */
    Optional<OffsetAndMetadata> frontier() {
        if (next < 0) {
            return Optional.empty();
        }
        long frontier = entries.isEmpty() ? next : entries.element().offset;
        return Optional.of(new OffsetAndMetadata(frontier, doneFrom(next).text(frontier)));
    }

    /** What is done beyond the frontier: of those that were fetched, and, from an offset on, of those that will be. */
    private DoneRanges doneFrom(long offset) {
        DoneRanges done = new DoneRanges();
        entries.stream().filter(held -> held.state == Held.State.DONE).forEach(held -> done.add(held.offset));
        done.addBeyond(doneBefore, offset);
        return done;
    }

    void committed(OffsetAndMetadata offset) {
        committed = offset;
    }

    /** Nothing of it is given out any more. */
    void withhold() {
        withheld = true;
    }

    boolean isWithheld() {
        return withheld;
    }

    /** The partition is another consumer's. */
    void lose() {
        lost = true;
        entries.clear();
    }

    boolean isLost() {
        return lost;
    }
}
