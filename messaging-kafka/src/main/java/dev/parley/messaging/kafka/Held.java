package dev.parley.messaging.kafka;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** A record that a consumer has and that is not settled; the receipt of its delivery. Guarded by the lock of {@link InFlight}. */
final class Held {

    /** Where it is. */
    enum State {
        /** Its time has not come. */
        WAITING,
        /** To be received. */
        READY,
        /** Received. */
        TAKEN,
        /** Settled, or not this consumer's any more. */
        DONE
    }

    final PartitionProgress partition;
    final long offset;
    State state = State.READY;

    private @Nullable ConsumerRecord<byte[], byte[]> record;
    private Origin origin;

    Held(PartitionProgress partition, ConsumerRecord<byte[], byte[]> record) {
        this.partition = partition;
        this.offset = record.offset();
        this.record = record;
        this.origin = Origin.of(record);
    }

    Origin origin() {
        return origin;
    }

    void origin(Origin next) {
        origin = next;
    }

    /** The record; to be asked for only while it is not done. */
    ConsumerRecord<byte[], byte[]> record() {
        if (record == null) {
            throw new IllegalStateException(partition.partition + "@" + offset + " is settled");
        }
        return record;
    }

    /** Lets go of the bytes: those that are done may have to wait for the one before them. */
    void done() {
        state = State.DONE;
        record = null;
    }

    /** About how much memory it takes. */
    int bytes() {
        ConsumerRecord<byte[], byte[]> held = record;
        return held == null ? 0 : 512 + Math.max(0, held.serializedValueSize()) + Math.max(0, held.serializedKeySize());
    }
}
