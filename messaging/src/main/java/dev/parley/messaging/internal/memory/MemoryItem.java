package dev.parley.messaging.internal.memory;

import dev.parley.messaging.Failure;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A message in the queue of one group. Guarded by the store's lock. */
final class MemoryItem {

    final MemoryEntry entry;
    int deliveries;
    Optional<Instant> firstFailure = Optional.empty();
    /** While it waits for its time. */
    long due;
    /** While it is with a consumer: the hold that counts. Another one is stale. */
    @Nullable
    MemoryHold hold;
    /** While it is a dead letter. */
    @Nullable
    Failure failure;

    MemoryItem(MemoryEntry entry) {
        this.entry = entry;
    }

    long sequence() {
        return entry.sequence();
    }
}
