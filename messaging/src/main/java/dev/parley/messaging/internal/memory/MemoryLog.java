package dev.parley.messaging.internal.memory;

import dev.parley.messaging.Topic;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** What was published, for groups that begin in the past; bounded by age, by count for each topic, and by bytes in all. Guarded by the store's lock. */
final class MemoryLog {

    private final MemorySettings settings;
    private final InstantSource clock;
    private final LinkedHashMap<Long, MemoryEntry> entries = new LinkedHashMap<>();
    private final Map<String, ArrayDeque<Long>> topics = new HashMap<>();
    private long bytes;

    MemoryLog(MemorySettings settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
    }

    void add(MemoryEntry entry) {
        if (settings.retentionMessages() == 0) {
            return;
        }
        entries.put(entry.sequence(), entry);
        bytes += entry.bytes();
        ArrayDeque<Long> ofTopic = topics.computeIfAbsent(entry.topic(), absent -> new ArrayDeque<>());
        ofTopic.add(entry.sequence());
        if (ofTopic.size() > settings.retentionMessages()) {
            removeOldest(entry.topic(), ofTopic);
        }
        trim();
    }

    /** What there is of these topics, oldest first. */
    List<MemoryEntry> find(Topic<byte[]> pattern, Predicate<MemoryEntry> wanted) {
        trim();
        List<MemoryEntry> found = new ArrayList<>();
        for (MemoryEntry entry : entries.values()) {
            if (pattern.matches(entry.topic()) && wanted.test(entry)) {
                found.add(entry);
            }
        }
        return found;
    }

    private void trim() {
        Instant oldest = clock.instant().minus(settings.retention());
        while (!entries.isEmpty()) {
            MemoryEntry first = entries.firstEntry().getValue();
            if (bytes <= settings.maxBytes() && !first.published().isBefore(oldest)) {
                return;
            }
            ArrayDeque<Long> ofTopic = topics.get(first.topic());
            if (ofTopic == null) {
                throw new AssertionError("each entry is listed under its topic");
            }
            removeOldest(first.topic(), ofTopic); // the first of all is the first of its topic
        }
    }

    private void removeOldest(String topic, ArrayDeque<Long> ofTopic) {
        MemoryEntry gone = entries.remove(ofTopic.remove());
        if (gone != null) {
            bytes -= gone.bytes();
        }
        if (ofTopic.isEmpty()) {
            topics.remove(topic);
        }
    }
}
