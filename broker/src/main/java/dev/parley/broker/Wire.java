package dev.parley.broker;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.parley.Code;
import dev.parley.broker.v1.Event;
import dev.parley.broker.v1.Open;
import dev.parley.broker.v1.Queue;
import dev.parley.messaging.DeadLetter;
import dev.parley.messaging.Failure;
import dev.parley.messaging.Message;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.QueueStats;
import dev.parley.messaging.StartFrom;
import dev.parley.messaging.Topic;
import dev.parley.messaging.spi.CloudEvents;
import dev.parley.messaging.spi.ConsumerSpec;
import dev.parley.messaging.spi.Outgoing;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** Values as protobuf messages and back. What is malformed is an {@link IllegalArgumentException}. */
final class Wire {

    private static final long NANOS = TimeUnit.SECONDS.toNanos(1);

    private Wire() {}

    static Event event(Message<byte[]> message) {
        return Event.newBuilder()
                .putAllAttributes(CloudEvents.attributes(message))
                // Nobody changes a payload that was handed over.
                .setData(UnsafeByteOperations.unsafeWrap(message.payload()))
                .build();
    }

    static Message<byte[]> message(Event event) {
        ByteString data = event.getData();
        return CloudEvents.message(event.getAttributesMap(), data.toByteArray());
    }

    static dev.parley.broker.v1.Outgoing outgoing(Outgoing message) {
        return dev.parley.broker.v1.Outgoing.newBuilder()
                .setTopic(message.topic())
                .setEvent(event(message.message()))
                .setDeliverAtNanos(message.deliverAt().map(Wire::nanos).orElse(0L))
                .build();
    }

    static Outgoing outgoing(dev.parley.broker.v1.Outgoing message) {
        String topic = new QueueName(message.getTopic(), "any").topic();
        if (Topic.bytes(topic).isPattern()) {
            throw new IllegalArgumentException(
                    "topic \"%s\" is a pattern: one can subscribe to it, but not publish".formatted(topic));
        }
        return new Outgoing(topic, message(message.getEvent()), instant(message.getDeliverAtNanos()));
    }

    static Queue queue(QueueName queue) {
        return Queue.newBuilder()
                .setTopic(queue.topic())
                .setGroup(queue.group())
                .build();
    }

    static QueueName queue(Queue queue) {
        return new QueueName(queue.getTopic(), queue.getGroup());
    }

    static Open open(ConsumerSpec spec) {
        Open.Builder open = Open.newBuilder()
                .setQueue(queue(spec.queue()))
                .setKind(spec.kind().name())
                .setPrefetch(spec.prefetch())
                .setOrdered(spec.ordered())
                .setLeaseMillis(spec.lease().toMillis());
        spec.boundTo().ifPresent(open::setBoundTo);
        switch (spec.start()) {
            case StartFrom.Latest latest -> {}
            case StartFrom.Earliest earliest -> open.setEarliest(true);
            case StartFrom.Position(String position) -> open.setPosition(position);
            case StartFrom.Time(Instant time) -> open.setTimeNanos(nanos(time));
        }
        return open.build();
    }

    static ConsumerSpec spec(Open open) {
        StartFrom start = switch (open.getStartCase()) {
            case EARLIEST -> StartFrom.earliest();
            case POSITION -> new StartFrom.Position(open.getPosition());
            case TIME_NANOS -> new StartFrom.Time(instant(open.getTimeNanos()).orElse(Instant.EPOCH));
            case START_NOT_SET -> StartFrom.latest();
        };
        return new ConsumerSpec(
                queue(open.getQueue()),
                open.hasBoundTo() ? Optional.of(open.getBoundTo()) : Optional.empty(),
                ConsumerSpec.Kind.valueOf(open.getKind()),
                open.getPrefetch(),
                open.getOrdered(),
                start,
                Duration.ofMillis(open.getLeaseMillis()));
    }

