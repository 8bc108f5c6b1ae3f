package dev.parley.events;

import java.time.Instant;

/**
 * One number of a {@link WindowedCount}.
 *
 * @param start of the window, included
 * @param key what was counted
 * @param count how often
 */
public record WindowCount(Instant start, String key, long count) {}
