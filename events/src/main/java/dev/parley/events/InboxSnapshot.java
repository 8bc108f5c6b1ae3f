package dev.parley.events;

import java.util.Map;

/**
 * What the handlers of an inbox have done in this process. Immutable.
 *
 * @param groups by group; none that has handled nothing
 * @param expired notes that were deleted after the retention
 */
public record InboxSnapshot(Map<String, Counts> groups, long expired) {

    /** Copies. */
    public InboxSnapshot {
        groups = Map.copyOf(groups);
    }

    /**
     * Deliveries to a group.
     *
     * @param handled with their effect
     * @param repeated seen before, and acknowledged without effect
     * @param rolledBack neither: the handler said something else than {@code Ack}, it or the store failed
     */
    public record Counts(long handled, long repeated, long rolledBack) {}
}
