package dev.parley.messaging.internal.memory;

import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What waits of one key, in its order, and who has the key's earlier messages; of an ordered group. A message without a key has a lane of its
 * own. Guarded by the store's lock.
 */
final class MemoryLane {

    final @Nullable String key;
    final TreeMap<Long, MemoryItem> items = new TreeMap<>();

    @Nullable
    MemoryConsumer owner;

    int held;

    MemoryLane(@Nullable String key) {
        this.key = key;
    }
}
