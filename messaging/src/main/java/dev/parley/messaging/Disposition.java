package dev.parley.messaging;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * What a handler wants to be done with a message. A handler that throws gets one by {@link ErrorDispositions}.
 */
public sealed interface Disposition {

    /** It is done: the group never sees it again. */
    static Disposition ack() {
        return Ack.DONE;
    }

    /** It failed and is to be tried again after the subscription's own backoff; once {@link Redelivery#maxAttempts} are used up it is a dead letter. */
    static Disposition retry(String cause) {
        return new Retry(Optional.empty(), cause);
    }

    /** As {@link #retry(String)}, no earlier than after this time. */
    static Disposition retryAfter(Duration after, String cause) {
        return new Retry(Optional.of(after), cause);
    }

    /** It will never succeed: a dead letter at once. */
    static Disposition reject(String reason) {
        return new Reject(reason);
    }

    /** Back to the group at once, as if it had never been delivered: not counted as an attempt. */
    static Disposition release() {
        return Release.BACK;
    }

    /** See {@link #ack}. */
    enum Ack implements Disposition {
        /** The only one. */
        DONE
    }

    /**
     * See {@link #retry}.
     *
     * @param after no earlier than this, at most 7 days; empty: the subscription's backoff decides
     * @param cause for the dead letter and people
     */
    record Retry(Optional<Duration> after, String cause) implements Disposition {
        /** Checks the range of the time. */
        public Retry {
            Objects.requireNonNull(cause, "cause");
            after.ifPresent(time -> {
                if (time.isNegative() || time.compareTo(Duration.ofDays(7)) > 0) {
                    throw new IllegalArgumentException("a retry is after 0 s to 7 days, not after " + time);
                }
            });
        }
    }

    /**
     * See {@link #reject}.
     *
     * @param reason for the dead letter and people
     */
    record Reject(String reason) implements Disposition {
        /** Checks that there is a reason. */
        public Reject {
            Objects.requireNonNull(reason, "reason");
        }
    }

    /** See {@link #release}. */
    enum Release implements Disposition {
        /** The only one. */
        BACK
    }
}
