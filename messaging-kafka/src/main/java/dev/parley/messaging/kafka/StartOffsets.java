package dev.parley.messaging.kafka;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.StartFrom;
import dev.parley.messaging.spi.ConsumerSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnknownMemberIdException;

/**
 * Where a group begins that the broker does not know: its offsets are committed before its first consumer joins, so that nothing published
 * afterwards is missed. Partitions that appear later begin at their beginning. Thread-safe.
 */
final class StartOffsets {

    private static final Pattern POSITION = Pattern.compile("(?:([^/:]+)/)?([0-9]{1,9}):([0-9]{1,18})");

    private final KafkaClients clients;
    private final KafkaSettings settings;

    StartOffsets(KafkaClients clients, KafkaSettings settings) {
        this.clients = clients;
        this.settings = settings;
    }

    /** Whether the broker knows a group: that is, any offset of it. */
    boolean isKnown(String group) throws Exception {
        return !clients.answer(
                        clients.admin().listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(group),
                        "asking for the offsets of " + group)
                .isEmpty();
    }

    /**
     * Makes a group known.
     *
     * @param retry the partitions of its topic of retries, which begin at their beginning
     * @return false if somebody else has made it known meanwhile
     */
    boolean begin(String group, ConsumerSpec spec, List<TopicPartition> users, List<TopicPartition> retry)
            throws Exception {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        of(spec.queue(), spec.start(), users)
                .forEach((partition, offset) -> offsets.put(partition, new OffsetAndMetadata(offset)));
        retry.forEach(partition -> offsets.put(partition, new OffsetAndMetadata(0)));
        try {
            clients.admin().alterConsumerGroupOffsets(group, offsets).all().get();
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownMemberIdException) {
                return false; // it has members, which have begun
            }
            if (e.getCause() instanceof GroupIdNotFoundException) { // not said of one that is not there
                throw new CallException(
                        Code.FAILED_PRECONDITION,
                        "group \"%s\" at %s is no consumer group: it was used with share=true, and is to be deleted first"
                                .formatted(group, settings.shown()),
                        e.getCause());
            }
            throw KafkaErrors.translated(e, "committing the first offsets of " + group, settings);
        }
    }

    /** Where to begin in each of these partitions. */
    Map<TopicPartition, Long> of(QueueName queue, StartFrom start, List<TopicPartition> partitions) throws Exception {
        return switch (start) {
            case StartFrom.Latest latest -> offsets(partitions, OffsetSpec.latest());
            case StartFrom.Earliest earliest -> offsets(partitions, OffsetSpec.earliest());
            case StartFrom.Time from ->
                atOrAfter(partitions, Math.max(0, from.time().toEpochMilli()));
            case StartFrom.Position at -> of(queue, at.position(), partitions);
        };
    }

    private Map<TopicPartition, Long> of(QueueName queue, String position, List<TopicPartition> partitions)
            throws Exception {
        Matcher matcher = POSITION.matcher(position);
        if (!matcher.matches()) {
            throw new CallException(
                    Code.INVALID_ARGUMENT,
                    "a position in Kafka is partition:offset, or topic/partition:offset for patterns, but is \"%s\""
                            .formatted(position));
        }
        String topic = matcher.group(1) == null ? queue.topic() : matcher.group(1);
        TopicPartition partition = new TopicPartition(topic, Integer.parseInt(matcher.group(2)));
        if (!partitions.contains(partition)) {
            throw new CallException(
                    Code.INVALID_ARGUMENT,
                    "position \"%s\": %s has no partition %d of topic \"%s\""
                            .formatted(position, queue.topic(), partition.partition(), topic));
        }
        long offset = Long.parseLong(matcher.group(3));
        long oldest = offsets(List.of(partition), OffsetSpec.earliest()).getOrDefault(partition, 0L);
        long end = offsets(List.of(partition), OffsetSpec.latest()).getOrDefault(partition, oldest);
        offset = Math.clamp(offset, oldest, end);
        List<TopicPartition> others =
                partitions.stream().filter(other -> !other.equals(partition)).toList();
        // The other partitions: from the time of that record on.
        Map<TopicPartition, Long> result = new HashMap<>(
                offset == end ? offsets(others, OffsetSpec.latest()) : atOrAfter(others, timestamp(partition, offset)));
        result.put(partition, offset);
        return result;
    }

    private Map<TopicPartition, Long> atOrAfter(List<TopicPartition> partitions, long millis) throws Exception {
        Map<TopicPartition, Long> offsets = new HashMap<>(offsets(partitions, OffsetSpec.forTimestamp(millis)));
        List<TopicPartition> none = partitions.stream()
                .filter(partition -> offsets.getOrDefault(partition, -1L) < 0)
                .toList();
        offsets.putAll(offsets(none, OffsetSpec.latest()));
        return offsets;
    }

    private long timestamp(TopicPartition partition, long offset) throws Exception {
        try (KafkaConsumer<byte[], byte[]> consumer = clients.reader(Map.of("max.poll.records", 1))) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, offset);
            long deadline = System.nanoTime()
                    + Duration.ofMillis(clients.answerMillis()).toNanos();
            while (System.nanoTime() < deadline) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    return Math.max(0, record.timestamp());
                }
                if (consumer.position(partition) > offset
                        && consumer.position(partition)
                                >= consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L)) {
                    return System.currentTimeMillis();
                }
            }
            throw new CallException(
                    Code.UNAVAILABLE, "reading %s at %d from %s took too long".formatted(partition, offset, settings));
        } catch (RuntimeException e) {
            throw KafkaErrors.translated(e, "reading " + partition, settings);
        }
    }

    /** Offsets by a specification; those of an answer without one are -1. */
    Map<TopicPartition, Long> offsets(List<TopicPartition> partitions, OffsetSpec spec) throws Exception {
        if (partitions.isEmpty()) {
            return Map.of();
        }
        Map<TopicPartition, OffsetSpec> question =
                partitions.stream().collect(Collectors.toMap(Function.identity(), partition -> spec));
        Map<TopicPartition, ListOffsetsResultInfo> answers =
                clients.answer(clients.admin().listOffsets(question).all(), "asking for offsets");
        Map<TopicPartition, Long> offsets = new HashMap<>();
        new ArrayList<>(answers.entrySet())
                .forEach(
                        answer -> offsets.put(answer.getKey(), answer.getValue().offset()));
        return offsets;
    }
}
