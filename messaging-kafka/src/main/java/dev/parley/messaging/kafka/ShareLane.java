package dev.parley.messaging.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.WakeupException;

/**
 * One member of a share group, and the one thread that uses its client. Kafka's client hands out a batch, and no more until all of it is
 * acknowledged; a renewal counts, but then it hands out the renewed ones only. So a lane has a batch at a time, and a consumer as many lanes
 * as it needs for slow handlers not to hold up the others ({@link ShareInHand#missingLanes}).
 */
final class ShareLane implements Runnable {

    private static final Duration RETURN = Duration.ofMillis(100);
    private static final Duration TURN = Duration.ofSeconds(1);
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final Duration LAST_ANSWER = Duration.ofSeconds(3);
    private static final Duration LEAVE = Duration.ofSeconds(2);
    private static final Duration LOCK = Duration.ofSeconds(30);

    /** After how long without a message a lane that is not the only one ends. */
    private static final long IDLE = Duration.ofSeconds(30).toNanos();

    /** What a lane needs of its consumer. */
    interface Home {

        /** The topics that it takes from; asked for again and again, about as often as a poll ends. */
        Set<String> topics();

        /**
         * How long one poll lasts at most; the longer, the better: while the client gets a batch, another call of its {@code poll} may make it
         * fetch one more, which nobody gets before the first one is done, but which is locked meanwhile.
         */
        Duration pollTime();

        /** Writes copies of records into the topic of retries, uncounted, and returns when they are confirmed. */
        void copy(List<ShareHeld> records) throws Exception;

        /** As the thread of a consumer fails. */
        Exception translated(Throwable thrown);
    }

    /** Records of a batch at most. */
    final int size;

    // Guarded by the lock of ShareInHand.
    final Map<Place, ShareHeld> held = new LinkedHashMap<>();
    int reserved;
    boolean polling;
    long lockedAt = System.nanoTime();
    long lockNanos = LOCK.toNanos();
    long renewAt = lockedAt;

    private final KafkaShareConsumer<byte[], byte[]> client;
    private final ShareInHand hand;
    private final int copyAt;
    private final Home home;

    // Of the thread only.
    private Set<String> topics = Set.of();
    private long topicsAt;
    private boolean fetching;
    private long polledAt;
    private long cameAt;

    /**
     * Makes one; it begins when it runs.
     *
     * @param copyAt at which delivery a record goes to the topic of retries at once, because the broker drops it a little later
     */
    ShareLane(KafkaShareConsumer<byte[], byte[]> client, int size, int copyAt, ShareInHand hand, Home home) {
        this.client = client;
        this.size = size;
        this.copyAt = copyAt;
        this.hand = hand;
        this.home = home;
    }

    @Override
    public void run() {
        cameAt = System.nanoTime();
        try {
            subscribe();
            while (turn()) {
                // Until it ends.
            }
        } catch (Exception | Error e) {
            hand.fail(home.translated(e));
        } finally {
            giveBack();
            try {
                client.close(LEAVE);
            } catch (KafkaException e) {
                // Nothing is left to be done; the locks end by themselves.
            }
            hand.gone(this);
        }
    }

    private boolean turn() throws Exception {
        if (System.nanoTime() - topicsAt >= Membership.REFRESH.toNanos()) {
            subscribe();
        }
        switch (hand.next(this, TURN)) {
            case POLL -> {
                if (!poll()) {
                    return false;
                }
            }
            case ACKNOWLEDGE -> send(hand.decisions(this, false), ANSWER);
            case RENEW -> renew();
            case NOTHING -> {}
            case END -> {
                return false;
            }
        }
        return true;
    }

    private void subscribe() {
        topicsAt = System.nanoTime();
        Set<String> found = home.topics();
        if (!found.equals(topics) && !found.isEmpty()) {
            topics = found;
            client.subscribe(found);
        }
    }

    /** False if nothing has come for so long that it is not needed. */
    private boolean poll() throws Exception {
        if (topics.isEmpty()) {
            Thread.sleep(TURN); // a pattern that no topic matches yet
            return true;
        }
        // What comes now may have been locked since the poll before, if that has left a fetch under way.
        long since = fetching ? polledAt : System.nanoTime();
        List<ConsumerRecord<byte[], byte[]>> records = records(home.pollTime());
        polledAt = System.nanoTime();
        fetching = records.isEmpty();
        if (fetching) {
            return polledAt - cameAt < IDLE || !hand.hasOthers();
        }
        cameAt = polledAt;
        arrive(records, since);
        return true;
    }

