package dev.parley.messaging;

/**
 * What brokers differ in. What a broker lacks is refused when it is asked for, with an error that names it; which broker must have what
 * is a table in {@code docs/guide/messaging.md}, held by the conformance kit.
 */
public enum Capability {
    /** Messages of one key are handled in the order of their publication, also by competing consumers. */
    ORDERED_BY_KEY,
    /** A publication can be scheduled for later. */
    DELAY,
    /** The broker itself counts deliveries, those to consumers that died included. */
    NATIVE_RETRY_COUNT,
    /** A message moves to the dead letters in one step, rather than being published there and then acknowledged. */
    NATIVE_DLQ,
    /** A message with an id that was published before is not stored again, for a while. */
    PUBLISH_DEDUP,
    /** A new group can begin in the past. */
    REPLAY,
    /** A message that is handled for longer than its lease stays with its consumer, and a stale consumer's acknowledgement is refused. */
    LEASE_EXTEND,
    /** The depth of a queue is exact rather than an estimate. */
    EXACT_DEPTH,
    /** One can subscribe to a pattern of topics. */
    PATTERNS
}
