package dev.parley.messaging.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.Capability;
import dev.parley.messaging.Confirm;
import dev.parley.messaging.DeadLetter;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.QueueStats;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.BackendProfile;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.ConsumerSpec;
import dev.parley.messaging.spi.LetterAction;
import dev.parley.messaging.spi.Outgoing;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * RabbitMQ behind the contract: one connection that publishes and may be blocked by the server's alarms, and one that consumes and declares,
 * which may not. Thread-safe.
 */
final class RabbitMqBackend implements BrokerBackend {
    private static final BackendProfile PROFILE = new BackendProfile(
            "rabbitmq",
            Set.of(Capability.ORDERED_BY_KEY, Capability.DELAY, Capability.NATIVE_RETRY_COUNT, Capability.PATTERNS),
            // A quorum queue confirms what a majority of its members has synced; of one node, that one.
            Confirm.FSYNCED,
            BackendProfile.DEFAULT_MAX_BYTES);

    private final Settings settings;
    private final InstantSource clock;
    private final Workers workers = new Workers();
    private final Topology topology;
    private final Link consuming;
    private final Publisher publisher;
    private final @Nullable ManagementApi management;
    private final QueueFigures figures;
    private final Map<QueueName, Group> groups = new ConcurrentHashMap<>();

    RabbitMqBackend(Settings settings, BrokerOptions options) {
        this.settings = settings;
        this.clock = options.clock();
        this.topology = new Topology(settings);
        int connectMillis = (int) options.connectTimeout().toMillis();
        this.consuming = new Link(settings, options.source() + " (consumes)", workers, connectMillis);
        Link publishing = new Link(settings, options.source() + " (publishes)", workers, connectMillis);
        this.publisher = new Publisher(settings, publishing, topology, options.publishTimeout());
        this.management =
                settings.management().isEmpty() ? null : new ManagementApi(settings, options.connectTimeout());
        this.figures = new QueueFigures(this, clock, management);
    }

    Settings settings() {
        return settings;
    }

    Workers workers() {
        return workers;
    }

    Topology topology() {
        return topology;
    }

    Publisher publisher() {
        return publisher;
    }

    Link consuming() {
        return consuming;
    }

    /** Runs work that needs the server on a thread of ours. */
    <T> T call(String tried, Callable<T> work) throws Exception {
        try {
            return workers.call(work);
        } catch (InterruptedException | IllegalArgumentException e) {
            throw e;
        } catch (Exception e) {
            throw RabbitErrors.of(settings, tried, e);
        }
    }

    @Override
    public BackendProfile profile() {
        return PROFILE;
    }

    @Override
    public void check(QueueName queue) {
        QueueNames.check(settings, queue);
    }

    /** Exchange, routing key and, of what is consumed, queue, as the conventions have it. */
    @Override
    public Map<String, String> telemetry(String topic, Optional<ConsumerSpec> from) {
        String published = settings.exchange() + ':' + topic;
        String destination = from.map(spec -> spec.boundTo().orElseGet(() -> QueueNames.group(settings, spec.queue())))
                // A queue that is called as the routing key is told once.
                .filter(name -> !name.equals(topic))
                .map(name -> published + ':' + name)
                .orElse(published);
        return Map.of("messaging.destination.name", destination, "messaging.rabbitmq.destination.routing_key", topic);
    }

    // ---- publishing

    @Override
    public void publish(List<Outgoing> messages) throws Exception {
        publishAll(messages, Publication.Until.CONFIRMED);
    }

    @Override
    public void send(Outgoing message) throws Exception {
        publishAll(List.of(message), Publication.Until.WRITTEN);
    }