    private List<ConsumerRecord<byte[], byte[]>> records(Duration atMost) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try {
            client.poll(atMost).forEach(records::add);
        } catch (WakeupException e) {
            // It ends.
        }
        return records;
    }

    /** Ends a poll, because all ends; by any thread. */
    void wake() {
        client.wakeup();
    }

    private void arrive(List<ConsumerRecord<byte[], byte[]>> records, long since) throws Exception {
        List<ShareHeld> all = new ArrayList<>();
        List<ShareHeld> worn = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            int deliveries = record.deliveryCount().map(Short::intValue).orElse(1);
            ShareHeld each = new ShareHeld(this, record, deliveries);
            all.add(each);
            if (deliveries >= copyAt) {
                each.state = ShareHeld.State.DECIDED;
                worn.add(each);
            }
        }
        if (!worn.isEmpty()) {
            home.copy(worn);
        }
        hand.locked(this, since, lock());
        hand.arrived(this, all);
    }

    private long lock() {
        return client.acquisitionLockTimeoutMs()
                .map(millis -> Duration.ofMillis(millis).toNanos())
                .orElse(LOCK.toNanos());
    }

    /** Tells the broker, and notes what it answers. Returns the partitions of which it has accepted all. */
    private void send(Map<ShareHeld, AcknowledgeType> decisions, Duration atMost) throws Exception {
        Set<ShareHeld> unknown = new HashSet<>();
        decisions.forEach((each, type) -> {
            try {
                client.acknowledge(each.record, type);
            } catch (IllegalStateException e) {
                unknown.add(each); // the client has given it up
            }
        });
        Set<TopicPartition> accepted = new HashSet<>();
        for (Map.Entry<TopicIdPartition, Optional<KafkaException>> answer :
                client.commitSync(atMost).entrySet()) {
            KafkaException error = answer.getValue().orElse(null);
            if (error instanceof AuthorizationException || error instanceof AuthenticationException) {
                throw error;
            }
            if (error == null) {
                accepted.add(answer.getKey().topicPartition());
            }
            // Else the locks are over, or the broker away: they come again, to this consumer or another.
        }
        hand.acknowledged(
                this,
                decisions,
                each -> !unknown.contains(each)
                        && accepted.contains(new TopicPartition(each.record.topic(), each.record.partition())));
    }

    private void renew() throws Exception {
        long since = System.nanoTime();
        Map<ShareHeld, AcknowledgeType> decisions = hand.decisions(this, true);
        send(decisions, ANSWER);
        Set<Place> missing = new HashSet<>();
        decisions.forEach((each, type) -> {
            if (type == AcknowledgeType.RENEW && held.containsKey(Place.of(each.record))) {
                missing.add(Place.of(each.record));
            }
        });
        List<ConsumerRecord<byte[], byte[]>> others = new ArrayList<>();
        boolean returned = false;
        while (!missing.isEmpty() && !returned && System.nanoTime() - since < ANSWER.toNanos()) {
            for (ConsumerRecord<byte[], byte[]> record : records(RETURN)) {
                returned = true; // and all must be acknowledged before another poll
                if (!missing.remove(Place.of(record))) {
                    others.add(record);
                }
            }
        }
        hand.lost(this, missing);
        hand.locked(this, since, lock());
        if (!others.isEmpty()) {
            arrive(others, since);
        }
    }

    /** What nobody has settled comes again uncounted, if it can be written; otherwise the broker gives it to another, and counts that. */
    private void giveBack() {
        try {
            if (hand.hasFailed()) {
                return;
            }
            if (fetching) {
                arrive(records(Duration.ZERO), polledAt); // what has come and was not handed out
            }
            List<ShareHeld> left = hand.left(this);
            if (!left.isEmpty() && System.nanoTime() - lockedAt < lockNanos) {
                home.copy(left);
                hand.copied(left);
            }
            Map<ShareHeld, AcknowledgeType> decisions = hand.decisions(this, false);
            if (!decisions.isEmpty()) {
                send(decisions, LAST_ANSWER);
            }
        } catch (Exception e) {
            // It comes again when its lock is over.
        }
    }
}
