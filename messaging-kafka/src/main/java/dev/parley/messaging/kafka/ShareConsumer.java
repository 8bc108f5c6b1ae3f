package dev.parley.messaging.kafka;

import dev.parley.messaging.QueueName;
import dev.parley.messaging.Topic;
import dev.parley.messaging.spi.ConsumerSpec;
import dev.parley.messaging.spi.Received;
import dev.parley.messaging.spi.Settlement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** A consumer of a share group: its {@linkplain ShareLane lanes} take what was published, a consumer group's member the group's retries. */
final class ShareConsumer implements OpenConsumer, ShareLane.Home {

    private static final Duration END = Duration.ofSeconds(15);
    private static final Duration POLL = Duration.ofSeconds(30);
    private static final long STUCK = Duration.ofMillis(500).toNanos();

    private final ConsumerSpec spec;
    private final ShareInHand hand;
    private final GroupConsumer retries;
    private final IntFunction<KafkaShareConsumer<byte[], byte[]>> clients;
    private final Supplier<Set<String>> topicNames;
    private final int copyAt;
    private final Topics topics;
    private final Publisher publisher;
    private final LongAdder redelivered;
    private final KafkaSettings settings;
    private final InstantSource clock;
    private final Consumer<ShareConsumer> onClose;
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

    /**
     * Makes one.
     *
     * @param clients makes a member of the group that takes at most so many records at a time
     * @param topicNames those of the queue that are there
     * @param copyAt see {@link ShareLane}
     * @param redelivered counts deliveries that are not the first
     */
    ShareConsumer(
            ConsumerSpec spec,
            ShareInHand hand,
            GroupConsumer retries,
            IntFunction<KafkaShareConsumer<byte[], byte[]>> clients,
            Supplier<Set<String>> topicNames,
            int copyAt,
            LongAdder redelivered,
            Topics topics,
            Publisher publisher,
            KafkaSettings settings,
            InstantSource clock,
            Consumer<ShareConsumer> onClose) {
        this.spec = spec;
        this.hand = hand;
        this.retries = retries;
        this.clients = clients;
        this.topicNames = topicNames;
        this.copyAt = copyAt;
        this.topics = topics;
        this.publisher = publisher;
        this.redelivered = redelivered;
        this.settings = settings;
        this.clock = clock;
        this.onClose = onClose;
    }

    @Override
    public QueueName queue() {
        return spec.queue();
    }

    /** But for retries, whose consumer is kept in mind beside this one. */
    @Override
    public int inFlight() {
        return hand.taken();
    }

    /** Begins lanes where all that there are have something that is not settled; the first one where there is none. */
    void addLanes() {
        for (int size : hand.missingLanes()) {
            ShareLane lane = new ShareLane(clients.apply(size), size, copyAt, hand, this);
            hand.joined(lane);
            threads.add(Thread.ofPlatform()
                    .daemon()
                    .name("parley-kafka-share-" + spec.queue())
                    .start(lane));
        }
    }

    @Override
    public List<Received> receive(int max, Duration wait) throws Exception {
        long deadline = System.nanoTime() + Math.min(wait.toMillis(), 3_600_000) * 1_000_000;
        boolean stuck = hand.hasNoLane();
        hand.demand(1);
        try {
            while (true) {
                if (stuck) {
                    addLanes();
                }
                long seen = hand.arrivals();
                List<Received> all = new ArrayList<>(hand.take(max));
                OpenConsumer.count(all, redelivered);
                if (all.size() < max) {
                    all.addAll(retried(max - all.size()));
                }
                long left = deadline - System.nanoTime();
                if (!all.isEmpty() || left <= 0 || hand.isEnded()) {
                    return all;
                }
                stuck = !hand.awaitArrival(seen, Math.min(left, STUCK));
            }
        } finally {
            hand.demand(-1);
        }
    }

    private List<Received> retried(int max) throws Exception {
        try {
            return retries.receive(max, Duration.ZERO);
        } catch (Exception e) {
            hand.fail(e); // it stands for the lanes, too, whose clients never say that no broker answers
            throw e;
        }
    }

    @Override
    public List<Received> settle(List<Settlement> settlements) throws Exception {
        List<Settlement> own = new ArrayList<>();
        List<Settlement> others = new ArrayList<>();
        for (Settlement settlement : settlements) {
            (settlement.received().receipt() instanceof ShareHeld ? own : others).add(settlement);
        }
        List<Received> stale = new ArrayList<>();
        if (!others.isEmpty()) {
            stale.addAll(retries.settle(others));
        }
        if (!own.isEmpty()) {
            write(own);
            stale.addAll(hand.settle(own));
        }
        return stale;
    }

    /** What is to come again later, and what is given up, is confirmed elsewhere before its source is acknowledged. */
    private void write(List<Settlement> settlements) throws Exception {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        Instant now = clock.instant();
        for (Settlement settlement : settlements) {
            ShareHeld held = (ShareHeld) settlement.received().receipt();
            switch (settlement) {
                case Settlement.Retry retry
                when hand.isCurrent(held) ->
                    records.add(Copies.retry(
                            spec.queue(),
                            held.record,
                            held.origin,
                            retry.failure().first(),
                            retry.after(),
                            now));
                case Settlement.DeadLettered letter
                when hand.isCurrent(held) -> {
                    topics.ensureDeadLetters(spec.queue());
                    records.add(Letters.letter(spec.queue(), held.record, held.origin, letter.failure()));
                }
                case Settlement.Retry stale -> {}
                case Settlement.DeadLettered stale -> {}
                case Settlement.Ack ack -> {}
                case Settlement.Release release -> {}
            }
        }
        if (!records.isEmpty()) {
            topics.ensureRetry(spec.queue());
            publisher.confirmed(records);
        }
    }

    @Override
    public void extend(List<Received> messages) {
        hand.extend(messages.stream()
                .map(Received::receipt)
                .filter(ShareHeld.class::isInstance)
                .map(ShareHeld.class::cast)
                .toList());
    }

    // --- for lanes

    @Override
    public Set<String> topics() {
        return topicNames.get();
    }

    @Override
    public Duration pollTime() {
        return Topic.bytes(spec.queue().topic()).isPattern() ? Membership.REFRESH : POLL;
    }

    @Override
    public void copy(List<ShareHeld> records) throws Exception {
        topics.ensureRetry(spec.queue());
        publisher.confirmed(records.stream()
                .map(held -> Copies.uncounted(spec.queue(), held.record, held.origin))
                .toList());
    }

    @Override
    public Exception translated(Throwable thrown) {
        return KafkaErrors.translated(thrown, "consuming " + spec.queue(), settings);
    }

    @Override
    public void close() {
        onClose.accept(this);
        hand.end().forEach(ShareLane::wake);
        boolean interrupted = Thread.interrupted();
        long deadline = System.nanoTime() + END.toNanos();
        for (Thread thread : threads) {
            while (!interrupted && thread.isAlive() && System.nanoTime() < deadline) {
                try {
                    var _ = thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
                } catch (InterruptedException e) {
                    interrupted = true; // they end by themselves
                }
            }
        }
        retries.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
