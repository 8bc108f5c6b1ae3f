package dev.parley.discovery;

import dev.parley.Code;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/**
 * When an endpoint that keeps failing gets no more calls, and for how long. Immutable.
 *
 * <p>A failure is what says that the endpoint is not well: an answer with one of {@link #failures}; a connection that could not
 * be made or was lost; a deadline that passed while it had a unary call. What a policy of this process refused, what the caller
 * cancelled, and a limit of this client say nothing. Any other end is a success.
 *
 * @param consecutiveFailures so many in a row eject; 5
 * @param failureShare so much of at least {@link #minimumCalls} within an {@link #interval} ejects, for one that fails
 *     now and then; 0.5, and over 1 for never
 * @param minimumCalls see {@code failureShare}; 50
 * @param interval by which calls are counted, and behind which a returned endpoint is forgiven one of its ejections; 10 s
 * @param baseTime an endpoint is ejected for this long the first time, twice this the second, and so on; 30 s
 * @param maxTime and never for longer; 300 s
 * @param maxEjectedShare of the endpoints that may be ejected at a time, at least one and never the last; 0.1
 * @param failures codes that count if the endpoint answers with them; {@code UNKNOWN}, {@code DEADLINE_EXCEEDED}, {@code
 *     INTERNAL}, {@code UNAVAILABLE}, {@code DATA_LOSS}, {@code RESOURCE_EXHAUSTED}
 */
public record OutlierPolicy(
        int consecutiveFailures,
        double failureShare,
        int minimumCalls,
        Duration interval,
        Duration baseTime,
        Duration maxTime,
        double maxEjectedShare,
        Set<Code> failures) {

    private static final Duration DAY = Duration.ofDays(1);

    /** Checks the ranges and copies. */
    public OutlierPolicy {
        Settings.between("consecutiveFailures", consecutiveFailures, 1, 1_000_000);
        Settings.between("failureShare", failureShare, 0.01, 2);
        Settings.between("minimumCalls", minimumCalls, 1, 1_000_000);
        Settings.between("interval", interval, Duration.ofMillis(1), DAY);
        Settings.between("baseTime", baseTime, Duration.ofMillis(1), DAY);
        Settings.between("maxTime", maxTime, baseTime, DAY);
        Settings.between("maxEjectedShare", maxEjectedShare, 0, 1);
        failures = Set.copyOf(failures);
    }

    /** The values named above. */
    public static OutlierPolicy defaults() {
        return new OutlierPolicy(
                5,
                0.5,
                50,
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                Duration.ofSeconds(300),
                0.1,
                EnumSet.of(
                        Code.UNKNOWN,
                        Code.DEADLINE_EXCEEDED,
                        Code.INTERNAL,
                        Code.UNAVAILABLE,
                        Code.DATA_LOSS,
                        Code.RESOURCE_EXHAUSTED));
    }

    /** With another number of failures in a row. */
    public OutlierPolicy withConsecutiveFailures(int number) {
        return new OutlierPolicy(
                number, failureShare, minimumCalls, interval, baseTime, maxTime, maxEjectedShare, failures);
    }

    /** With another share of at least so many calls. */
    public OutlierPolicy withFailureShare(double share, int ofAtLeast) {
        return new OutlierPolicy(
                consecutiveFailures, share, ofAtLeast, interval, baseTime, maxTime, maxEjectedShare, failures);
    }

    /** With another interval. */
    public OutlierPolicy withInterval(Duration time) {
        return new OutlierPolicy(
                consecutiveFailures, failureShare, minimumCalls, time, baseTime, maxTime, maxEjectedShare, failures);
    }

    /** With other times of ejection. */
    public OutlierPolicy withTimes(Duration base, Duration most) {
        return new OutlierPolicy(
                consecutiveFailures, failureShare, minimumCalls, interval, base, most, maxEjectedShare, failures);
    }

    /** With another share of endpoints that may be ejected. */
    public OutlierPolicy withMaxEjectedShare(double share) {
        return new OutlierPolicy(
                consecutiveFailures, failureShare, minimumCalls, interval, baseTime, maxTime, share, failures);
    }

    /** With other codes. */
    public OutlierPolicy withFailures(Set<Code> codes) {
        return new OutlierPolicy(
                consecutiveFailures, failureShare, minimumCalls, interval, baseTime, maxTime, maxEjectedShare, codes);
    }
}
