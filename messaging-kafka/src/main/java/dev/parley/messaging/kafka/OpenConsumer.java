package dev.parley.messaging.kafka;

import dev.parley.messaging.QueueName;
import dev.parley.messaging.spi.BackendConsumer;

/** A consumer that its backend keeps in mind: for its figures, and to close it. */
interface OpenConsumer extends BackendConsumer {

    QueueName queue();

    /** How many were received and are not settled. */
    int inFlight();
}
