package dev.parley.discovery;

import java.util.List;

/**
 * An instance in an {@link EmbeddedRegistry} with its checks, as they were at one moment. Immutable.
 *
 * @param service the instance
 * @param nodeAddress its node's address
 * @param status the worst of its checks, and its node's; passing if it has none
 * @param checks its own checks
 * @param createIndex the revision that it came with
 * @param modifyIndex the revision of its last change
 */
public record EmbeddedEntry(
        EmbeddedService service,
        String nodeAddress,
        HealthStatus status,
        List<CheckState> checks,
        long createIndex,
        long modifyIndex) {

    /** Copies the list. */
    public EmbeddedEntry {
        checks = List.copyOf(checks);
    }

    /**
     * How a check stands.
     *
     * @param check which
     * @param status how
     * @param output why, for people; at most {@value EmbeddedRegistry#MOST_OUTPUT} characters
     * @param createIndex the revision that it came with
     * @param modifyIndex the revision of its last change of status
     */
    public record CheckState(
            EmbeddedCheck check, HealthStatus status, String output, long createIndex, long modifyIndex) {}

    /**
     * Something that happened in a registry.
     *
     * @param kind what
     * @param service to which instance
     * @param reason why, for people; may be empty
     */
    public record Event(Kind kind, EmbeddedService service, String reason) {
        /** What can happen. */
        public enum Kind {
            /** It was registered. */
            CAME,
            /** It was registered again, with something changed. */
            CHANGED,
            /** It was taken out. */
            GONE,
            /** It is critical now. */
            CRITICAL,
            /** It is not critical any more. */
            RECOVERED
        }
    }
}
