package dev.parley.messaging.kafka;

import dev.parley.CallException;
import dev.parley.Code;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that uses a Kafka consumer. It polls all the time, however slow the handlers are, so that the membership of the group lives;
 * partitions that have enough here are paused meanwhile. It commits frontiers.
 */
final class PollLoop implements Runnable, ConsumerRebalanceListener {

    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration NO_ROOM = Duration.ofMillis(20);
    private static final long COMMIT_EVERY = Duration.ofMillis(100).toNanos();
    private static final long LOOK_EVERY = Duration.ofSeconds(1).toNanos();

    /** How long without any connection until the broker counts as away. */
    private static final long AWAY = Duration.ofSeconds(5).toNanos();

    /** How long a partition that goes waits for handlers that have its messages. */
    private static final Duration SETTLE = Duration.ofSeconds(5);

    private static final Duration LAST_COMMIT = Duration.ofSeconds(5);
    private static final Duration LEAVE = Duration.ofSeconds(2);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Membership membership;
    private final InFlight inFlight;
    private final KafkaSettings settings;
    private final String queue;
    private final CountDownLatch joined = new CountDownLatch(1);

    // Of the thread only.
    private final Set<TopicPartition> paused = new HashSet<>();
    private boolean committing;
    private long committedAt;
    private long lookedAt;
    private long refreshedAt;
    private long connectedAt;
    private @Nullable Metric connections;

    PollLoop(
            KafkaConsumer<byte[], byte[]> consumer,
            Membership membership,
            InFlight inFlight,
            KafkaSettings settings,
            String queue) {
        this.consumer = consumer;
        this.membership = membership;
        this.inFlight = inFlight;
        this.settings = settings;
        this.queue = queue;
    }

    /** Waits until it has its first partitions, or knows that there are none for it. */
    boolean awaitJoined(Duration atMost) throws InterruptedException {
        return joined.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void run() {
        long now = System.nanoTime();
        committedAt = now;
        lookedAt = now;
        refreshedAt = now;
        connectedAt = now;
        inFlight.turned();
        try {
            membership.begin(consumer, this);
            while (!inFlight.isEnded()) {
                turn();
            }
            commitFinally(consumer.assignment(), LAST_COMMIT);
        } catch (RuntimeException | Error e) {
            inFlight.fail(KafkaErrors.translated(e, "consuming " + queue, settings));
        } finally {
            // Leaves the group, so that others have the partitions at once.
            inFlight.lose(List.copyOf(consumer.assignment()));
            joined.countDown();
            try {
                consumer.close(CloseOptions.timeout(LEAVE));
            } catch (KafkaException e) {
                // Nothing is left to be done; the session ends by itself.
            }
        }
    }

    private void turn() {
        long now = System.nanoTime();
        if (inFlight.isInDoubt()) {
            verify();
        }
        inFlight.turned();
        if (now - lookedAt >= LOOK_EVERY) {
            lookedAt = now;
            look(now);
        }
        if (now - refreshedAt >= Membership.REFRESH.toNanos()) {
            refreshedAt = now;
            membership.refresh(consumer, this);
        }
        Set<TopicPartition> assigned = consumer.assignment();
        commit(assigned, now);
        pauseAndResume(assigned);
        boolean noRoom = !assigned.isEmpty() && paused.containsAll(assigned);
        if (noRoom || (assigned.isEmpty() && membership instanceof Membership.Alone)) {
            inFlight.awaitRoom(NO_ROOM);
        }
        if (!(assigned.isEmpty() && membership instanceof Membership.Alone)) {
            inFlight.arrived(consumer.poll(noRoom ? Duration.ZERO : POLL));
        }
    }

    private void pauseAndResume(Set<TopicPartition> assigned) {
        paused.retainAll(assigned);
        for (TopicPartition partition : assigned) {
            boolean full = inFlight.isFull(partition);
            if (full && paused.add(partition)) {
                consumer.pause(List.of(partition));
            } else if (!full && paused.remove(partition)) {
                consumer.resume(List.of(partition));
            }
        }
    }

    private void commit(Set<TopicPartition> assigned, long now) {
        if (committing || now - committedAt < COMMIT_EVERY) {
            return;
        }
        committedAt = now;
        Map<TopicPartition, OffsetAndMetadata> offsets = inFlight.toCommit(assigned);
        if (!offsets.isEmpty()) {
            committing = true;
            consumer.commitAsync(offsets, (done, error) -> {
                committing = false;
                if (error == null) {
                    inFlight.committed(done);
                } else if (error instanceof AuthorizationException || error instanceof AuthenticationException) {
                    inFlight.fail(KafkaErrors.translated(error, "committing for " + queue, settings));
                }
                // Else the group is being dealt out anew, or the broker is away: the next one says it again.
            });
        }
    }

    private void commitFinally(Collection<TopicPartition> partitions, Duration atMost) {
        Map<TopicPartition, OffsetAndMetadata> offsets = inFlight.toCommit(partitions);
        if (offsets.isEmpty()) {
            return;
        }
        try {
            consumer.commitSync(offsets, atMost);
            inFlight.committed(offsets);
        } catch (KafkaException e) {
            // Not this consumer's any more, or the broker is away: what was done since the last commit comes again.
        }
    }

    /** After a time without a turn in which the session may have ended: whether the group still has this member, which a commit tells. */
    private void verify() {
        Map<TopicPartition, OffsetAndMetadata> offsets = inFlight.frontiers();
        if (offsets.isEmpty() || membership instanceof Membership.Alone) {
            return;
        }
        try {
            consumer.commitSync(offsets, LAST_COMMIT);
        } catch (CommitFailedException e) {
            inFlight.lose(offsets.keySet());
        } catch (RebalanceInProgressException | RetriableException e) {
            // A rebalance under way, or the broker away: the rebalance will say whose they are.
        }
    }

    /** The client itself never says that no broker answers. */
    private void look(long now) {
        if (connections == null) {
            connections = consumer.metrics().entrySet().stream()
                    .filter(metric -> metric.getKey().name().equals("connection-count")
                            && metric.getKey().group().equals("consumer-metrics"))
                    .map(metric -> (Metric) metric.getValue())
                    .findFirst()
                    .orElse(null);
        }
        Metric metric = connections;
        if (metric == null || !(metric.metricValue() instanceof Double count) || count > 0) {
            connectedAt = now;
        } else if (now - connectedAt >= AWAY) {
            throw new CallException(
                    Code.UNAVAILABLE,
                    "consuming %s at %s: no broker can be reached".formatted(queue, settings.shown()));
        }
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        Map<TopicPartition, OffsetAndMetadata> committed = Map.of();
        if (!(membership instanceof Membership.Alone) && !partitions.isEmpty()) {
            try {
                committed = consumer.committed(Set.copyOf(partitions));
            } catch (KafkaException e) {
                // Only which of those behind the frontier are done is missed: they come again.
            }
        }
        for (TopicPartition partition : partitions) {
            inFlight.begin(partition, committed.get(partition));
        }
        joined.countDown();
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        inFlight.withhold(partitions, SETTLE);
        commitFinally(partitions, LAST_COMMIT);
        inFlight.lose(partitions);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
        inFlight.lose(partitions);
    }
}
