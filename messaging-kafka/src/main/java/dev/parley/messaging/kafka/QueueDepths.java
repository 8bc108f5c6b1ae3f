package dev.parley.messaging.kafka;

import dev.parley.messaging.QueueName;
import dev.parley.messaging.QueueStats;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * What waits for each group: its lag, in the users' topics and in that of retries; the age of the oldest record that is not done, from the
 * time at which it was published. Thread-safe.
 */
final class QueueDepths {

    private static final Duration READ = Duration.ofSeconds(3);
    private static final int MAX_READ = 1000;

    private final KafkaClients clients;
    private final KafkaSettings settings;
    private final Topics topics;
    private final StartOffsets offsets;
    private final Letters letters;
    private final InstantSource clock;

    QueueDepths(
            KafkaClients clients,
            KafkaSettings settings,
            Topics topics,
            StartOffsets offsets,
            Letters letters,
            InstantSource clock) {
        this.clients = clients;
        this.settings = settings;
        this.topics = topics;
        this.offsets = offsets;
        this.letters = letters;
        this.clock = clock;
    }

    /**
     * Of the groups whose names are ours, and of these.
     *
     * @param bound ids of groups of somebody else's by the queues that use them
     * @param inFlight of consumers here
     */
    List<QueueStats> all(Map<QueueName, String> bound, Map<QueueName, Integer> inFlight) throws Exception {
        Map<QueueName, String> groups = new HashMap<>(bound);
        for (GroupListing group : clients.answer(clients.admin().listGroups().all(), "listing groups")) {
            KafkaNames.queue(group.groupId()).ifPresent(queue -> groups.putIfAbsent(queue, group.groupId()));
        }
        if (groups.isEmpty()) {
            return List.of();
        }
        Map<String, KafkaFuture<ConsumerGroupDescription>> described =
                clients.admin().describeConsumerGroups(groups.values()).describedGroups();
        Set<String> existing =
                new HashSet<>(clients.answer(clients.admin().listTopics().names(), "listing topics"));
        List<QueueStats> all = new ArrayList<>();
        for (Map.Entry<QueueName, String> each : groups.entrySet()) {
            QueueName queue = each.getKey();
            Map<TopicPartition, Long> behind = new HashMap<>();
            long depth = lag(each.getValue(), existing, behind);
            all.add(new QueueStats(
                    queue,
                    depth,
                    OptionalLong.empty(),
                    OptionalLong.of(inFlight.getOrDefault(queue, 0)),
                    oldest(behind),
                    OptionalLong.empty(),
                    existing.contains(KafkaNames.deadLetters(queue))
                            ? OptionalLong.of(letters.count(queue))
                            : OptionalLong.of(0),
                    members(described.get(each.getValue()))));
        }
        return all;
    }

    /** The lag; puts into {@code behind} where the partitions stand that have one. */
    private long lag(String group, Set<String> existing, Map<TopicPartition, Long> behind) throws Exception {
        Map<TopicPartition, OffsetAndMetadata> committed = clients.answer(
                clients.admin().listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(group),
                "asking for the offsets of " + group);
        Set<TopicPartition> partitions = new HashSet<>();
        committed.forEach((partition, offset) -> {
            if (offset != null && existing.contains(partition.topic())) {
                partitions.add(partition);
            }
        });
        // Those that appeared after the group have no offset before their first record is done.
        Set<String> names = new HashSet<>();
        partitions.forEach(partition -> names.add(partition.topic()));
        KafkaNames.queue(group)
                .ifPresent(queue -> existing.stream()
                        .filter(topic -> Membership.matches(queue, topic))
                        .forEach(names::add));
        partitions.addAll(topics.partitions(names));
        List<TopicPartition> list = List.copyOf(partitions);
        Map<TopicPartition, Long> ends = offsets.offsets(list, OffsetSpec.latest());
        List<TopicPartition> unknown = list.stream()
                .filter(partition -> committed.get(partition) == null)
                .toList();
        Map<TopicPartition, Long> begins = offsets.offsets(unknown, OffsetSpec.earliest());
        long lag = 0;
        for (TopicPartition partition : list) {
            OffsetAndMetadata offset = committed.get(partition);
            long at = offset == null ? begins.getOrDefault(partition, 0L) : offset.offset();
            long more = Math.max(0, ends.getOrDefault(partition, at) - at);
            if (more > 0) {
                behind.put(partition, at);
            }
            lag += more;
        }
        return lag;
    }

    private Optional<Duration> oldest(Map<TopicPartition, Long> behind) throws Exception {
        if (behind.isEmpty()) {
            return Optional.empty();
        }
        Set<TopicPartition> unread =
                new HashSet<>(behind.keySet().stream().limit(MAX_READ).toList());
        Instant oldest = Instant.MAX;
        try (KafkaConsumer<byte[], byte[]> consumer = clients.reader(Map.of("max.partition.fetch.bytes", 16 << 10))) {
            consumer.assign(unread);
            unread.forEach(partition -> consumer.seek(partition, behind.getOrDefault(partition, 0L)));
            long deadline = System.nanoTime() + READ.toNanos();
            while (!unread.isEmpty() && System.nanoTime() < deadline) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    TopicPartition partition = new TopicPartition(record.topic(), record.partition());
                    if (unread.remove(partition)) {
                        Instant time = Origin.of(record).timestamp();
                        oldest = time.isBefore(oldest) ? time : oldest;
                        consumer.pause(List.of(partition));
                    }
                }
            }
        } catch (RuntimeException e) {
            throw KafkaErrors.translated(e, "reading the oldest records", settings);
        }
        if (oldest.equals(Instant.MAX)) {
            return Optional.empty();
        }
        Duration age = Duration.between(oldest, clock.instant());
        return Optional.of(age.isNegative() ? Duration.ZERO : age);
    }

    private static OptionalLong members(@Nullable KafkaFuture<ConsumerGroupDescription> description)
            throws InterruptedException {
        if (description == null) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(description.get().members().size());
        } catch (ExecutionException e) {
            return OptionalLong.empty(); // gone meanwhile, or a group of another kind
        }
    }
}
