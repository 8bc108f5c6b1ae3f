package dev.parley.messaging.kafka;

import dev.parley.messaging.QueueName;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.Received;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** A consumer that its backend keeps in mind: for its figures, and to close it. */
interface OpenConsumer extends BackendConsumer {

    QueueName queue();

    /** How many were received and are not settled. */
    int inFlight();

    /** Counts those that were delivered before. */
    static void count(List<Received> received, LongAdder redelivered) {
        for (Received each : received) {
            if (each.attempt() > 1) {
                redelivered.increment();
            }
        }
    }
}
