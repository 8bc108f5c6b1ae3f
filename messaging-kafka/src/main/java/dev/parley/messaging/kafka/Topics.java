package dev.parley.messaging.kafka;

import dev.parley.messaging.QueueName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Makes topics where they are missing, and remembers those that are there. Thread-safe. */
final class Topics {

    private static final int MAX_KNOWN = 10_000;
    private static final int OVERHEAD = 64 << 10;
    private static final Duration VISIBLE = Duration.ofSeconds(5);

    private final KafkaClients clients;
    private final KafkaSettings settings;
    private final Set<String> known = ConcurrentHashMap.newKeySet();

    Topics(KafkaClients clients, KafkaSettings settings) {
        this.clients = clients;
        this.settings = settings;
    }

    /** Sees to it that a user's topic is there; whether it was made here and now. */
    boolean ensure(String topic) throws Exception {
        Map<String, String> config = settings.maxMessageBytes() > KafkaSettings.DEFAULT_MAX_BYTES
                ? Map.of("max.message.bytes", Integer.toString(settings.maxMessageBytes() + OVERHEAD))
                : Map.of();
        return ensure(new NewTopic(topic, Optional.of(settings.partitions()), replication()).configs(config));
    }

    /** Sees to it that a queue's topic of retries is there, which keeps what waits for longer than any may wait. */
    void ensureRetry(QueueName queue) throws Exception {
        var _ = ensure(new NewTopic(KafkaNames.retry(queue), Optional.of(RetryTier.COUNT), replication())
                .configs(Map.of(
                        "retention.ms", Long.toString(Duration.ofDays(30).toMillis()),
                        "retention.bytes", "-1",
                        "max.message.bytes", Integer.toString(ownMaxBytes()))));
    }

    /** Sees to it that a queue's topic of dead letters is there: compacted, one partition, so that the letters have an order. */
    void ensureDeadLetters(QueueName queue) throws Exception {
        var _ = ensure(new NewTopic(KafkaNames.deadLetters(queue), Optional.of(1), replication())
                .configs(Map.of("cleanup.policy", "compact", "max.message.bytes", Integer.toString(ownMaxBytes()))));
    }

    private int ownMaxBytes() {
        return Math.max(settings.maxMessageBytes(), 1 << 20) + OVERHEAD;
    }

    private Optional<Short> replication() {
        return settings.replication() < 0 ? Optional.empty() : Optional.of(settings.replication());
    }

    private boolean ensure(NewTopic topic) throws Exception {
        if (known.contains(topic.name())) {
            return false;
        }
        boolean made = false;
        // Asked first, because who may use a topic may not be allowed to make it.
        if (partitions(List.of(topic.name())).isEmpty()) {
            try {
                clients.admin().createTopics(List.of(topic)).all().get();
                made = true;
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof TopicExistsException)) {
                    throw KafkaErrors.translated(e, "making the topic " + topic.name(), settings);
                }
            }
            awaitVisible(topic.name());
        }
        if (known.size() >= MAX_KNOWN) {
            known.clear();
        }
        known.add(topic.name());
        return made;
    }

    /**
     * The controller has made it, but brokers hear of it a moment later; a consumer that asked in between would do without it until it asks
     * again. One broker that knows it is no proof for others, but what is left costs such a consumer {@link Membership#REFRESH} at most.
     */
    private void awaitVisible(String topic) throws Exception {
        long deadline = System.nanoTime() + VISIBLE.toNanos();
        while (partitions(List.of(topic)).isEmpty() && System.nanoTime() < deadline) {
            Thread.sleep(20);
        }
    }

    /** Asks again next time. */
    void forget(String topic) {
        known.remove(topic);
    }

    /** The partitions of those of the topics that are there. */
    List<TopicPartition> partitions(Collection<String> topics) throws Exception {
        List<TopicPartition> found = new ArrayList<>();
        Map<String, KafkaFuture<TopicDescription>> answers = clients.admin()
                .describeTopics(topics, new DescribeTopicsOptions())
                .topicNameValues();
        for (Map.Entry<String, KafkaFuture<TopicDescription>> answer : answers.entrySet()) {
            try {
                for (TopicPartitionInfo partition : answer.getValue().get().partitions()) {
                    found.add(new TopicPartition(answer.getKey(), partition.partition()));
                }
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw KafkaErrors.translated(e, "looking up the topic " + answer.getKey(), settings);
                }
            }
        }
        return found;
    }

    /** The names of users' topics that are there. */
    List<String> users() throws Exception {
        return clients.answer(clients.admin().listTopics().names(), "listing topics").stream()
                .filter(KafkaNames::isUsers)
                .toList();
    }

    /** Removes topics of ours that are there. */
    void delete(List<String> topics) throws Exception {
        for (Map.Entry<String, KafkaFuture<Void>> answer :
                clients.admin().deleteTopics(topics).topicNameValues().entrySet()) {
            try {
                answer.getValue().get();
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw KafkaErrors.translated(e, "deleting the topic " + answer.getKey(), settings);
                }
            }
            forget(answer.getKey());
        }
    }
}
