package dev.parley.messaging.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Envelope;

/** A delivery as it came: the receipt of what is handed up. Compared by identity, as the delivery that it is. */
@SuppressWarnings("ArrayRecordComponent") // never compared, and copying a body would cost
record Taken(Object consumer, Envelope envelope, BasicProperties properties, byte[] body) {
    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
