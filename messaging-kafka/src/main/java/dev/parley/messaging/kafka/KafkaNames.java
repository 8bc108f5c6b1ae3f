package dev.parley.messaging.kafka;

import dev.parley.messaging.QueueName;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The names in Kafka of what a queue has there. Two dots stand between topic, group and kind, which no topic of a user's can hold: {@code
 * order.placed..email} is the consumer group, {@code order.placed..email..retry} and {@code ..dlq} are its topics. Kafka allows letters,
 * digits, {@code .}, {@code _} and {@code -}, so in patterns the segment {@code *} becomes {@code -} and {@code #} becomes {@code --}; a
 * segment that holds dashes only has two more of them. All of this can be read back.
 */
final class KafkaNames {

    /** Characters of a topic's name at most, Kafka's limit. */
    static final int MAX = 249;

    private static final String BETWEEN = "..";
    private static final String RETRY = "..retry";
    private static final String DEAD_LETTERS = "..dlq";

    private static final Set<String> INTERNAL =
            Set.of("__consumer_offsets", "__transaction_state", "__share_group_state", "__cluster_metadata");

    private KafkaNames() {}

    /** The id of the consumer group. */
    static String group(QueueName queue) {
        String topic = Arrays.stream(queue.topic().split("\\.", -1))
                .map(segment -> switch (segment) {
                    case "*" -> "-";
                    case "#" -> "--";
                    default -> dashesOnly(segment) ? segment + "--" : segment;
                })
                .collect(Collectors.joining("."));
        return topic + BETWEEN + queue.group();
    }

    /** The topic of what is tried again. */
    static String retry(QueueName queue) {
        return group(queue) + RETRY;
    }

    /** The topic of dead letters. */
    static String deadLetters(QueueName queue) {
        return group(queue) + DEAD_LETTERS;
    }

    /** The queue of a consumer group's id, if it is one of ours. */
    static Optional<QueueName> queue(String group) {
        int between = group.indexOf(BETWEEN);
        if (between < 1 || group.indexOf(BETWEEN, between + 1) >= 0) {
            return Optional.empty();
        }
        String topic = Arrays.stream(group.substring(0, between).split("\\.", -1))
                .map(segment -> switch (segment) {
                    case "-" -> "*";
                    case "--" -> "#";
                    default -> dashesOnly(segment) ? segment.substring(2) : segment;
                })
                .collect(Collectors.joining("."));
        try {
            return Optional.of(new QueueName(topic, group.substring(between + BETWEEN.length())));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // a group of somebody else's
        }
    }

    /** Whether a topic of this name is one that users publish to, rather than one of ours or of the broker's. */
    static boolean isUsers(String topic) {
        return !topic.contains(BETWEEN) && !INTERNAL.contains(topic);
    }

    static void checkTopic(String topic) {
        if (INTERNAL.contains(topic)) {
            throw new IllegalArgumentException("topic \"" + topic + "\" is Kafka's own");
        }
    }

    static void check(QueueName queue) {
        checkTopic(queue.topic());
        int length = retry(queue).length();
        if (length > MAX) {
            throw new IllegalArgumentException(
                    "topic \"%s\" and group \"%s\" are %d characters too long together for the name of their topic of retries, which has %d at most in Kafka"
                            .formatted(queue.topic(), queue.group(), length - MAX, MAX));
        }
    }

    private static boolean dashesOnly(String segment) {
        return segment.chars().allMatch(c -> c == '-');
    }
}
