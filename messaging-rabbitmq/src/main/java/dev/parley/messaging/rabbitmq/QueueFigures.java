package dev.parley.messaging.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ShutdownSignalException;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.QueueStats;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What waits for groups. With a management API: for all of them, as of some seconds ago. Without: for those that this process has used, or
 * that are asked for by name; AMQP tells how many messages wait and how many consumers there are, of what is in flight only that of ours.
 * Thread-safe.
 */
final class QueueFigures {
    private static final Comparator<QueueName> ORDER =
            Comparator.comparing(QueueName::topic).thenComparing(QueueName::group);

    private final RabbitMqBackend backend;
    private final Settings settings;
    private final InstantSource clock;
    private final @Nullable ManagementApi management;

    QueueFigures(RabbitMqBackend backend, InstantSource clock, @Nullable ManagementApi management) {
        this.backend = backend;
        this.settings = backend.settings();
        this.clock = clock;
        this.management = management;
    }

    List<QueueStats> all(Collection<QueueName> used) throws Exception {
        if (management != null) {
            return listed(management.queues(), used);
        }
        // With no group to ask about, a server that is away or refuses would go unnoticed.
        backend.call("connect", () -> backend.consuming().connection());
        List<QueueStats> all = new ArrayList<>();
        for (QueueName queue : used.stream().sorted(ORDER).toList()) {
            stats(queue, null, OptionalLong.empty()).ifPresent(all::add);
        }
        return all;
    }

    Optional<QueueStats> one(QueueName queue) throws Exception {
        if (management != null) {
            return listed(management.queues(), List.of(queue)).stream()
                    .filter(each -> each.queue().equals(queue))
                    .findFirst();
        }
        return stats(queue, null, OptionalLong.empty());
    }

    private List<QueueStats> listed(Map<String, ListedQueue> listed, Collection<QueueName> used) throws Exception {
        TreeSet<QueueName> queues = new TreeSet<>(ORDER);
        queues.addAll(used);
        // What waits for its time waits for all groups in the same queues: whose it is, only the messages know.
        Map<String, Long> waiting = new TreeMap<>();
        for (ListedQueue each : listed.values()) {
            Optional<String> delays = QueueNames.delays(settings, each.name());
            if (delays.isPresent()) {
                long count = counts(each.name(), listed).map(Counts::ready).orElse(0L);
                waiting.merge(delays.get(), count, Long::sum);
            } else {
                QueueNames.owner(settings, each.name()).ifPresent(queues::add);
            }
        }
        boolean nothing = waiting.values().stream().allMatch(count -> count == 0);
        List<QueueStats> all = new ArrayList<>();
        for (QueueName queue : queues) {
            stats(queue, listed, nothing ? OptionalLong.of(0) : OptionalLong.empty())
                    .ifPresent(all::add);
        }
        waiting.forEach((topic, count) -> {
            if (count > 0) {
                all.add(delayed(topic, count));
            }
        });
        return all;
    }

    private static QueueStats delayed(String topic, long count) {
        return new QueueStats(
                new QueueName(topic, QueueNames.ALL_GROUPS),
                count,
                OptionalLong.of(count),
                OptionalLong.of(0),
                Optional.empty(),
                OptionalLong.of(0),
                OptionalLong.of(0),
                OptionalLong.of(0));
    }

