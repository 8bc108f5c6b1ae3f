package dev.parley.resilience;

import java.time.Duration;

/**
 * A {@link Timeout} at one moment.
 *
 * @param name the timeout's
 * @param limit how long a call may take
 * @param timedOut calls that took longer since the timeout was made
 */
public record TimeoutSnapshot(String name, Duration limit, long timedOut) {}
