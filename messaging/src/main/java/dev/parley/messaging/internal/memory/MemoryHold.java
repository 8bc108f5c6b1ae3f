package dev.parley.messaging.internal.memory;

/** One delivery: a consumer has an item until the lease is over. Guarded by the store's lock. */
final class MemoryHold {

    final MemoryItem item;
    final MemoryConsumer consumer;
    final MemoryLane lane;
    long until;

    MemoryHold(MemoryItem item, MemoryConsumer consumer, MemoryLane lane, long until) {
        this.item = item;
        this.consumer = consumer;
        this.lane = lane;
        this.until = until;
    }
}
