package dev.parley.resilience;

/**
 * A {@link Bulkhead} at one moment; its figures are read one after the other.
 *
 * @param name the bulkhead's
 * @param running calls that run
 * @param waiting calls that wait
 * @param maxConcurrent the limit on {@code running}
 * @param maxWaiting the limit on {@code waiting}
 * @param refused calls that were refused since the bulkhead was made, those that waited in vain included
 */
public record BulkheadSnapshot(
        String name, int running, int waiting, int maxConcurrent, int maxWaiting, long refused) {}
