package dev.parley.messaging.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ShutdownSignalException;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.QueueName;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;

/**
 * Declares what there must be at the server.
 *
 * <p>Delays need no plugin: a delayed message waits in a queue without consumers until its own time to live has passed, whereupon the server
 * moves it, confirmed ("at least once" dead lettering of quorum queues), to where it belongs. Messages leave such a queue from its head only,
 * so there is one for each span of ten per cent, shared by all groups and topics, because the routing key of a message says where it goes.
 * Those that are no longer used expire.
 *
 * <p>A quorum queue that was declared a moment ago does not survive a server that is killed: RabbitMQ (3.10) notes its name down half a
 * second later, and a queue that is missing there hangs for ever after the restart, with all that was confirmed to it. So nothing counts on a
 * new queue before {@link #SETTLING} has passed.
 *
 * <p>Thread-safe.
 */
final class Topology {
    /** How old a queue must be before one may count on it. */
    static final Duration SETTLING = Duration.ofSeconds(1);

    private static final long REDECLARED_NANOS = Duration.ofMinutes(10).toNanos();
    private static final long UNUSED_MILLIS = Duration.ofHours(1).toMillis();
    private static final String TYPE = "x-queue-type";

    /** On a queue of dead letters: the existing queue that they are from. The server keeps arguments that it does not know. */
    static final String BOUND_TO = "x-parley-bound-to";

    private static final int NO_LIMIT = 1_000_000_000;

    private final Settings settings;
    private final Map<String, Long> delayed = new ConcurrentHashMap<>(); // declared at, by System.nanoTime
    private final Map<String, Long> settledAt = new ConcurrentHashMap<>();

    Topology(Settings settings) {
        this.settings = settings;
    }

    /** What was deleted behind our back is declared again. */
    void forget() {
        delayed.clear();
    }

    /** Forgets a group that is deleted. */
    void forget(QueueName queue) {
        settledAt.remove(QueueNames.group(settings, queue));
        settledAt.remove(QueueNames.deadLetters(settings, queue));
    }

    /** Declares our exchange, or looks whether the one that was named is there, and is of the type that was named. */
    void declareExchange(Connection connection, Channel channel) throws IOException, TimeoutException {
        if (!settings.existing()) {
            channel.exchangeDeclare(settings.exchange(), settings.exchangeType(), true);
            return;
        }
        channel.exchangeDeclarePassive(settings.exchange());
        try (Channel trial = connection.createChannel()) {
            trial.exchangeDeclare(settings.exchange(), settings.exchangeType(), true);
        } catch (IOException e) {
            // Whether it is durable, and what else it has, is its owner's business.
            if (e.getCause() instanceof ShutdownSignalException signal
                    && RabbitErrors.text(signal).contains("arg 'type'")) {
                throw new CallException(
                        Code.FAILED_PRECONDITION,
                        "RabbitMQ at %s: the exchange \"%s\" is of another type than option exchange-type says: %s"
                                .formatted(settings.where(), settings.exchange(), RabbitErrors.text(signal)),
                        e);
            }
        } catch (com.rabbitmq.client.AlreadyClosedException e) {
            // Closing the channel of a trial that has failed.
        }
    }

    /**
     * Declares and binds the queue of a group, and that of its dead letters.
     *
     * @return when one may count on it, by {@code System.nanoTime}
     */
    long declareGroup(Connection connection, QueueName queue, boolean ordered) throws IOException, TimeoutException {
        String name = QueueNames.group(settings, queue);
        boolean isNew = !exists(connection, name);
        try (Channel channel = connection.createChannel()) {
            declareExchange(connection, channel);
            Map<String, Object> arguments = durable();
            if (ordered) {
                // One consumer at a time gets all, the next one when it is gone: the only order that RabbitMQ keeps.
                arguments.put("x-single-active-consumer", true);
            }
            channel.queueDeclare(name, true, false, false, arguments);
            channel.queueBind(name, settings.exchange(), bindingKey(queue.topic()));
        }
        return Math.max(
                isNew ? settled(name) : settledAt.getOrDefault(name, System.nanoTime()),
                declareLetters(connection, queue, Optional.empty()));
    }

