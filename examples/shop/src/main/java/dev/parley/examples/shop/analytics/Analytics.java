package dev.parley.examples.shop.analytics;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Interceptor;
import dev.parley.Messages;
import dev.parley.examples.shop.analytics.v1.AnalyticsService;
import dev.parley.examples.shop.analytics.v1.GetNumbersRequest;
import dev.parley.examples.shop.analytics.v1.Numbers;
import dev.parley.examples.shop.analytics.v1.RebuildRequest;
import dev.parley.examples.shop.analytics.v1.RebuildResponse;
import dev.parley.examples.shop.analytics.v1.WatchNumbersRequest;
import dev.parley.examples.shop.events.OrderEvent;
import dev.parley.examples.shop.events.OrderFollower;
import dev.parley.examples.shop.store.Feed;
import dev.parley.messaging.Capability;
import dev.parley.messaging.Delivery;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.StartFrom;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The analytics service. Whoever counts is a group of consumers of its own, which begins with the first event that the broker has; a
 * rebuild is one more such group, which takes the place of the one before once it has counted as much.
 */
public final class Analytics implements AnalyticsService, AutoCloseable {

    private final NumberStore store;
    private final MessageBroker broker;
    private final List<Interceptor> interceptors;
    private final Feed<Numbers> feed = new Feed<>(100, numbers -> false);
    private final ReentrantLock rebuilding = new ReentrantLock();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition counted = lock.newCondition();
    private @Nullable Counter current; // guarded by lock; null until the first one is there

    private record Counter(String group, OrderFollower follower) {}

    /** Begins to count into {@code store}, or goes on. */
    public Analytics(NumberStore store, MessageBroker broker, List<Interceptor> interceptors) {
        this.store = store;
        this.broker = broker;
        this.interceptors = interceptors;
        String group = store.current().orElseGet(this::firstGroup);
        this.current = new Counter(group, follow(group));
    }

    private boolean canReplay() {
        return broker.capabilities().contains(Capability.REPLAY);
    }

    /** An empty store needs all events, not only those that another group of an earlier store has not had. */
    private String firstGroup() {
        String group = canReplay() ? newGroup() : "analytics";
        store.makeCurrent(group);
        return group;
    }

    private static String newGroup() {
        return "analytics-" + UUID.randomUUID().toString().substring(0, 8);
    }

    private OrderFollower follow(String group) {
        StartFrom start = canReplay() ? StartFrom.earliest() : StartFrom.latest();
        return OrderFollower.follow(broker, group, start, interceptors, this::count);
    }

    private void count(OrderEvent event, Delivery<?> delivery) {
        store.count(event, delivery);
        lock.lock();
        try {
            counted.signalAll();
            Counter now = current;
            if (now != null && delivery.group().equals(now.group())) {
                feed.publish(store.of(now.group()));
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Numbers getNumbers(GetNumbersRequest request) {
        return store.of(current().group());
    }

    @Override
    public Messages<Numbers> watchNumbers(WatchNumbersRequest request) {
        lock.lock();
        try {
            return feed.watch(List.of(store.of(current().group())), numbers -> true);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public RebuildResponse rebuild(RebuildRequest request) {
        if (!canReplay()) {
            throw new CallException(
                    Code.FAILED_PRECONDITION,
                    "the broker has no " + Capability.REPLAY + ": it does not keep what has been handled");
        }
        if (!rebuilding.tryLock()) {
            throw new CallException(Code.ABORTED, "another rebuild is under way");
        }
        try {
            Numbers before = store.of(current().group());
            String group = newGroup();
            Counter next = new Counter(group, follow(group));
            boolean done = false;
            try {
                awaitEvents(group, before.getEvents());
                replaceBy(next);
                done = true;
            } finally {
                if (!done) {
                    next.follower().closeForGood();
                }
            }
            return RebuildResponse.newBuilder()
                    .setBefore(before)
                    .setAfter(store.of(group))
                    .build();
        } finally {
            rebuilding.unlock();
        }
    }

    private void awaitEvents(String group, long events) {
        lock.lock();
        try {
            while (store.of(group).getEvents() < events) {
                // The call's deadline interrupts it.
                counted.await(1, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            throw CallException.interrupted(e, "a rebuild");
        } finally {
            lock.unlock();
        }
    }

    private void replaceBy(Counter next) {
        Counter last;
        lock.lock();
        try {
            last = current();
            current = next;
        } finally {
            lock.unlock();
        }
        last.follower().closeForGood();
        store.makeCurrent(next.group());
    }

    /** Stops counting; it goes on where it was with the same store. */
    @Override
    public void close() {
        current().follower().close();
    }

    /** Stops counting, and has the broker forget that it has: for a store that is not kept. */
    public void closeForGood() {
        current().follower().closeForGood();
    }

    private Counter current() {
        lock.lock();
        try {
            return Objects.requireNonNull(current, "there is a first one since the constructor");
        } finally {
            lock.unlock();
        }
    }
}