    static dev.parley.broker.v1.Failure failure(Failure failure) {
        return dev.parley.broker.v1.Failure.newBuilder()
                .setFirstNanos(nanos(failure.first()))
                .setLastNanos(nanos(failure.last()))
                .setCode(failure.code().number())
                .setCause(failure.cause())
                .build();
    }

    static Failure failure(dev.parley.broker.v1.Failure failure) {
        return new Failure(
                instant(failure.getFirstNanos()).orElse(Instant.EPOCH),
                instant(failure.getLastNanos()).orElse(Instant.EPOCH),
                Code.ofNumber(failure.getCode()).orElse(Code.UNKNOWN),
                failure.getCause());
    }

    static dev.parley.broker.v1.DeadLetter letter(DeadLetter letter) {
        return dev.parley.broker.v1.DeadLetter.newBuilder()
                .setId(letter.id())
                .setQueue(queue(letter.queue()))
                .setTopic(letter.topic())
                .setEvent(event(letter.message()))
                .setPosition(letter.position())
                .setAttempts(letter.attempts())
                .setFailure(failure(letter.failure()))
                .build();
    }

    static DeadLetter letter(dev.parley.broker.v1.DeadLetter letter) {
        return new DeadLetter(
                letter.getId(),
                queue(letter.getQueue()),
                letter.getTopic(),
                message(letter.getEvent()),
                letter.getPosition(),
                letter.getAttempts(),
                failure(letter.getFailure()));
    }

    static dev.parley.broker.v1.QueueStats stats(QueueStats stats) {
        dev.parley.broker.v1.QueueStats.Builder wire = dev.parley.broker.v1.QueueStats.newBuilder()
                .setQueue(queue(stats.queue()))
                .setDepth(stats.depth());
        stats.inFlight().ifPresent(wire::setInFlight);
        stats.delayed().ifPresent(wire::setDelayed);
        stats.oldestAge().ifPresent(age -> wire.setOldestAgeMillis(age.toMillis()));
        stats.redelivered().ifPresent(wire::setRedelivered);
        stats.deadLetters().ifPresent(wire::setDeadLetters);
        stats.consumers().ifPresent(wire::setConsumers);
        stats.boundTo().ifPresent(wire::setBoundTo);
        return wire.build();
    }

    static QueueStats stats(dev.parley.broker.v1.QueueStats stats) {
        return new QueueStats(
                queue(stats.getQueue()),
                stats.getDepth(),
                given(stats.hasDelayed(), stats.getDelayed()),
                given(stats.hasInFlight(), stats.getInFlight()),
                stats.hasOldestAgeMillis()
                        ? Optional.of(Duration.ofMillis(stats.getOldestAgeMillis()))
                        : Optional.empty(),
                given(stats.hasRedelivered(), stats.getRedelivered()),
                given(stats.hasDeadLetters(), stats.getDeadLetters()),
                given(stats.hasConsumers(), stats.getConsumers()),
                stats.hasBoundTo() ? Optional.of(stats.getBoundTo()) : Optional.empty());
    }

    private static OptionalLong given(boolean is, long value) {
        return is ? OptionalLong.of(value) : OptionalLong.empty();
    }

    /** Since 1970; what is outside of the years 1678 to 2262 becomes their end. 0 stands for nothing, so 1970 itself is one later. */
    static long nanos(Instant time) {
        long seconds = time.getEpochSecond();
        if (seconds >= Long.MAX_VALUE / NANOS) {
            return Long.MAX_VALUE;
        }
        if (seconds <= Long.MIN_VALUE / NANOS) {
            return Long.MIN_VALUE;
        }
        long nanos = seconds * NANOS + time.getNano();
        return nanos == 0 ? 1 : nanos;
    }

    static Optional<Instant> instant(long nanos) {
        return nanos == 0
                ? Optional.empty()
                : Optional.of(Instant.ofEpochSecond(Math.floorDiv(nanos, NANOS), Math.floorMod(nanos, NANOS)));
    }
}
