package dev.parley.messaging.internal;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.Failure;
import dev.parley.messaging.Redelivery;
import dev.parley.messaging.spi.Received;
import dev.parley.messaging.spi.Settlement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;

/** What becomes of a message: dispositions, attempts and backoff turned into settlements. */
final class Verdicts {

    private final Redelivery redelivery;
    private final InstantSource clock;

    Verdicts(Redelivery redelivery, InstantSource clock) {
        this.redelivery = redelivery;
        this.clock = clock;
    }

    /**
     * @param error what the handler has thrown or, for a disposition that it has returned, what that is like
     * @param broken whether the breaker is open, so that a failure does not count
     */
    Settlement of(Received received, Disposition disposition, CallException error, boolean broken) {
        return switch (disposition) {
            case Disposition.Ack ack -> new Settlement.Ack(received);
            case Disposition.Release release -> new Settlement.Release(received);
            case Disposition.Reject(String reason) ->
                new Settlement.DeadLettered(received, failure(received, error.code(), reason));
            case Disposition.Retry retry -> {
                if (broken) {
                    yield new Settlement.Release(received);
                }
                Failure failure = failure(received, error.code(), retry.cause());
                if (received.attempt() >= redelivery.maxAttempts()) {
                    yield new Settlement.DeadLettered(received, failure);
                }
                Duration after = retry.after()
                        .orElseGet(() -> redelivery.backoff(
                                received.attempt(), ThreadLocalRandom.current().nextDouble()));
                yield new Settlement.Retry(received, after, failure);
            }
        };
    }

    /** Something went wrong that is no handler's word: it is tried again. */
    Settlement failed(Received received, Throwable error) {
        CallException internal = new CallException(Code.INTERNAL, "the message could not be handled", error);
        return of(received, Disposition.retry("INTERNAL: " + error), internal, false);
    }

    /** It never reaches its handler. */
    Settlement unreadable(Received received, Code code, String cause) {
        return new Settlement.DeadLettered(received, failure(received, code, cause));
    }

    /** Whether it was delivered more often than it may be: to consumers that have died over it. */
    boolean isWornOut(Received received) {
        return received.attempt() > redelivery.maxAttempts();
    }

    Settlement wornOut(Received received) {
        return unreadable(
                received,
                Code.ABORTED,
                "ABORTED: delivery %d of at most %d; consumers that got it before ended without a word"
                        .formatted(received.attempt(), redelivery.maxAttempts()));
    }

    private Failure failure(Received received, Code code, String cause) {
        Instant now = clock.instant();
        return new Failure(received.firstFailure().orElse(now), now, code, cause);
    }
}
