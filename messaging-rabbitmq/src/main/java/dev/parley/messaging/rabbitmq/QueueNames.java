package dev.parley.messaging.rabbitmq;

import com.rabbitmq.client.BuiltinExchangeType;
import dev.parley.messaging.QueueName;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

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
        return (exchange.isEmpty() ? "parley.retry" : exchange + ".delayed") + '/' + bucketMillis;
    }
}
