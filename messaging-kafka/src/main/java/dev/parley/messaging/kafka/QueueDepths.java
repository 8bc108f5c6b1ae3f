package dev.parley.messaging.kafka;

import dev.parley.CallException;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.QueueStats;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
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
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupType;
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
    private final ShareGroups shares;
    private final Letters letters;
    private final InstantSource clock;

    QueueDepths(
            KafkaClients clients,
            KafkaSettings settings,
            Topics topics,
            StartOffsets offsets,
            ShareGroups shares,
            Letters letters,
            InstantSource clock) {
        this.clients = clients;
        this.settings = settings;
        this.topics = topics;
        this.offsets = offsets;
        this.shares = shares;
        this.letters = letters;
        this.clock = clock;
    }

    /**
     * Of the groups whose names are ours, and of these.
     *
     * @param bound ids of groups of somebody else's by the queues that use them
     * @param inFlight of consumers here
     * @param redelivered to consumers here
     */
    List<QueueStats> all(
            Map<QueueName, String> bound, Map<QueueName, Integer> inFlight, Map<QueueName, Long> redelivered)
            throws Exception {
        Map<QueueName, String> groups = new HashMap<>(bound);
        Set<String> shared = new HashSet<>();
        for (GroupListing group : listed()) {
            KafkaNames.queue(group.groupId()).ifPresent(queue -> groups.putIfAbsent(queue, group.groupId()));
            if (group.type().orElse(GroupType.UNKNOWN) == GroupType.SHARE) {
                shared.add(group.groupId());
            }
        }
        if (groups.isEmpty()) {
            return List.of();
        }
        // In a share group itself a consumer has several members, among those of its retries one.
        Map<QueueName, String> members = new HashMap<>(groups);
        members.replaceAll((queue, group) -> shared.contains(group) ? KafkaNames.retry(queue) : group);
        Map<String, KafkaFuture<ConsumerGroupDescription>> described =
                clients.admin().describeConsumerGroups(members.values()).describedGroups();
        Set<String> existing =
                new HashSet<>(clients.answer(clients.admin().listTopics().names(), "listing topics"));
        List<QueueStats> all = new ArrayList<>();
        for (Map.Entry<QueueName, String> each : groups.entrySet()) {
            QueueName queue = each.getKey();
            String group = each.getValue();
            try {
                all.add(one(
                        queue,
                        group,
                        shared.contains(group),
                        existing,
                        Optional.ofNullable(inFlight.get(queue)),
                        Optional.ofNullable(redelivered.get(queue)),
                        members(described.get(members.get(queue))),
                        Optional.ofNullable(bound.get(queue))));
            } catch (CallException e) {
                if (listed().stream().anyMatch(still -> still.groupId().equals(group))) {
                    throw e;
                }
                // Deleted meanwhile, its topics included.
            }
        }
        return all;
    }

    private Collection<GroupListing> listed() throws Exception {
        return clients.answer(clients.admin().listGroups().all(), "listing groups");
    }

    /**
     * Of one queue.
     *
     * @param taken in flight at consumers here, if there are any; what others have is not known, unless there are none
     * @param again deliveries to consumers here that were not the first; those of others are not known
     */
    private QueueStats one(
            QueueName queue,
            String group,
            boolean shared,
            Set<String> existing,
            Optional<Integer> taken,
            Optional<Long> again,
            OptionalLong members,
            Optional<String> boundTo)
            throws Exception {
        Map<TopicPartition, Long> behind = new HashMap<>();
        long lag = shared
                ? sharedLag(queue, group, existing, behind)
                : lag(group, users(group, existing), existing, behind);
        OptionalLong inFlight = members.orElse(-1) == 0
                ? OptionalLong.of(0)
                : taken.map(OptionalLong::of).orElse(OptionalLong.empty());
        return new QueueStats(
                queue,
                Math.max(0, lag - inFlight.orElse(0)),
                OptionalLong.empty(),
                inFlight,
                oldest(behind),
                again.map(OptionalLong::of).orElse(OptionalLong.empty()),
                OptionalLong.of(existing.contains(KafkaNames.deadLetters(queue)) ? letters.count(queue) : 0),
                members,
                boundTo);
    }

    /** As {@link #lag} of a share group, what is in flight included, and of its retries. */
    private long sharedLag(QueueName queue, String group, Set<String> existing, Map<TopicPartition, Long> behind)
            throws Exception {
        Map<TopicPartition, SharePartitionOffsetInfo> begun = shares.offsets(group);
        begun.keySet().removeIf(partition -> !existing.contains(partition.topic()));
        Map<TopicPartition, Long> ends = offsets.offsets(List.copyOf(begun.keySet()), OffsetSpec.latest());
        long sum = 0;
        for (Map.Entry<TopicPartition, SharePartitionOffsetInfo> each : begun.entrySet()) {
            long start = each.getValue().startOffset();
            long lag = each.getValue().lag().orElse(ends.getOrDefault(each.getKey(), start) - start);
            if (lag > 0) {
                behind.put(each.getKey(), start);
                sum += lag;
            }
        }
        Set<String> retry = existing.contains(KafkaNames.retry(queue)) ? Set.of(KafkaNames.retry(queue)) : Set.of();
        return sum + lag(KafkaNames.retry(queue), retry, existing, behind);
    }

    private static Set<String> users(String group, Set<String> existing) {
        Set<String> names = new HashSet<>();
        KafkaNames.queue(group)
                .ifPresent(queue -> existing.stream()
                        .filter(topic -> Membership.matches(queue, topic))
                        .forEach(names::add));
        return names;
    }

    /**
     * The lag; puts into {@code behind} where the partitions stand that have one.
     *
     * @param more topics that count even if the group has no offset in them
     */
    private long lag(String group, Set<String> more, Set<String> existing, Map<TopicPartition, Long> behind)
            throws Exception {
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
        Set<String> names = new HashSet<>(more);
        partitions.forEach(partition -> names.add(partition.topic()));
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
            long ahead = Math.max(0, ends.getOrDefault(partition, at) - at);
            if (ahead > 0) {
                behind.put(partition, at);
            }
            lag += ahead;
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
