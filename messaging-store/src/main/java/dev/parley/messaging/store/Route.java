package dev.parley.messaging.store;

import dev.parley.messaging.Topic;

/** A queue as a publisher knows it. */
record Route(long queue, Topic<byte[]> pattern, boolean ordered) {

    /** Where a delivery's wake-up goes. */
    static String channel(long queue) {
        return "queues.q" + queue;
    }
}
