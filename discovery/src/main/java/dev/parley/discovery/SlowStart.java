package dev.parley.discovery;

import java.time.Duration;

/**
 * How an endpoint that has just come, or is back from an ejection, is given more calls little by little: its share is {@code
 * (time / window) ^ (1 / aggression)} of what it will get, and {@code minShare} at least. Those that a client begins with are not
 * new to it. Consistent hashing has no slow start: a key has one place. Immutable.
 *
 * @param window how long it takes; 10 s
 * @param aggression 1 for a straight line; more gives more at first
 * @param minShare what it begins with, 0.01 to 1; 0.1
 * @see <a href="https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/slow_start">Envoy's slow
 *     start mode</a>
 */
public record SlowStart(Duration window, double aggression, double minShare) {

    /** Checks the ranges. */
    public SlowStart {
        Settings.between("window", window, Duration.ofMillis(1), Duration.ofDays(1));
        Settings.between("aggression", aggression, 0.1, 10);
        Settings.between("minShare", minShare, 0.01, 1);
    }

    /** The values named above. */
    public static SlowStart defaults() {
        return new SlowStart(Duration.ofSeconds(10), 1, 0.1);
    }

    /** With another time. */
    public SlowStart withWindow(Duration time) {
        return new SlowStart(time, aggression, minShare);
    }

    /** With another curve. */
    public SlowStart withAggression(double value) {
        return new SlowStart(window, value, minShare);
    }

    /** With another share to begin with. */
    public SlowStart withMinShare(double share) {
        return new SlowStart(window, aggression, share);
    }

    /** The share of one that began so long ago. */
    double share(long nanos) {
        double time = Math.clamp((double) nanos / window.toNanos(), 0, 1);
        double share = aggression == 1 ? time : Math.pow(time, 1 / aggression);
        return Math.max(minShare, share);
    }
}
