package dev.parley.resilience;

import java.time.Duration;

/**
 * A {@link RateLimiter} at one moment.
 *
 * @param name the limiter's
 * @param available calls that would be let through at once
 * @param untilNext how long until the next one is let through; zero if one is now
 * @param refused calls that were refused since the limiter was made
 */
public record RateLimiterSnapshot(String name, long available, Duration untilNext, long refused) {}
