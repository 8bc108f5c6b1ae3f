package dev.parley.tck.messaging;

import dev.parley.messaging.DeadLetter;
import dev.parley.messaging.QueueStats;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.LetterAction;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/** As {@link BrokenBrokers}: what goes wrong with dead letters and statistics. */
final class BrokenLetters {

    private BrokenLetters() {}

    // ---- dead letters

    static final class RedrivesToAllGroups extends Faulty {
        @Override
        LetterAction visited(BrokerBackend sound, DeadLetter letter, Function<DeadLetter, LetterAction> visitor) {
            LetterAction action = visitor.apply(letter);
            if (action == LetterAction.REDRIVE) {
                publishAgain(sound, letter.topic(), letter.message());
                return LetterAction.DISCARD;
            }
            return action;
        }
    }

    static final class RedrivesAndKeeps extends Faulty {
        @Override
        LetterAction visited(BrokerBackend sound, DeadLetter letter, Function<DeadLetter, LetterAction> visitor) {
            LetterAction action = visitor.apply(letter);
            if (action == LetterAction.REDRIVE) {
                publishAgain(sound, letter.topic(), letter.message());
                return LetterAction.KEEP;
            }
            return action;
        }
    }

    static final class RedrivesToNobody extends Faulty {
        @Override
        LetterAction visited(BrokerBackend sound, DeadLetter letter, Function<DeadLetter, LetterAction> visitor) {
            LetterAction action = visitor.apply(letter);
            return action == LetterAction.REDRIVE ? LetterAction.DISCARD : action;
        }
    }

    static final class LettersWithoutTrace extends Faulty {
        @Override
        LetterAction visited(BrokerBackend sound, DeadLetter letter, Function<DeadLetter, LetterAction> visitor) {
            var metadata = letter.message().metadata();
            var bare = new dev.parley.messaging.MessageMetadata(
                    metadata.source(),
                    metadata.timestamp(),
                    metadata.correlationId(),
                    metadata.version(),
                    metadata.key(),
                    metadata.expiry(),
                    metadata.contentType(),
                    Map.of());
            return visitor.apply(new DeadLetter(
                    letter.id(),
                    letter.queue(),
                    letter.topic(),
                    letter.message().withMetadata(bare),
                    letter.position(),
                    letter.attempts(),
                    letter.failure()));
        }
    }

    static final class LettersWithoutPosition extends Faulty {
        @Override
        LetterAction visited(BrokerBackend sound, DeadLetter letter, Function<DeadLetter, LetterAction> visitor) {
            return visitor.apply(new DeadLetter(
                    letter.id(),
                    letter.queue(),
                    letter.topic(),
                    letter.message(),
                    letter.position() + "0",
                    letter.attempts(),
                    letter.failure()));
        }
    }

    // ---- statistics

    private static QueueStats counted(
            QueueStats stats, OptionalLong inFlight, OptionalLong redelivered, OptionalLong deadLetters) {
        return new QueueStats(
                stats.queue(),
                stats.depth() + stats.inFlight().orElse(0) - inFlight.orElse(0),
                stats.delayed(),
                inFlight,
                stats.oldestAge(),
                redelivered,
                deadLetters,
                stats.consumers());
    }

    private static QueueStats aged(QueueStats stats, Optional<Duration> oldestAge) {
        return new QueueStats(
                stats.queue(),
                stats.depth(),
                stats.delayed(),
                stats.inFlight(),
                oldestAge,
                stats.redelivered(),
                stats.deadLetters(),
                stats.consumers());
    }

    static final class CountsNothingInFlight extends Faulty {
        @Override
        QueueStats broken(QueueStats stats) {
            return counted(stats, OptionalLong.of(0), stats.redelivered(), stats.deadLetters());
        }
    }

    static final class CountsNoDeadLetters extends Faulty {
        @Override
        QueueStats broken(QueueStats stats) {
            return counted(stats, stats.inFlight(), stats.redelivered(), OptionalLong.of(0));
        }
    }

    static final class CountsNoRedeliveries extends Faulty {
        @Override
        QueueStats broken(QueueStats stats) {
            return counted(stats, stats.inFlight(), OptionalLong.of(0), stats.deadLetters());
        }
    }

    /** As where the age is that of the last publication, or of the process. */
    static final class TellsAnAgeOfNothing extends Faulty {
        @Override
        QueueStats broken(QueueStats stats) {
            return aged(stats, Optional.of(stats.oldestAge().orElse(Duration.ofSeconds(1))));
        }
    }

    static final class DoesNotAge extends Faulty {
        @Override
        QueueStats broken(QueueStats stats) {
            return aged(stats, stats.oldestAge().map(age -> Duration.ofMillis(1)));
        }
    }
}
