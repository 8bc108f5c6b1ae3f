package dev.parley.events;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/** What becomes of deliveries, by group: as many as there are subscriptions. Thread-safe. */
final class InboxCounters {

    private final Map<String, Group> groups = new ConcurrentHashMap<>();
    final LongAdder expired = new LongAdder();

    /** Of one group. */
    static final class Group {
        final LongAdder handled = new LongAdder();
        final LongAdder repeated = new LongAdder();
        final LongAdder rolledBack = new LongAdder();
    }

    Group of(String group) {
        return groups.computeIfAbsent(group, name -> new Group());
    }

    InboxSnapshot snapshot() {
        return new InboxSnapshot(
                groups.entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, each -> counts(each.getValue()))),
                expired.sum());
    }

    private static InboxSnapshot.Counts counts(Group group) {
        return new InboxSnapshot.Counts(group.handled.sum(), group.repeated.sum(), group.rolledBack.sum());
    }
}