    private void publishAll(List<Outgoing> messages, Publication.Until until) throws Exception {
        Publication.Batch batch = new Publication.Batch(messages.size());
        List<Publication> all = new ArrayList<>(messages.size());
        long settled = System.nanoTime();
        for (Outgoing message : messages) {
            Wire.Encoded encoded = Wire.encode(message.message());
            Duration delay = message.deliverAt()
                    .map(at -> Duration.between(clock.instant(), at))
                    .orElse(Duration.ZERO);
            if (delay.toMillis() > 0) {
                settled = Math.max(settled, delay(settings.exchange(), delay));
                all.add(delayed(
                        settings.exchange(), message.topic(), encoded.properties(), encoded.body(), delay, batch));
            } else {
                all.add(new Publication(
                        settings.exchange(),
                        message.topic(),
                        encoded.properties(),
                        encoded.body(),
                        false,
                        until,
                        batch));
            }
        }
        publisher.publish(all, batch);
        Topology.awaitSettled(settled);
    }

    /** Sees to it that there is a queue for a delay; returns when one may count on it. */
    long delay(String exchange, Duration delay) throws Exception {
        long bucket = QueueNames.bucket(delay);
        return call(
                "declare the queue " + QueueNames.delayed(exchange, bucket),
                () -> topology.declareDelayed(consuming.connection(), exchange, bucket));
    }

    /** A publication that waits in its bucket. */
    static Publication delayed(
            String exchange,
            String routingKey,
            BasicProperties properties,
            byte[] body,
            Duration delay,
            Publication.Batch batch) {
        // Rounded up: no earlier than what was asked for.
        String millis = Long.toString(delay.plusNanos(999_999).toMillis());
        return new Publication(
                QueueNames.delayed(exchange, QueueNames.bucket(delay)),
                routingKey,
                properties.builder().expiration(millis).build(),
                body,
                true,
                Publication.Until.CONFIRMED,
                batch);
    }

    // ---- consuming

    @Override
    public BackendConsumer consume(ConsumerSpec spec) throws Exception {
        check(spec.queue());
        // What goes with its consumer is no group, though it may be called as one.
        Group group = spec.kind() == ConsumerSpec.Kind.DURABLE
                ? groups.computeIfAbsent(spec.queue(), any -> new Group())
                : new Group();
        RabbitMqConsumer consumer = new RabbitMqConsumer(this, spec, group);
        try {
            long settled = call("consume " + spec.boundTo().orElse(spec.queue().toString()), consumer::open);
            Topology.awaitSettled(settled);
            return consumer;
        } catch (Throwable e) {
            consumer.close();
            throw e;
        }
    }

    // ---- looking after

    @Override
    public List<QueueStats> queues() throws Exception {
        return figures.all(groups.keySet());
    }

    @Override
    public Optional<QueueStats> queue(QueueName queue) throws Exception {
        return figures.one(queue);
    }

    /** What this object knows of a group, if it has used it. */
    @Nullable
    Group known(QueueName queue) {
        return groups.get(queue);
    }

    @Override
    public void visitDeadLetters(QueueName queue, int max, Function<DeadLetter, LetterAction> visitor)
            throws Exception {
        try (LetterVisit visit = new LetterVisit(this, queue)) {
            visit.run(max, visitor);
        }
    }

    @Override
    public void deleteGroup(QueueName queue) throws Exception {
        call("delete " + queue, () -> {
            try (Channel channel = consuming.connection().createChannel()) {
                // No error if it is not there.
                channel.queueDelete(QueueNames.group(settings, queue));
                channel.queueDelete(QueueNames.deadLetters(settings, queue));
            }
            return true;
        });
        groups.remove(queue);
        topology.forget(queue);
    }

    @Override
    public void ping() throws Exception {
        call("ask for a sign of life", () -> {
            // The server answers; its heartbeats say only that the connection is there.
            consuming.connection().createChannel().close();
            return true;
        });
    }

    @Override
    public void close() {
        publisher.close();
        consuming.close();
        workers.close();
        if (management != null) {
            management.close();
        }
    }

    @Override
    public String toString() {
        return settings.shown();
    }
}
