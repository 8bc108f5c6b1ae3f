package dev.parley.messaging.rabbitmq;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What this object knows of a group that it has used, over all of its consumers. Thread-safe. */
final class Group {
    private static final int MAX_RELEASED = 10_000;

    /** What each consumer has. */
    private final Set<OpenTags> consumers = ConcurrentHashMap.newKeySet();

    private final LongAdder retried = new LongAdder();
    private final LongAdder redelivered = new LongAdder();
    private volatile @Nullable String boundTo;

    /** How often a message was given back, by its id: deliveries that RabbitMQ counts and we do not. */
    private final Map<String, Integer> released = new LinkedHashMap<>(); // guarded by itself

    void bindTo(Optional<String> existing) {
        boundTo = existing.orElse(null);
    }

    Optional<String> boundTo() {
        return Optional.ofNullable(boundTo);
    }

    /** What the server has given to consumers here, whether it was received already or not. */
    long inFlight() {
        return consumers.stream().mapToLong(OpenTags::size).sum();
    }

    /** How many consumers this object has. */
    int consumers() {
        return consumers.size();
    }

    void consumerCame(OpenTags open) {
        consumers.add(open);
    }

    void consumerWent(OpenTags open) {
        consumers.remove(open);
    }

    /** When the oldest of what consumers have was published. */
    Optional<Instant> oldest() {
        return consumers.stream().flatMap(open -> open.oldest().stream()).min(Instant::compareTo);
    }

    void delivered(int attempt, boolean isRedelivery) {
        if (attempt > 1) {
            (isRedelivery ? redelivered : retried).increment();
        }
    }

    /** Deliveries of copies that were to be tried again. */
    long retried() {
        return retried.sum();
    }

    /** Deliveries again of the same copy, which the server counts, too. */
    long redelivered() {
        return redelivered.sum();
    }

    void released(String id) {
        synchronized (released) {
            released.merge(id, 1, Integer::sum);
            if (released.size() > MAX_RELEASED) {
                released.remove(released.keySet().iterator().next());
            }
        }
    }

    /** How many of a message's deliveries do not count. */
    int releasesOf(String id) {
        synchronized (released) {
            return released.getOrDefault(id, 0);
        }
    }

    void forgetReleases(String id) {
        synchronized (released) {
            released.remove(id);
        }
    }
}
