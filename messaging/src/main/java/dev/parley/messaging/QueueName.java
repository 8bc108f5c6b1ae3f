package dev.parley.messaging;

/**
 * The queue of a group: what a topic, or a pattern of topics, has for it.
 *
 * @param topic the topic's name, or the pattern
 * @param group the group's name
 */
public record QueueName(String topic, String group) {

    /**
     * Checks both names.
     *
     * @throws IllegalArgumentException if one is not allowed; see {@link Topic}
     */
    public QueueName {
        Names.checkTopic(topic, true);
        Names.checkGroup(group);
    }

    /** The logical name of its dead letters: {@code TOPIC.GROUP.dlq}. */
    public String deadLetters() {
        return this + ".dlq";
    }

    /** {@code TOPIC.GROUP}. */
    @Override
    public String toString() {
        return topic + '.' + group;
    }
}
