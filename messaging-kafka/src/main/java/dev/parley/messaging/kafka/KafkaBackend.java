package dev.parley.messaging.kafka;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.Capability;
import dev.parley.messaging.Confirm;
import dev.parley.messaging.DeadLetter;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.QueueStats;
import dev.parley.messaging.Topic;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.BackendProfile;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.ConsumerSpec;
import dev.parley.messaging.spi.LetterAction;
import dev.parley.messaging.spi.Outgoing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;

/** Kafka as a broker: a topic is a topic, and a queue a consumer group, or a share group, with a topic of retries and one of dead letters. */
final class KafkaBackend implements BrokerBackend {

    private static final Duration JOIN = Duration.ofSeconds(30);
    private static final Duration LINGER = Duration.ofSeconds(5);
    private static final Duration FAREWELL = Duration.ofSeconds(2);
    private static final int MAX_POLL_RECORDS = 500;

    /** A broker's own session of a share group's member, with some time beyond it. */
    private static final Duration SHARE_LINGER = Duration.ofSeconds(50);

    private static final Set<Capability> BY_PARTITION =
            Set.of(Capability.ORDERED_BY_KEY, Capability.REPLAY, Capability.PATTERNS);
    private static final Set<Capability> BY_MESSAGE =
            Set.of(Capability.NATIVE_RETRY_COUNT, Capability.REPLAY, Capability.LEASE_EXTEND, Capability.PATTERNS);

    private final KafkaSettings settings;
    private final BrokerOptions options;
    private final BackendProfile profile;
    private final KafkaClients clients;
    private final Topics topics;
    private final Publisher publisher;
    private final StartOffsets offsets;
    private final ShareGroups shares;
    private final Letters letters;
    private final QueueDepths depths;

    private final Set<OpenConsumer> consumers = ConcurrentHashMap.newKeySet();
    private final Map<QueueName, String> bound = new ConcurrentHashMap<>();

    /** Deliveries that were not the first, to consumers here. */
    private final Map<QueueName, LongAdder> redelivered = new ConcurrentHashMap<>();

    /** Share groups that are being made known here. */
    private final Map<String, ReentrantLock> beginning = new ConcurrentHashMap<>();

    /** Topics that were made for consumers that leave nothing behind, such as those of answers. */
    private final Set<String> ephemeral = ConcurrentHashMap.newKeySet();

    KafkaBackend(KafkaSettings settings, BrokerOptions options) {
        this.settings = settings;
        this.options = options;
        profile = new BackendProfile(
                "kafka", settings.share() ? BY_MESSAGE : BY_PARTITION, Confirm.REPLICATED, settings.maxMessageBytes());
        clients = new KafkaClients(settings, options);
        topics = new Topics(clients, settings);
        publisher = new Publisher(clients, settings, topics);
        offsets = new StartOffsets(clients, settings);
        shares = new ShareGroups(clients, settings, offsets);
        letters = new Letters(clients, settings, topics, publisher);
        depths = new QueueDepths(clients, settings, topics, offsets, shares, letters, options.clock());
    }

    @Override
    public BackendProfile profile() {
        return profile;
    }

    @Override
    public void check(QueueName queue) {
        KafkaNames.check(queue);
    }

    @Override
    public Map<String, String> telemetry(String topic, Optional<ConsumerSpec> from) {
        return from.map(spec -> Map.of("messaging.consumer.group.name", group(spec)))
                .orElse(Map.of());
    }

    private static String group(ConsumerSpec spec) {
        return spec.boundTo().orElseGet(() -> KafkaNames.group(spec.queue()));
    }

    @Override
    public void publish(List<Outgoing> messages) throws Exception {
        if (messages.isEmpty()) {
            return;
        }
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(messages.size());
        for (Outgoing message : messages) {
            records.add(record(message));
        }
        publisher.confirmed(records);
    }

    @Override
    public void send(Outgoing message) throws Exception {
        publisher.send(record(message));
    }

    private ProducerRecord<byte[], byte[]> record(Outgoing message) throws Exception {
        if (message.deliverAt().isPresent()) {
            throw new CallException(Code.UNIMPLEMENTED, "Kafka cannot deliver a publication later (DELAY)");
        }
        KafkaNames.checkTopic(message.topic());
        var _ = topics.ensure(message.topic());
        return Records.of(message);
    }

