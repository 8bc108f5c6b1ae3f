package dev.parley.messaging.internal.memory;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Timer;
import dev.parley.messaging.DeadLetter;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.QueueStats;
import dev.parley.messaging.StartFrom;
import dev.parley.messaging.spi.ConsumerSpec;
import dev.parley.messaging.spi.LetterAction;
import dev.parley.messaging.spi.Outgoing;
import dev.parley.messaging.spi.Received;
import dev.parley.messaging.spi.Settlement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Groups, their queues, and the log. One lock guards all of it: what is done under it is a few look-ups in trees, and never code of a user's or a
 * wait. Leases and delays run on the timer; the clock only dates.
 */
final class MemoryStore {

    private static final int MOST_ROUTES = 10_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final MemorySettings settings;
    private final InstantSource clock;
    private final Timer timer;
    private final MemoryLog log;
    private final Map<QueueName, MemoryGroup> groups = new LinkedHashMap<>();
    private final List<MemoryGroup> ephemeral = new ArrayList<>();
    private final Map<String, List<MemoryGroup>> routes = new HashMap<>();
    private long sequence;
    private int messages;
    private long bytes;

    MemoryStore(MemorySettings settings, InstantSource clock, Timer timer) {
        this.settings = settings;
        this.clock = clock;
        this.timer = timer;
        this.log = new MemoryLog(settings, clock);
    }

    ReentrantLock lock() {
        return lock;
    }

    Timer timer() {
        return timer;
    }