    /**
     * The figures of a group, empty if it has no queue.
     *
     * @param listed null if there is no list
     */
    private Optional<QueueStats> stats(QueueName queue, @Nullable Map<String, ListedQueue> listed, OptionalLong delayed)
            throws Exception {
        Group group = backend.known(queue);
        String lettersName = QueueNames.deadLetters(settings, queue);
        Optional<String> boundTo = boundTo(queue, group, listed);
        String name = boundTo.orElseGet(() -> QueueNames.group(settings, queue));
        Optional<Counts> counts = counts(name, listed);
        Optional<Counts> letters = counts(lettersName, listed);
        if (counts.isEmpty() && letters.isEmpty()) {
            return Optional.empty();
        }
        ListedQueue main = listed == null ? null : listed.get(name);
        OptionalLong consumers = counts.map(Counts::consumers).orElse(OptionalLong.empty());
        return Optional.of(new QueueStats(
                queue,
                counts.map(Counts::ready).orElse(0L),
                delayed,
                main != null && main.unacknowledged().isPresent() ? main.unacknowledged() : inFlight(group, consumers),
                age(group, main, consumers),
                redelivered(group, main),
                letters.map(each -> OptionalLong.of(each.ready())).orElse(OptionalLong.empty()),
                consumers,
                boundTo));
    }

    /** Which existing queue a group takes from; nobody but its consumers knows, and they note it on the queue of its dead letters. */
    private Optional<String> boundTo(
            QueueName queue, @Nullable Group group, @Nullable Map<String, ListedQueue> listed) {
        Optional<String> used = group == null ? Optional.empty() : group.boundTo();
        if (used.isPresent() || listed == null || listed.containsKey(QueueNames.group(settings, queue))) {
            return used;
        }
        ListedQueue letters = listed.get(QueueNames.deadLetters(settings, queue));
        return letters == null ? Optional.empty() : letters.boundTo();
    }

    /** What is with consumers, if they are all ours. */
    private static OptionalLong inFlight(@Nullable Group group, OptionalLong consumers) {
        long ours = group == null ? 0 : group.consumers();
        if (consumers.isEmpty() || consumers.getAsLong() != ours) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(group == null ? 0 : group.inFlight());
    }

    /** A retry is another message to the server, so its own count has those of consumers that went away only. */
    private static OptionalLong redelivered(@Nullable Group group, @Nullable ListedQueue main) {
        OptionalLong served = main == null ? OptionalLong.empty() : main.redelivered();
        if (group == null) {
            return served;
        }
        return OptionalLong.of(group.retried() + served.orElse(group.redelivered()));
    }

    /** Of the head as the server tells it; of the oldest that consumers have, if they are all ours. */
    private Optional<Duration> age(@Nullable Group group, @Nullable ListedQueue main, OptionalLong consumers) {
        Optional<Instant> oldest =
                group != null && inFlight(group, consumers).isPresent() ? group.oldest() : Optional.empty();
        Optional<Instant> head = main == null ? Optional.empty() : main.headTime();
        return Stream.concat(oldest.stream(), head.stream()) // a retry that waits may be older than what consumers have
                .min(Instant::compareTo)
                .map(time -> Duration.between(time, clock.instant()))
                .map(age -> age.isNegative() ? Duration.ZERO : age);
    }

    private record Counts(long ready, OptionalLong consumers) {}

    /** From the list; from the queue itself if there is no list, or none with figures yet. */
    private Optional<Counts> counts(String name, @Nullable Map<String, ListedQueue> listed) throws Exception {
        ListedQueue one = listed == null ? null : listed.get(name);
        if (listed != null && one == null) {
            return Optional.empty();
        }
        return one != null && one.ready().isPresent()
                ? Optional.of(new Counts(one.ready().getAsLong(), one.consumers()))
                : look(name);
    }

    private Optional<Counts> look(String name) throws Exception {
        return backend.call(
                        "look at the queue " + name,
                        () -> look(backend.consuming().connection(), name))
                .map(each -> new Counts(each.getMessageCount(), OptionalLong.of(each.getConsumerCount())));
    }

    private static Optional<AMQP.Queue.DeclareOk> look(Connection connection, String queue) throws IOException {
        Channel channel = connection.createChannel();
        try {
            return Optional.of(channel.queueDeclarePassive(queue));
        } catch (IOException e) {
            if (e.getCause() instanceof ShutdownSignalException signal
                    && RabbitErrors.replyCode(signal) == AMQP.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        } finally {
            channel.abort();
        }
    }
}