    /**
     * Declares the queue of a group's dead letters; returns as {@link #declareGroup}.
     *
     * @param boundTo the existing queue that the group takes from, if it has none of its own
     */
    long declareLetters(Connection connection, QueueName queue, Optional<String> boundTo)
            throws IOException, TimeoutException {
        String name = QueueNames.deadLetters(settings, queue);
        boolean isNew = !exists(connection, name);
        if (isNew) {
            try (Channel channel = connection.createChannel()) {
                Map<String, Object> arguments = durable();
                boundTo.ifPresent(existing -> arguments.put(BOUND_TO, existing));
                channel.queueDeclare(name, true, false, false, arguments);
            }
        }
        return isNew ? settled(name) : settledAt.getOrDefault(name, System.nanoTime());
    }

    private long settled(String name) {
        long at = System.nanoTime() + SETTLING.toNanos();
        settledAt.put(name, at);
        return at;
    }

    private String bindingKey(String topic) {
        return settings.exchangeType() == BuiltinExchangeType.FANOUT ? "" : topic;
    }

    private static Map<String, Object> durable() {
        Map<String, Object> arguments = new HashMap<>();
        arguments.put(TYPE, "quorum");
        // Never reached: we count ourselves, and drop nothing. But without a limit 3.10 puts what is given back at the
        // end of the queue
        // rather than in its place, and 4.0 has one of 20, after which a message is dropped.
        arguments.put("x-delivery-limit", NO_LIMIT);
        return arguments;
    }

    /** Whether a queue is there. */
    static boolean exists(Connection connection, String name) throws IOException, TimeoutException {
        Channel channel = connection.createChannel();
        try {
            channel.queueDeclarePassive(name);
            return true;
        } catch (IOException e) {
            if (e.getCause() instanceof ShutdownSignalException signal
                    && RabbitErrors.replyCode(signal) == AMQP.NOT_FOUND) {
                return false;
            }
            throw e;
        } finally {
            channel.abort();
        }
    }

    /**
     * Declares the queue in which a message waits that is to go to {@code exchange} after {@code delay}.
     *
     * @return when one may count on it, as {@link #declareGroup}
     */
    long declareDelayed(Connection connection, String exchange, long bucketMillis)
            throws IOException, TimeoutException {
        String name = QueueNames.delayed(exchange, bucketMillis);
        Long declared = delayed.get(name);
        if (declared == null || System.nanoTime() - declared > REDECLARED_NANOS) {
            try (Channel channel = connection.createChannel()) {
                Map<String, Object> arguments = durable();
                arguments.put("x-dead-letter-exchange", exchange);
                arguments.put("x-dead-letter-strategy", "at-least-once");
                arguments.put("x-overflow", "reject-publish"); // which that strategy asks for
                // An expiring queue takes its messages along, so long after the last that can be in it.
                arguments.put("x-expires", 2 * bucketMillis + UNUSED_MILLIS);
                channel.queueDeclare(name, true, false, false, arguments);
                channel.exchangeDeclare(name, BuiltinExchangeType.FANOUT, true, false, Map.of());
                channel.queueBind(name, name, "");
            }
            delayed.put(name, System.nanoTime());
            // Somebody else may have made it just now, so each first use counts as new.
            settledAt.computeIfAbsent(name, any -> System.nanoTime() + SETTLING.toNanos());
        }
        return settledAt.getOrDefault(name, System.nanoTime());
    }

    /** Waits until one may count on what was declared. */
    static void awaitSettled(long at) throws InterruptedException {
        long left = at - System.nanoTime();
        if (left > 0) {
            Thread.sleep(Duration.ofNanos(left));
        }
    }
}
