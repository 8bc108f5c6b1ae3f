package dev.parley.resilience;

import dev.parley.Code;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How {@link Retry} repeats a failed call, in the words of gRPC's service config. Immutable.
 *
 * <p>The n-th repeat is made after a random part of {@code initialBackoff * backoffMultiplier^(n-1)}, at most
 * {@code maxBackoff} (full jitter), unless the server said when.
 *
 * @param maxAttempts how many attempts a call has, the first included: 1 to 10; 1 never repeats. Default 3
 * @param initialBackoff the longest wait before the first repeat: positive, at most {@code maxBackoff}. Default 100 ms
 * @param backoffMultiplier by what each repeat's longest wait grows: 1 to 10. Default 2
 * @param maxBackoff the longest wait of all: at most 1 hour. Default 5 s
 * @param retryableCodes failures that are repeated; {@code CANCELLED} cannot be. Default {@code UNAVAILABLE}
 * @param advisedCodes failures that are repeated only if who answered advises to ({@link dev.parley.RetryAdvice#SAFE} or
 *     {@code after}). Default {@code RESOURCE_EXHAUSTED}, and {@code INTERNAL} and {@code DEADLINE_EXCEEDED} for the
 *     statuses 500 and 504 of HTTP
 * @param perAttemptTimeout how long one attempt may take, or null for as long as the call; an attempt that took longer
 *     is repeated whatever the codes. Positive, at most 1 day. Default null
 * @param replayMessages how many messages of a stream of requests are kept to be repeated: 0 to 100,000. Default 64
 * @param replayBytes how many bytes of them, where {@link Classifier#bytes} knows: 0 to 1 GiB. Default 1 MiB
 * @param retryRejected whether a {@link RejectedException} of a policy behind this one is repeated, such as a full
 *     bulkhead's. Default no: it is there to keep load away
 * @see <a href="https://github.com/grpc/proposal/blob/master/A6-client-retries.md">gRFC A6</a>
 */
public record RetryPolicy(
        int maxAttempts,
        Duration initialBackoff,
        double backoffMultiplier,
        Duration maxBackoff,
        Set<Code> retryableCodes,
        Set<Code> advisedCodes,
        @Nullable Duration perAttemptTimeout,
        int replayMessages,
        long replayBytes,
        boolean retryRejected) {

    static final int MOST_ATTEMPTS = 10;
    private static final int MOST_REPLAYED = 100_000;
    private static final long MOST_BYTES = 1L << 30;
    private static final Duration SHORTEST = Duration.ofNanos(1);
    private static final Duration LONGEST = Duration.ofHours(1);

    private static final RetryPolicy DEFAULTS = new RetryPolicy(
            3,
            Duration.ofMillis(100),
            2,
            Duration.ofSeconds(5),
            Set.of(Code.UNAVAILABLE),
            Set.of(Code.RESOURCE_EXHAUSTED, Code.INTERNAL, Code.DEADLINE_EXCEEDED),
            null,
            64,
            1 << 20,
            false);

    /** Checks all of the above; what is wrong is an {@link IllegalArgumentException} that names it. */
    public RetryPolicy {
        Settings.between("maxAttempts", maxAttempts, 1, MOST_ATTEMPTS);
        Settings.between("maxBackoff", maxBackoff, SHORTEST, LONGEST);
        if (initialBackoff.compareTo(SHORTEST) < 0 || initialBackoff.compareTo(maxBackoff) > 0) {
            throw new IllegalArgumentException("initialBackoff must be positive and not longer than maxBackoff ("
                    + maxBackoff + "), but is " + initialBackoff);
        }
        Settings.between("backoffMultiplier", backoffMultiplier, 1, 10);
        retryableCodes = codes("retryableCodes", retryableCodes);
        advisedCodes = codes("advisedCodes", advisedCodes);
        if (perAttemptTimeout != null) {
            Settings.between("perAttemptTimeout", perAttemptTimeout, SHORTEST, Settings.LONGEST);
        }
        Settings.between("replayMessages", replayMessages, 0, MOST_REPLAYED);
        Settings.between("replayBytes", replayBytes, 0, MOST_BYTES);
    }

    private static Set<Code> codes(String field, Set<Code> codes) {
        Objects.requireNonNull(codes, field);
        if (codes.contains(Code.CANCELLED)) {
            throw new IllegalArgumentException(
                    field + " must not hold CANCELLED, but are " + codes + ": who cancelled wants no repeat");
        }
        // Asked at each failure; an EnumSet answers without hashing.
        return codes.isEmpty() ? Set.of() : java.util.Collections.unmodifiableSet(EnumSet.copyOf(codes));
    }

    /** The defaults that each parameter names. */
    public static RetryPolicy defaults() {
        return DEFAULTS;
    }

    /**
     * This policy, for calls that have {@code timeout} as a whole.
     *
     * @throws IllegalArgumentException if one attempt may take longer than that
     */
    public RetryPolicy within(Duration timeout) {
        if (perAttemptTimeout != null && perAttemptTimeout.compareTo(timeout) > 0) {
            throw new IllegalArgumentException("perAttemptTimeout must not be longer than the whole call (" + timeout
                    + "), but is " + perAttemptTimeout);
        }
        return this;
    }

    /** With {@code attempts} in place of {@link #maxAttempts}. */
    public RetryPolicy withMaxAttempts(int attempts) {
        return new RetryPolicy(
                attempts,
                initialBackoff,
                backoffMultiplier,
                maxBackoff,
                retryableCodes,
                advisedCodes,
                perAttemptTimeout,
                replayMessages,
                replayBytes,
                retryRejected);
    }

    /** With these in place of {@link #initialBackoff}, {@link #backoffMultiplier} and {@link #maxBackoff}. */
    public RetryPolicy withBackoff(Duration initial, double multiplier, Duration most) {
        return new RetryPolicy(
                maxAttempts,
                initial,
                multiplier,
                most,
                retryableCodes,
                advisedCodes,
                perAttemptTimeout,
                replayMessages,
                replayBytes,
                retryRejected);
    }

    /** With {@code codes} in place of {@link #retryableCodes}. */
    public RetryPolicy withRetryableCodes(Set<Code> codes) {
        return new RetryPolicy(
                maxAttempts,
                initialBackoff,
                backoffMultiplier,
                maxBackoff,
                codes,
                advisedCodes,
                perAttemptTimeout,
                replayMessages,
                replayBytes,
                retryRejected);
    }

    /** With {@code codes} in place of {@link #advisedCodes}. */
    public RetryPolicy withAdvisedCodes(Set<Code> codes) {
        return new RetryPolicy(
                maxAttempts,
                initialBackoff,
                backoffMultiplier,
                maxBackoff,
                retryableCodes,
                codes,
                perAttemptTimeout,
                replayMessages,
                replayBytes,
                retryRejected);
    }

    /** With {@code timeout} in place of {@link #perAttemptTimeout}. */
    public RetryPolicy withPerAttemptTimeout(@Nullable Duration timeout) {
        return new RetryPolicy(
                maxAttempts,
                initialBackoff,
                backoffMultiplier,
                maxBackoff,
                retryableCodes,
                advisedCodes,
                timeout,
                replayMessages,
                replayBytes,
                retryRejected);
    }

    /** With these in place of {@link #replayMessages} and {@link #replayBytes}. */
    public RetryPolicy withReplay(int messages, long bytes) {
        return new RetryPolicy(
                maxAttempts,
                initialBackoff,
                backoffMultiplier,
                maxBackoff,
                retryableCodes,
                advisedCodes,
                perAttemptTimeout,
                messages,
                bytes,
                retryRejected);
    }

    /** With {@code retried} in place of {@link #retryRejected}. */
    public RetryPolicy withRetryRejected(boolean retried) {
        return new RetryPolicy(
                maxAttempts,
                initialBackoff,
                backoffMultiplier,
                maxBackoff,
                retryableCodes,
                advisedCodes,
                perAttemptTimeout,
                replayMessages,
                replayBytes,
                retried);
    }

    /** How many nanoseconds to wait before repeat {@code repeat}, counted from 1. */
    long backoffNanos(int repeat, RandomGenerator random) {
        double most = Math.min(
                (double) maxBackoff.toNanos(), initialBackoff.toNanos() * Math.pow(backoffMultiplier, repeat - 1.0));
        return (long) (random.nextDouble() * most);
    }
}
