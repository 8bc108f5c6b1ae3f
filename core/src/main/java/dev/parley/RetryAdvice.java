package dev.parley;

import java.time.Duration;

/**
 * What a transport knows about repeating a failed call, beyond its {@link Code}: the code alone cannot tell a refused
 * connection from a reply lost half-way.
 */
public sealed interface RetryAdvice {

    /** Nothing is known: the policy decides by code and idempotency. */
    RetryAdvice UNSTATED = new Unstated();

    /** The request never reached a handler: any method may be repeated. */
    RetryAdvice NEVER_LEFT = new NeverLeft();

    /** The peer says that a repeat may succeed, if the method is safe to repeat. */
    RetryAdvice SAFE = new Safe();

    /** A repeat cannot succeed, or the peer has exhausted its own retries. */
    RetryAdvice NEVER = new Never();

    /** As {@link #SAFE}, but not before {@code delay} ({@code Retry-After}, {@code grpc-retry-pushback-ms}). */
    static RetryAdvice after(Duration delay) {
        return new After(delay);
    }

    /** See {@link #UNSTATED}. */
    record Unstated() implements RetryAdvice {}

    /** See {@link #NEVER_LEFT}. */
    record NeverLeft() implements RetryAdvice {}

    /** See {@link #SAFE}. */
    record Safe() implements RetryAdvice {}

    /** See {@link #after}. */
    record After(Duration delay) implements RetryAdvice {
        /** Checks that the delay is not negative. */
        public After {
            if (delay.isNegative()) {
                throw new IllegalArgumentException("delay must not be negative, but is " + delay);
            }
        }
    }

    /** See {@link #NEVER}. */
    record Never() implements RetryAdvice {}
}
