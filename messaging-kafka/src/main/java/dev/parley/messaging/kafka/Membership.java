package dev.parley.messaging.kafka;

import dev.parley.messaging.QueueName;
import dev.parley.messaging.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;

/**
 * How a consumer comes to its partitions. Used by the thread that polls only. Topics of a pattern are looked for here rather than by the
 * client, whose regular expressions could take forever on patterns of many {@code #}.
 */
sealed interface Membership {

    /** How soon topics and partitions that are made later are seen, about. */
    Duration REFRESH = Duration.ofSeconds(3);

    /** Asks for partitions; {@code listener} hears of those that come and go. */
    void begin(KafkaConsumer<byte[], byte[]> consumer, ConsumerRebalanceListener listener);

    /** Looks for new topics and partitions, where the broker does not; called every {@link #REFRESH}. */
    void refresh(KafkaConsumer<byte[], byte[]> consumer, ConsumerRebalanceListener listener);

    /** As a member of the queue's consumer group, which deals out the partitions. */
    final class OfGroup implements Membership {
        private final QueueName queue;
        private Set<String> topics;

        /** Begins with these topics of the queue's. */
        OfGroup(QueueName queue, Collection<String> topics) {
            this.queue = queue;
            this.topics = withRetry(topics);
        }

        @Override
        public void begin(KafkaConsumer<byte[], byte[]> consumer, ConsumerRebalanceListener listener) {
            consumer.subscribe(topics, listener);
        }

        @Override
        public void refresh(KafkaConsumer<byte[], byte[]> consumer, ConsumerRebalanceListener listener) {
            if (!Topic.bytes(queue.topic()).isPattern()) {
                return;
            }
            try {
                Set<String> found = withRetry(consumer.listTopics(REFRESH).keySet().stream()
                        .filter(topic -> matches(queue, topic))
                        .toList());
                if (!found.equals(topics)) {
                    topics = found;
                    consumer.subscribe(topics, listener);
                }
            } catch (RetriableException e) {
                // Next time; that the broker is away is found out elsewhere.
            }
        }

        private Set<String> withRetry(Collection<String> users) {
            Set<String> all = new TreeSet<>(users);
            all.add(KafkaNames.retry(queue));
            return all;
        }
    }

    /** As a member of a group that takes the queue's retries only. */
    final class OfRetries implements Membership {
        private final QueueName queue;

        OfRetries(QueueName queue) {
            this.queue = queue;
        }

        @Override
        public void begin(KafkaConsumer<byte[], byte[]> consumer, ConsumerRebalanceListener listener) {
            consumer.subscribe(Set.of(KafkaNames.retry(queue)), listener);
        }

        @Override
        public void refresh(KafkaConsumer<byte[], byte[]> consumer, ConsumerRebalanceListener listener) {
            // One topic: the client looks for its partitions.
        }
    }

    /** Alone, with all partitions. */
    final class Alone implements Membership {
        private final QueueName queue;
        private final Map<TopicPartition, Long> start;
        private final Set<TopicPartition> assigned = new HashSet<>();

        /** Begins at these offsets, and at the beginning of what appears later. */
        Alone(QueueName queue, Map<TopicPartition, Long> start) {
            this.queue = queue;
            this.start = start;
        }

        @Override
        public void begin(KafkaConsumer<byte[], byte[]> consumer, ConsumerRebalanceListener listener) {
            assign(consumer, listener, start.keySet());
            start.forEach(consumer::seek);
        }

        @Override
        public void refresh(KafkaConsumer<byte[], byte[]> consumer, ConsumerRebalanceListener listener) {
            Set<TopicPartition> found = new HashSet<>();
            try {
                consumer.listTopics(REFRESH).forEach((topic, partitions) -> {
                    if (matches(queue, topic)) {
                        partitions.forEach(each -> found.add(new TopicPartition(topic, each.partition())));
                    }
                });
            } catch (RetriableException e) {
                return;
            }
            found.removeAll(assigned);
            if (!found.isEmpty()) {
                assign(consumer, listener, found);
                consumer.seekToBeginning(found);
            }
        }

        private void assign(
                KafkaConsumer<byte[], byte[]> consumer,
                ConsumerRebalanceListener listener,
                Collection<TopicPartition> more) {
            assigned.addAll(more);
            consumer.assign(new ArrayList<>(assigned));
            listener.onPartitionsAssigned(List.copyOf(more));
        }
    }

    /** Whether a topic is one of a queue's. */
    static boolean matches(QueueName queue, String topic) {
        return KafkaNames.isUsers(topic) && Topic.bytes(queue.topic()).matches(topic);
    }
}
