package dev.parley.events;

/** What becomes of messages whose type a subscription has not asked for, on a topic that types share or under a pattern. */
public enum UnknownEvents {
    /** Acknowledged and counted, see {@link EventSubscription#passedOver}: others publish here, too. */
    PASS_OVER,
    /** Rejected, to the dead letters. */
    REJECT
}
