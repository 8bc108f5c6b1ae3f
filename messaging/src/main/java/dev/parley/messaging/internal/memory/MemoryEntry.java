package dev.parley.messaging.internal.memory;

import dev.parley.messaging.Message;
import java.time.Instant;

/**
 * A message as it was published.
 *
 * @param sequence 1 for the first message of the broker; its position
 * @param bytes by {@link dev.parley.messaging.spi.Outgoing#bytes}
 * @param published when
 * @param scheduled whether it was published for later
 * @param due if it was: when, on the store's timer
 */
record MemoryEntry(
        long sequence,
        String topic,
        Message<byte[]> message,
        int bytes,
        Instant published,
        boolean scheduled,
        long due) {}
