package dev.parley.messaging.store;

import dev.parley.messaging.spi.Received;
import java.time.Instant;
import java.util.Optional;

/** A message as the transaction that claims it reads it; what it says is made of it behind that, which on SQLite all others wait for. */
record Claimed(String topic, String attributes, byte[] data, int attempt, Optional<Instant> firstFailure, Hold hold) {

    Received received() {
        return new Received(
                topic, Envelope.message(attributes, data), attempt, firstFailure, Long.toString(hold.message()), hold);
    }
}
