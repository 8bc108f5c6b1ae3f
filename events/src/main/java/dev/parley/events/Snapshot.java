package dev.parley.events;

/**
 * What a stream's events came to.
 *
 * @param version of the stream of which this is; 0 if it has no events
 * @param state the fold of all events up to there
 */
public record Snapshot<S>(long version, S state) {}