    @Override
    public BackendConsumer consume(ConsumerSpec spec) throws Exception {
        QueueName queue = spec.queue();
        KafkaNames.check(queue);
        if (spec.kind() == ConsumerSpec.Kind.EPHEMERAL
                && !Topic.bytes(queue.topic()).isPattern()
                && topics.ensure(queue.topic())) {
            ephemeral.add(queue.topic());
        }
        if (spec.boundTo().isPresent()) {
            checkPresent(queue.topic());
        }
        List<String> names = names(queue);
        List<TopicPartition> partitions =
                Topic.bytes(queue.topic()).isPattern() ? topics.partitions(names) : present(queue.topic());
        if (spec.kind() != ConsumerSpec.Kind.DURABLE) {
            Map<TopicPartition, Long> start = offsets.of(queue, spec.start(), partitions);
            return started(spec, Map.of(), new Membership.Alone(queue, start), true, () -> {});
        }
        String group = group(spec);
        if (settings.share()) {
            ReentrantLock one = beginning.computeIfAbsent(group, name -> new ReentrantLock());
            one.lockInterruptibly(); // the others find it known, rather than to begin it, too
            try {
                return shared(spec, group, partitions);
            } finally {
                one.unlock();
                beginning.remove(group, one);
            }
        }
        boolean known = bind(spec, group, offsets.isKnown(group));
        topics.ensureRetry(queue);
        boolean made = !known && offsets.begin(group, spec, partitions, present(KafkaNames.retry(queue)));
        // Only a group with a member is safe from another consumer that takes it for a new one, too.
        return started(spec, member(group), new Membership.OfGroup(queue, names), made, () -> {});
    }

    /** What is bound by its name is there already: to make a topic of a name that is misspelt would hide that. */
    private void checkPresent(String topic) throws Exception {
        if (!Topic.bytes(topic).isPattern() && topics.partitions(List.of(topic)).isEmpty()) {
            throw new CallException(
                    Code.NOT_FOUND,
                    "topic \"%s\" at %s is not there, and is not made for a group that is bound by its name"
                            .formatted(topic, settings));
        }
    }

    /** Notes which group of somebody else's a queue uses, which must be known. */
    private boolean bind(ConsumerSpec spec, String group, boolean known) {
        if (spec.boundTo().isPresent()) {
            if (!known) {
                throw new CallException(Code.NOT_FOUND, "group \"%s\" at %s has no offsets".formatted(group, settings));
            }
            bound.put(spec.queue(), group);
        }
        return known;
    }

    private BackendConsumer shared(ConsumerSpec spec, String group, List<TopicPartition> partitions) throws Exception {
        QueueName queue = spec.queue();
        boolean known = bind(spec, group, !shares.offsets(group).isEmpty());
        topics.ensureRetry(queue);
        boolean made = !known && shares.begin(group, spec, partitions);
        // One delivery is left for a consumer that dies between this one and the copy.
        int copyAt = Math.max(1, shares.deliveries(group) - 1);
        ShareInHand hand = new ShareInHand(spec.prefetch(), spec.lease());
        GroupConsumer retries =
                started(spec, member(KafkaNames.retry(queue)), new Membership.OfRetries(queue), false, hand::wake);
        ShareConsumer consumer = new ShareConsumer(
                spec,
                hand,
                retries,
                size -> clients.shareConsumer(group, size),
                () -> subscribed(queue),
                copyAt,
                redelivered(spec),
                topics,
                publisher,
                settings,
                options.clock(),
                consumers::remove);
        consumers.add(consumer);
        boolean joined = false;
        try {
            if (made) {
                // Only a group with a member is safe from another consumer that takes it for a new one, too.
                consumer.addLanes();
            }
            joined = !made || shares.awaitMember(group, JOIN);
        } finally {
            if (!joined) {
                consumer.close();
            }
        }
        if (!joined) {
            throw notLetIn(spec);
        }
        return consumer;
    }

    /** The topics of a queue that are there, as far as one can know just now. */
    private Set<String> subscribed(QueueName queue) {
        if (!Topic.bytes(queue.topic()).isPattern()) {
            return Set.of(queue.topic());
        }
        try {
            return Set.copyOf(names(queue));
        } catch (Exception e) {
            return Set.of(); // next time; that the broker is away is found out elsewhere
        }
    }

    /**
     * The partitions of a topic that was made here or found. A broker that does not know it (yet, or any more) must not pass for one that has
     * no partitions of it: the group would have no offsets then, and begin anew with whoever comes next, behind what was published meanwhile.
     */
    private List<TopicPartition> present(String topic) throws Exception {
        List<TopicPartition> partitions = topics.partitions(List.of(topic));
        if (partitions.isEmpty()) {
            topics.forget(topic);
            throw new CallException(
                    Code.UNAVAILABLE, "a broker of %s does not know the topic %s yet".formatted(settings, topic));
        }
        return partitions;
    }

    /** The names of the topics of a queue that are there; a single one is made. */
    private List<String> names(QueueName queue) throws Exception {
        if (Topic.bytes(queue.topic()).isPattern()) {
            return topics.users().stream()
                    .filter(topic -> Membership.matches(queue, topic))
                    .toList();
        }
        var _ = topics.ensure(queue.topic());
        return List.of(queue.topic());
    }