    void publish(List<Outgoing> batch) {
        List<Integer> sizes = batch.stream().map(Outgoing::bytes).toList();
        lock.lock();
        try {
            long moreMessages = 0;
            long moreBytes = 0;
            for (int i = 0; i < batch.size(); i++) {
                for (MemoryGroup group : route(batch.get(i).topic())) {
                    if (!group.keepsNothing()) {
                        moreMessages++;
                        moreBytes += sizes.get(i);
                    }
                }
            }
            checkRoom(moreMessages, moreBytes);
            Instant published = clock.instant();
            long now = timer.nanoTime();
            for (int i = 0; i < batch.size(); i++) {
                Outgoing outgoing = batch.get(i);
                Optional<Instant> at = outgoing.deliverAt().filter(published::isBefore);
                MemoryEntry entry = new MemoryEntry(
                        ++sequence,
                        outgoing.topic(),
                        outgoing.message(),
                        sizes.get(i),
                        published,
                        at.isPresent(),
                        at.isEmpty()
                                ? 0
                                : now + Duration.between(published, at.get()).toNanos());
                log.add(entry);
                for (MemoryGroup group : route(entry.topic())) {
                    add(group, entry, now);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void add(MemoryGroup group, MemoryEntry entry, long now) {
        messages++;
        bytes += entry.bytes();
        group.add(new MemoryItem(entry), now);
        if (group.keepsNothing() && group.unsettled.size() > MemoryGroup.MOST_UNHEARD) {
            // The oldest is worth least. Nobody holds anything here, so it is in a lane of its own, or waits for its
            // time.
            MemoryItem oldest = group.unsettled.firstEntry().getValue();
            group.withdraw(oldest);
            remove(group, oldest);
        }
    }

    private void checkRoom(long moreMessages, long moreBytes) {
        if (messages + moreMessages > settings.maxMessages()) {
            throw full("maxMessages of %d messages, with %d in it and %d to come"
                    .formatted(settings.maxMessages(), messages, moreMessages));
        }
        if (bytes + moreBytes > settings.maxBytes()) {
            throw full("maxBytes of %d bytes, with %d in it and %d to come"
                    .formatted(settings.maxBytes(), bytes, moreBytes));
        }
    }

    private static CallException full(String what) {
        return new CallException(Code.RESOURCE_EXHAUSTED, "the broker in memory is full: its limit is " + what);
    }

    private List<MemoryGroup> route(String topic) {
        List<MemoryGroup> known = routes.get(topic);
        if (known == null) {
            List<MemoryGroup> found = new ArrayList<>();
            groups.values().stream()
                    .filter(group -> group.pattern.matches(topic))
                    .forEach(found::add);
            ephemeral.stream().filter(group -> group.pattern.matches(topic)).forEach(found::add);
            if (routes.size() >= MOST_ROUTES) {
                routes.clear();
            }
            known = List.copyOf(found);
            routes.put(topic, known);
        }
        return known;
    }

    MemoryConsumer consume(ConsumerSpec spec) {
        lock.lock();
        try {
            MemoryGroup group = group(spec);
            if (group.ordered != spec.ordered() && !group.consumers.isEmpty()) {
                throw new CallException(
                        Code.FAILED_PRECONDITION,
                        "group %s is consumed %s, and all its consumers must ask for the same"
                                .formatted(group.name, group.ordered ? "in the order of keys" : "in no order"));
            }
            group.order(spec.ordered());
            MemoryConsumer consumer = new MemoryConsumer(this, group, spec.lease());
            group.consumers.add(consumer);
            return consumer;
        } finally {
            lock.unlock();
        }
    }

    private MemoryGroup group(ConsumerSpec spec) {
        if (spec.boundTo().isPresent()) {
            String name = spec.boundTo().get();
            return groups.values().stream()
                    .filter(group -> group.name.toString().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new CallException(
                            Code.NOT_FOUND, "there is no queue \"" + name + "\" in this broker in memory"));
        }
        MemoryGroup known = spec.kind() == ConsumerSpec.Kind.DURABLE ? groups.get(spec.queue()) : null;
        if (known != null) {
            return known;
        }
        MemoryGroup made = new MemoryGroup(spec);
        List<MemoryEntry> before = switch (spec.start()) {
            case StartFrom.Latest latest -> List.of();
            case StartFrom.Earliest earliest -> log.find(made.pattern, entry -> true);
            case StartFrom.Position(String position) -> {
                long from = position(position);
                yield log.find(made.pattern, entry -> entry.sequence() >= from);
            }
            case StartFrom.Time(Instant time) ->
                log.find(made.pattern, entry -> !entry.published().isBefore(time));
        };
        checkRoom(before.size(), before.stream().mapToLong(MemoryEntry::bytes).sum());
        long now = timer.nanoTime();
        before.forEach(entry -> add(made, entry, now));
        if (spec.kind() == ConsumerSpec.Kind.DURABLE) {
            groups.put(made.name, made);
        } else {
            ephemeral.add(made);
        }
        routes.clear();
        return made;
    }

    private static long position(String text) {
        if (!text.matches("[0-9]{1,18}")) {
            throw new IllegalArgumentException(
                    "a position of a broker in memory is a number, as Delivery.position says it, but is \"" + text
                            + '"');
        }
        return Long.parseLong(text);
    }

    /** Called with the lock. */
    List<Received> take(MemoryConsumer consumer, int max, long now) {
        MemoryGroup group = consumer.group;
        if (consumer.closed) {
            throw new CallException(Code.UNAVAILABLE, "the consumer of " + group.name + " is closed");
        }
        if (group.deleted) {
            throw new CallException(Code.UNAVAILABLE, "group " + group.name + " was deleted");
        }
        group.catchUp(now);
        List<Received> taken = new ArrayList<>();
        while (taken.size() < max) {
            MemoryHold hold = group.take(consumer, now + consumer.leaseNanos);
            if (hold == null) {
                break;
            }
            MemoryItem item = hold.item;
            taken.add(new Received(
                    item.entry.topic(),
                    item.entry.message(),
                    item.deliveries,
                    item.firstFailure,
                    Long.toString(item.sequence()),
                    hold));
            if (group.keepsNothing()) {
                group.release(hold);
                remove(group, item);
            }
        }
        if (!taken.isEmpty() && group.hasFree()) {
            group.wakeOne();
        }
        return taken;
    }

    private void remove(MemoryGroup group, MemoryItem item) {
        group.unsettled.remove(item.sequence());
        messages--;
        bytes -= item.entry.bytes();
    }

    List<Received> settle(MemoryConsumer consumer, List<Settlement> settlements) {
        List<Received> stale = new ArrayList<>();
        lock.lock();
        try {
            long now = timer.nanoTime();
            MemoryGroup group = consumer.group;
            group.catchUp(now);
            for (Settlement settlement : settlements) {
                MemoryHold hold = held(settlement.received());
                if (hold == null) {
                    stale.add(settlement.received());
                    continue;
                }
                MemoryItem item = hold.item;
                group.release(hold);
                switch (settlement) {
                    case Settlement.Ack ack -> remove(group, item);
                    case Settlement.Retry retry -> {
                        item.firstFailure = Optional.of(
                                item.firstFailure.orElse(retry.failure().first()));
                        if (retry.after().isPositive()) {
                            group.delay(item, now + retry.after().toNanos());
                        } else {
                            group.offer(item);
                        }
                    }
                    case Settlement.DeadLettered dead -> {
                        item.failure = dead.failure();
                        group.unsettled.remove(item.sequence());
                        group.letters.put(Long.toString(item.sequence()), item);
                    }
                    case Settlement.Release release -> {
                        item.deliveries--;
                        group.offer(item);
                    }
                }
            }
        } finally {
            lock.unlock();
        }
        return stale;
    }

    @SuppressWarnings("ReferenceEquality") // a hold is a token
    private static @Nullable MemoryHold held(Received received) {
        return received.receipt() instanceof MemoryHold hold && hold.item.hold == hold ? hold : null;
    }

    void extend(MemoryConsumer consumer, List<Received> received) {
        lock.lock();
        try {
            long now = timer.nanoTime();
            consumer.group.catchUp(now);
            for (Received each : received) {
                MemoryHold hold = held(each);
                if (hold != null) {
                    hold.until = now + consumer.leaseNanos;
                    consumer.holds.remove(hold);
                    consumer.holds.add(hold);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    void close(MemoryConsumer consumer) {
        lock.lock();
        try {
            if (consumer.closed) {
                return;
            }
            consumer.closed = true;
            MemoryGroup group = consumer.group;
            for (MemoryHold hold : List.copyOf(consumer.holds)) {
                group.release(hold);
                hold.item.deliveries--;
                group.offer(hold.item);
            }
            group.consumers.remove(consumer);
            consumer.wake();
            group.wakeOne(); // it may have been woken for what it now does not take
            if (group.kind != ConsumerSpec.Kind.DURABLE) {
                drop(group);
                ephemeral.remove(group);
                routes.clear();
            }
        } finally {
            lock.unlock();
        }
    }

    private void drop(MemoryGroup group) {
        group.deleted = true;
        List.copyOf(group.unsettled.values()).forEach(item -> {
            item.hold = null;
            remove(group, item);
        });
        group.letters.values().forEach(item -> remove(group, item));
        group.letters.clear();
        group.delayed.clear();
        group.consumers.forEach(consumer -> {
            consumer.holds.clear();
            consumer.own.clear();
            consumer.wake();
        });
    }

    void deleteGroup(QueueName name) {
        lock.lock();
        try {
            MemoryGroup group = groups.remove(name);
            if (group != null) {
                drop(group);
                routes.clear();
            }
        } finally {
            lock.unlock();
        }
    }

    List<QueueStats> queues() {
        lock.lock();
        try {
            long now = timer.nanoTime();
            Instant instant = clock.instant();
            return groups.values().stream()
                    .map(group -> stats(group, now, instant))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    private static QueueStats stats(MemoryGroup group, long now, Instant instant) {
        group.catchUp(now);
        Map.Entry<Long, MemoryItem> oldest = group.unsettled.firstEntry();
        Optional<Duration> age = oldest == null
                ? Optional.empty()
                : Optional.of(Duration.between(oldest.getValue().entry.published(), instant));
        return new QueueStats(
                group.name,
                group.unsettled.size() - group.inFlight,
                OptionalLong.of(group.delayed.size()),
                OptionalLong.of(group.inFlight),
                age,
                OptionalLong.of(group.redelivered),
                OptionalLong.of(group.letters.size()),
                OptionalLong.of(group.consumers.size()));
    }

    void visitDeadLetters(QueueName name, int max, Function<DeadLetter, LetterAction> visitor) {
        List<String> ids;
        lock.lock();
        try {
            MemoryGroup group = groups.get(name);
            ids = group == null
                    ? List.of()
                    : group.letters.keySet().stream().limit(max).toList();
        } finally {
            lock.unlock();
        }
        for (String id : ids) {
            DeadLetter letter = letter(name, id);
            if (letter != null) {
                LetterAction action = visitor.apply(letter);
                if (action != LetterAction.KEEP) {
                    take(name, id, action == LetterAction.REDRIVE);
                }
            }
        }
    }

    private @Nullable DeadLetter letter(QueueName name, String id) {
        lock.lock();
        try {
            MemoryGroup group = groups.get(name);
            MemoryItem item = group == null ? null : group.letters.get(id);
            return item == null || item.failure == null
                    ? null
                    : new DeadLetter(
                            id, name, item.entry.topic(), item.entry.message(), id, item.deliveries, item.failure);
        } finally {
            lock.unlock();
        }
    }

    private void take(QueueName name, String id, boolean redrive) {
        lock.lock();
        try {
            MemoryGroup group = groups.get(name);
            MemoryItem item = group == null ? null : group.letters.remove(id);
            if (group == null || item == null) {
                return; // somebody else was faster
            }
            if (redrive) {
                item.failure = null;
                item.deliveries = 0;
                item.firstFailure = Optional.empty();
                group.add(item, timer.nanoTime());
            } else {
                remove(group, item);
            }
        } finally {
            lock.unlock();
        }
    }
}
