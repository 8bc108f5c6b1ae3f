package dev.parley.messaging.rabbitmq;

import com.rabbitmq.client.BuiltinExchangeType;
import dev.parley.messaging.QueueName;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * What queues and exchanges of ours are called. A slash, which neither topics nor groups can have, keeps the parts of a name apart: {@code
 * order.placed/billing}, its dead letters {@code order.placed/billing/dlq}, and with an exchange that is not ours {@code
 * orders/order.placed/billing}.
 */
final class QueueNames {
    private static final int MAX_BYTES = 255;
    private static final String LETTERS = "/dlq";

    // Ten per cent: what stands in front in a queue of delayed messages has at most that much longer to wait.
    private static final double STEP = 1.1;
    private static final long FIRST_MILLIS = 100;

    private static final String RETRIES = "parley.retry";
    private static final String LATER = ".delayed";

    /** In place of a group, for what waits in the queues of delays. */
    static final String ALL_GROUPS = "all-groups";

    private QueueNames() {}

    /** The queue of a group. */
    static String group(Settings settings, QueueName queue) {
        String name = queue.topic() + '/' + queue.group();
        return settings.existing() ? settings.exchange() + '/' + name : name;
    }

    /** That of its dead letters. */
    static String deadLetters(Settings settings, QueueName queue) {
        return group(settings, queue) + LETTERS;
    }

    static void check(Settings settings, QueueName queue) {
        int bytes = deadLetters(settings, queue).getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "topic \"%s\" and group \"%s\" make a queue's name of %d bytes with its exchange and %s; RabbitMQ has %d"
                            .formatted(queue.topic(), queue.group(), bytes, LETTERS, MAX_BYTES));
        }
        boolean pattern = queue.topic().indexOf('*') >= 0 || queue.topic().indexOf('#') >= 0;
        if (pattern && settings.exchangeType() == BuiltinExchangeType.DIRECT) {
            throw new IllegalArgumentException("topic \"%s\" is a pattern, and the exchange \"%s\" is a direct one"
                    .formatted(queue.topic(), settings.exchange()));
        }
    }

    /** In which bucket a message waits: by its longest wait in milliseconds. */
    static long bucket(Duration delay) {
        long millis = Math.max(0, delay.toMillis());
        double bucket = FIRST_MILLIS;
        while (Math.round(bucket) < millis) {
            bucket *= STEP;
        }
        return Math.round(bucket);
    }

    /** The exchange and the queue of a bucket: what has waited goes to {@code exchange}, with the routing key that it has. */
    static String delayed(String exchange, long bucketMillis) {
        return (exchange.isEmpty() ? RETRIES : exchange + LATER) + '/' + bucketMillis;
    }

    // ---- from the name of a queue back to what it is

    /** Whose queue this is, or whose dead letters'; empty for one that is none of these settings'. */
    static Optional<QueueName> owner(Settings settings, String name) {
        String prefix = settings.existing() ? settings.exchange() + '/' : "";
        if (!name.startsWith(prefix)) {
            return Optional.empty();
        }
        String[] parts = name.substring(prefix.length()).split("/", 4);
        boolean letters = parts.length == 3 && name.endsWith(LETTERS);
        if (parts.length != 2 && !letters) {
            return Optional.empty();
        }
        try {
            return Optional.of(new QueueName(parts[0], parts[1]));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // somebody else's, who likes slashes
        }
    }

    /** What waits in a queue of a delay, as the name of a topic: retries, or what is published for later; empty for another queue. */
    static Optional<String> delays(Settings settings, String name) {
        int slash = name.lastIndexOf('/');
        if (slash < 0 || !name.substring(slash + 1).matches("[0-9]{1,12}")) {
            return Optional.empty();
        }
        String what = name.substring(0, slash);
        if (what.equals(RETRIES)) {
            return Optional.of(what);
        }
        // An exchange of somebody else's may have a name that no topic can have.
        return what.equals(settings.exchange() + LATER)
                ? Optional.of(settings.existing() ? "exchange" + LATER : what)
                : Optional.empty();
    }
}
