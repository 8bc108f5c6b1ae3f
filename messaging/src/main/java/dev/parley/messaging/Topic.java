package dev.parley.messaging;

/**
 * A topic, or a pattern of topics, and how its payloads are written.
 *
 * <p>Names are segments of letters, digits, {@code _} and {@code -} with dots between them, at most 200 characters: {@code
 * order.placed}. A pattern, to which one can only subscribe, has {@code *} for exactly one segment and {@code #} for any number of them,
 * none included, as AMQP's topic exchanges have: {@code order.*}, {@code #}.
 *
 * @param name of the topic, or the pattern
 * @param codec of its payloads
 * @param <T> of its payloads
 */
public record Topic<T>(String name, PayloadCodec<T> codec) {

    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException if it is not as above
     */
    public Topic {
        Names.checkTopic(name, true);
    }

    /** Payloads in JSON. */
    public static <T> Topic<T> json(String name, Class<T> type) {
        return new Topic<>(name, PayloadCodec.json(type));
    }

    /** Payloads in protobuf's binary form; {@code prototype} is the default instance of the type. */
    public static <T extends com.google.protobuf.Message> Topic<T> protobuf(String name, T prototype) {
        return new Topic<>(name, PayloadCodec.protobuf(prototype));
    }

    /** Payloads as they are. */
    public static Topic<byte[]> bytes(String name) {
        return new Topic<>(name, PayloadCodec.bytes());
    }

    /** Payloads in text, UTF-8. */
    public static Topic<String> text(String name) {
        return new Topic<>(name, PayloadCodec.text());
    }

    /** Whether this is a pattern. */
    public boolean isPattern() {
        return TopicPattern.isPattern(name);
    }

    /** Whether a topic's name is one of this pattern's, or this name itself. */
    public boolean matches(String topic) {
        return TopicPattern.matches(name, topic);
    }
}
