package dev.parley.messaging;

/**
 * What a subscription has done so far, and what it does. Counts since it was made; each is exact, but they are not of one instant.
 *
 * @param received deliveries from the broker
 * @param acked messages that are done
 * @param retried failed ones that are tried again through the broker
 * @param deadLettered failed ones that are not
 * @param released given back uncounted
 * @param expired dropped because of their expiry
 * @param stale settled too late: another consumer has them
 * @param immediateRetries tries again in this consumer's hands
 * @param held messages that are not settled at present
 * @param running handlers that run at present
 * @param paused whether {@link Subscription#pause} holds it
 * @param brokenOff whether its breaker holds it
 */
public record SubscriptionSnapshot(
        long received,
        long acked,
        long retried,
        long deadLettered,
        long released,
        long expired,
        long stale,
        long immediateRetries,
        int held,
        int running,
        boolean paused,
        boolean brokenOff) {}
