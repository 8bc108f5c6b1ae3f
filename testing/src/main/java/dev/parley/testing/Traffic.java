package dev.parley.testing;

/**
 * What a {@link FaultProxy} has seen since it was opened; counts never go back, but for {@code open}.
 *
 * @param accepted connections that were accepted and tried to reach the target
 * @param open connections that are open now
 * @param rejected connections that were accepted and reset at once: by a fault, or because of the limit
 * @param resets connections that ended in a reset, by a fault, by either side, or because the target refused
 * @param receivedUpstream bytes received from clients
 * @param passedUpstream bytes passed on to the target
 * @param receivedDownstream bytes received from the target
 * @param passedDownstream bytes passed on to clients
 */
public record Traffic(
        long accepted,
        int open,
        long rejected,
        long resets,
        long receivedUpstream,
        long passedUpstream,
        long receivedDownstream,
        long passedDownstream) {}
