package dev.parley.resilience;

import java.time.Duration;
import java.util.Map;

/**
 * A {@link LoadShedder} at one moment; its figures are read one after the other.
 *
 * @param name the shedder's
 * @param running calls that run
 * @param limit how many may, for now
 * @param strain the time that calls took when it was looked at last, as a part of the time that is borne; above 1 is
 *     overload
 * @param baselines what calls of each method take without load, as far as that is known
 * @param refused calls that were refused since the shedder was made
 */
public record LoadShedderSnapshot(
        String name, int running, int limit, double strain, Map<String, Duration> baselines, long refused) {

    /** Keeps a copy of the baselines. */
    public LoadShedderSnapshot {
        baselines = Map.copyOf(baselines);
    }
}