    private Map<String, Object> member(String group) {
        long session = settings.sessionTimeout().toMillis();
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("group.id", group);
        config.put("group.protocol", "classic");
        config.put("partition.assignment.strategy", CooperativeStickyAssignor.class.getName());
        config.put("session.timeout.ms", (int) session);
        config.put("heartbeat.interval.ms", Math.clamp(session / 4, 100, 1000));
        config.put("max.poll.interval.ms", 60_000);
        return config;
    }

    private GroupConsumer started(
            ConsumerSpec spec, Map<String, Object> config, Membership membership, boolean waiting, Runnable onReady)
            throws Exception {
        Map<String, Object> all = new HashMap<>(config);
        all.put("max.poll.records", MAX_POLL_RECORDS);
        all.put("metadata.max.age.ms", (int) Membership.REFRESH.toMillis());
        KafkaConsumer<byte[], byte[]> client = clients.consumer(all);
        InFlight inFlight = new InFlight(spec, settings.sessionTimeout(), options.clock(), onReady);
        PollLoop loop = new PollLoop(
                client, membership, inFlight, settings, spec.queue().toString());
        GroupConsumer consumer = new GroupConsumer(
                spec, inFlight, loop, topics, publisher, redelivered(spec), options.clock(), consumers::remove);
        consumers.add(consumer);
        consumer.start();
        boolean joined = false;
        try {
            joined = !waiting || loop.awaitJoined(JOIN);
        } finally {
            if (!joined) {
                consumer.close();
            }
        }
        if (!joined) {
            throw notLetIn(spec);
        }
        return consumer;
    }

    private CallException notLetIn(ConsumerSpec spec) {
        return new CallException(
                Code.UNAVAILABLE,
                "consuming %s at %s: the group has not let it in within %d s"
                        .formatted(spec.queue(), settings, JOIN.toSeconds()));
    }

    @Override
    public List<QueueStats> queues() throws Exception {
        Map<QueueName, Integer> inFlight = new HashMap<>();
        consumers.forEach(consumer -> inFlight.merge(consumer.queue(), consumer.inFlight(), Integer::sum));
        Map<QueueName, Long> again = new HashMap<>();
        redelivered.forEach((queue, count) -> again.put(queue, count.sum()));
        return depths.all(bound, inFlight, again);
    }

    private LongAdder redelivered(ConsumerSpec spec) {
        return spec.kind() == ConsumerSpec.Kind.DURABLE
                ? redelivered.computeIfAbsent(spec.queue(), added -> new LongAdder())
                : new LongAdder(); // its group is not among the figures
    }

    @Override
    public void visitDeadLetters(QueueName queue, int max, Function<DeadLetter, LetterAction> visitor)
            throws Exception {
        KafkaNames.check(queue);
        letters.visit(queue, max, visitor);
    }

    @Override
    public void deleteGroup(QueueName queue) throws Exception {
        KafkaNames.check(queue);
        redelivered.remove(queue);
        String group = bound.getOrDefault(queue, KafkaNames.group(queue));
        // A member that could not say farewell, because the broker was away, is one until its session ends.
        if (settings.share()) {
            long deadline = System.nanoTime() + SHARE_LINGER.toNanos();
            while (!shares.deleted(group, System.nanoTime() >= deadline)) {
                Thread.sleep(200);
            }
            group = KafkaNames.retry(queue);
        }
        long deadline =
                System.nanoTime() + settings.sessionTimeout().plus(LINGER).toNanos();
        while (!deleted(group, System.nanoTime() >= deadline)) {
            Thread.sleep(200);
        }
        topics.delete(List.of(KafkaNames.retry(queue), KafkaNames.deadLetters(queue)));
        bound.remove(queue);
    }

    /** Deletes a consumer group; false if it still has members, unless this is the last try. */
    private boolean deleted(String group, boolean last) throws Exception {
        try {
            clients.admin().deleteConsumerGroups(List.of(group)).all().get();
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GroupIdNotFoundException) {
                return true;
            }
            if (e.getCause() instanceof GroupNotEmptyException && !last) {
                return false;
            }
            throw KafkaErrors.translated(e, "deleting the group " + group, settings);
        }
    }

    @Override
    public void ping() throws Exception {
        clients.answer(clients.admin().describeCluster().nodes(), "asking for the brokers");
    }

    @Override
    public void close() {
        consumers.forEach(OpenConsumer::close);
        deleteEphemeral();
        clients.close();
    }

    private void deleteEphemeral() {
        List<String> names = List.copyOf(ephemeral);
        ephemeral.clear();
        if (names.isEmpty()) {
            return;
        }
        boolean interrupted = Thread.interrupted();
        try {
            clients.admin().deleteTopics(names).all().get(FAREWELL.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        } catch (Exception e) {
            // They stay, empty or not: the broker is away, or does not let us.
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public String toString() {
        return settings.shown();
    }
}
