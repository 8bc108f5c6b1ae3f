package dev.parley.events;

import dev.parley.CallException;
import dev.parley.events.OutboxEntry.Lane;
import dev.parley.messaging.Message;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.PublishOptions;
import dev.parley.messaging.Topic;
import dev.parley.store.Position;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Publishes batches: topic by topic, each in its order. If a batch fails for reasons that may be a single message's, its messages are
 * published one by one, which finds the one; it is set aside or its key held, and the others go on. Confined to the relay's thread.
 */
final class RelayPublisher {

    private final MessageBroker broker;
    private final Holds holds;
    private final BooleanSupplier mayGoOn;
    final LongAdder failed = new LongAdder();

    private List<Position> sent = new ArrayList<>();
    private Map<Position, String> refused = new LinkedHashMap<>();
    private @Nullable CallException problem;
    private boolean stopped;

    /** @param mayGoOn asked before each publication: whether this is the active relay still, and is not closed */
    RelayPublisher(MessageBroker broker, Holds holds, BooleanSupplier mayGoOn) {
        this.broker = broker;
        this.holds = holds;
        this.mayGoOn = mayGoOn;
    }

    /**
     * What has become of a batch.
     *
     * @param sent confirmed by the broker
     * @param refused set aside, with the cause
     * @param problem what failed last
     * @param stopped whether the rest was not tried: it is to be read again
     */
    record Result(
            List<Position> sent, Map<Position, String> refused, Optional<CallException> problem, boolean stopped) {}

    Result publish(List<OutboxEntry> batch) {
        sent = new ArrayList<>();
        refused = new LinkedHashMap<>();
        problem = null;
        stopped = false;
        Map<String, List<OutboxEntry>> topics = new LinkedHashMap<>();
        for (OutboxEntry entry : batch) {
            topics.computeIfAbsent(entry.topic(), topic -> new ArrayList<>()).add(entry);
        }
        topics.values().forEach(this::publishTopic);
        return new Result(sent, refused, Optional.ofNullable(problem), stopped);
    }

    private void publishTopic(List<OutboxEntry> entries) {
        int from = 0;
        while (from < entries.size()) {
            int to = from + 1;
            while (to < entries.size() && goTogether(entries.get(from), entries.get(to))) {
                to++;
            }
            publishRun(entries.subList(from, to));
            from = to;
        }
    }

    /** A batch has one content type, and no options: what is scheduled goes by itself. */
    private static boolean goTogether(OutboxEntry first, OutboxEntry other) {
        return first.deliverAt().isEmpty()
                && other.deliverAt().isEmpty()
                && first.message()
                        .metadata()
                        .contentType()
                        .equals(other.message().metadata().contentType());
    }

    private void publishRun(List<OutboxEntry> run) {
        List<OutboxEntry> free =
                run.stream().filter(entry -> !holds.isHeld(entry)).toList();
        if (free.isEmpty() || !goesOn()) {
            return;
        }
        try {
            send(free);
            free.forEach(this::markSent);
        } catch (RuntimeException e) {
            if (free.size() == 1 || Refusal.of(e) == Refusal.LATER) {
                refuse(free.getFirst(), e);
            } else {
                failed(e);
                free.forEach(this::publishOne);
            }
        }
    }

    private void publishOne(OutboxEntry entry) {
        if (holds.isHeld(entry) || !goesOn()) {
            return;
        }
        try {
            send(List.of(entry));
            markSent(entry);
        } catch (RuntimeException e) {
            refuse(entry, e);
        }
    }

    private void send(List<OutboxEntry> entries) {
        OutboxEntry first = entries.getFirst();
        Topic<byte[]> topic = new Topic<>(
                first.topic(), new EncodedPayload(first.message().metadata().contentType()));
        if (entries.size() == 1) {
            broker.publish(
                    topic,
                    first.message(),
                    first.deliverAt().map(PublishOptions::at).orElseGet(PublishOptions::defaults));
            return;
        }
        List<Message<byte[]>> messages =
                entries.stream().map(OutboxEntry::message).toList();
        broker.publishAll(topic, messages);
    }

    private void markSent(OutboxEntry entry) {
        sent.add(entry.position());
        holds.sent(entry.lane());
    }

    private void refuse(OutboxEntry entry, RuntimeException thrown) {
        failed(thrown);
        switch (Refusal.of(thrown)) {
            case NEVER -> {
                refused.put(entry.position(), Refusal.cause(thrown));
                holds.sent(entry.lane());
            }
            case UNSURE -> holds.hold(entry.lane());
            case LATER -> {
                // A broker that is away is asked for one topic only: each question costs its whole time-out.
                if (broker.problem().isPresent()) {
                    stopped = true;
                } else {
                    holds.hold(Lane.topic(entry.topic()));
                }
            }
        }
    }

    private void failed(RuntimeException thrown) {
        failed.increment();
        problem = CallException.from(thrown);
    }

    private boolean goesOn() {
        stopped |= holds.isFull() || !mayGoOn.getAsBoolean();
        return !stopped;
    }
}
