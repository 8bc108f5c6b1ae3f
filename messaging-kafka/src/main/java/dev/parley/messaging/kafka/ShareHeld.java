package dev.parley.messaging.kafka;

import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A record whose acquisition lock a lane has; the receipt of its delivery. Guarded by the lock of {@link ShareInHand}. */
final class ShareHeld {

    /** Where it is. */
    enum State {
        /** To be received. */
        READY,
        /** Received. */
        TAKEN,
        /** Settled here; the broker is to be told. */
        DECIDED,
        /** The broker knows. */
        DONE,
        /** Not this consumer's any more. */
        LOST
    }

    final ShareLane lane;
    final ConsumerRecord<byte[], byte[]> record;
    final Origin origin;

    State state = State.READY;
    AcknowledgeType decision = AcknowledgeType.ACCEPT;

    /** Until when it is with whoever received it, by {@link System#nanoTime}. */
    long leasedUntil;

    /**
     * A record that came.
     *
     * @param deliveries which delivery of it this is, as the broker counts them
     */
    ShareHeld(ShareLane lane, ConsumerRecord<byte[], byte[]> record, int deliveries) {
        this.lane = lane;
        this.record = record;
        Origin itself = Origin.of(record);
        this.origin = itself.again(itself.attempt() + deliveries - 1, itself.firstFailure(), itself.due());
    }

    /** Whether its lock is this consumer's, as far as is known here. */
    boolean isHeld() {
        return state == State.READY || state == State.TAKEN;
    }

    @Override
    public String toString() {
        return record.topic() + '-' + record.partition() + '@' + record.offset() + ' ' + state;
    }
}
