package dev.parley.resilience;

import dev.parley.Code;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/**
 * When {@link Hedge} makes a second attempt beside the first, in the words of gRPC's service config. Immutable.
 *
 * @param maxAttempts how many attempts a call has, the first included: 1 to 5; 1 never hedges. Default 2
 * @param percentile an attempt that takes longer than this part of all is hedged: 0.5 to 0.999. Default 0.95, so that one
 *     call in twenty costs twice
 * @param minDelay an attempt that takes less is never hedged: positive, at most 1 minute. Default 10 ms
 * @param minSamples of so many calls the latency must be known, or there is no hedge: 10 to 1,000,000. Default 100
 * @param window latencies older than that begin to be forgotten, and are after twice the time: 1 s to 1 hour. Default 1
 *     minute
 * @param nonFatalCodes a failure with one of these leaves the attempts beside it under way; any other is the answer at
 *     once. Default {@code UNAVAILABLE}, {@code RESOURCE_EXHAUSTED}, {@code DEADLINE_EXCEEDED}, {@code INTERNAL},
 *     {@code UNKNOWN}, {@code ABORTED}, {@code CANCELLED}
 * @see <a href="https://github.com/grpc/proposal/blob/master/A6-client-retries.md">gRFC A6</a>
 */
public record HedgingPolicy(
        int maxAttempts,
        double percentile,
        Duration minDelay,
        int minSamples,
        Duration window,
        Set<Code> nonFatalCodes) {

    private static final HedgingPolicy DEFAULTS = new HedgingPolicy(
            2,
            0.95,
            Duration.ofMillis(10),
            100,
            Duration.ofMinutes(1),
            EnumSet.of(
                    Code.UNAVAILABLE,
                    Code.RESOURCE_EXHAUSTED,
                    Code.DEADLINE_EXCEEDED,
                    Code.INTERNAL,
                    Code.UNKNOWN,
                    Code.ABORTED,
                    Code.CANCELLED));

    /** Checks all of the above; what is wrong is an {@link IllegalArgumentException} that names it. */
    public HedgingPolicy {
        Settings.between("maxAttempts", maxAttempts, 1, 5);
        Settings.between("percentile", percentile, 0.5, 0.999);
        Settings.between("minDelay", minDelay, Duration.ofNanos(1), Duration.ofMinutes(1));
        Settings.between("minSamples", minSamples, 10, 1_000_000);
        Settings.between("window", window, Duration.ofSeconds(1), Duration.ofHours(1));
        Objects.requireNonNull(nonFatalCodes, "nonFatalCodes");
        nonFatalCodes = nonFatalCodes.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(nonFatalCodes));
    }

    /** The defaults that each parameter names. */
    public static HedgingPolicy defaults() {
        return DEFAULTS;
    }

    /** With {@code attempts} in place of {@link #maxAttempts}. */
    public HedgingPolicy withMaxAttempts(int attempts) {
        return new HedgingPolicy(attempts, percentile, minDelay, minSamples, window, nonFatalCodes);
    }

    /** With {@code part} in place of {@link #percentile}. */
    public HedgingPolicy withPercentile(double part) {
        return new HedgingPolicy(maxAttempts, part, minDelay, minSamples, window, nonFatalCodes);
    }

    /** With {@code delay} in place of {@link #minDelay}. */
    public HedgingPolicy withMinDelay(Duration delay) {
        return new HedgingPolicy(maxAttempts, percentile, delay, minSamples, window, nonFatalCodes);
    }

    /** With {@code calls} in place of {@link #minSamples}. */
    public HedgingPolicy withMinSamples(int calls) {
        return new HedgingPolicy(maxAttempts, percentile, minDelay, calls, window, nonFatalCodes);
    }

    /** With {@code time} in place of {@link #window}. */
    public HedgingPolicy withWindow(Duration time) {
        return new HedgingPolicy(maxAttempts, percentile, minDelay, minSamples, time, nonFatalCodes);
    }

    /** With {@code codes} in place of {@link #nonFatalCodes}. */
    public HedgingPolicy withNonFatalCodes(Set<Code> codes) {
        return new HedgingPolicy(maxAttempts, percentile, minDelay, minSamples, window, codes);
    }
}
