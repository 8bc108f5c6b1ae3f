package dev.parley.messaging.store;

import dev.parley.messaging.spi.Received;
import java.time.Instant;
import java.util.Optional;

/** A message as the transaction that claims it reads it; what it says is made of it behind that, which on SQLite all others wait for. */
final class Claimed {

    private final String topic;
    private final String attributes;
    private final byte[] data;
    private final int attempt;
    private final Optional<Instant> firstFailure;
    private final Hold hold;

    /** Takes over the data. */
    Claimed(String topic, String attributes, byte[] data, int attempt, Optional<Instant> firstFailure, Hold hold) {
        this.topic = topic;
        this.attributes = attributes;
        this.data = data;
        this.attempt = attempt;
        this.firstFailure = firstFailure;
        this.hold = hold;
    }

    Received received() {
        return new Received(
                topic, Envelope.message(attributes, data), attempt, firstFailure, Long.toString(hold.message()), hold);
    }
}
