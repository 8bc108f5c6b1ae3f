package dev.parley.messaging.internal;

import dev.parley.CallException;
import dev.parley.Handler;
import dev.parley.messaging.Delivery;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.FireAndForget;
import dev.parley.messaging.Message;
import dev.parley.messaging.Redelivery;
import dev.parley.messaging.SubscribeOptions;
import dev.parley.messaging.Subscription;
import dev.parley.messaging.Topic;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.ConsumerSpec;
import dev.parley.messaging.spi.Outgoing;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Messages that may be lost: sent by a virtual thread that there is only while some wait, so that nobody waits for a broker that is away. */
final class Lossy implements FireAndForget {

    private static final int MOST_WAITING = 1024;

    private final Engine engine;
    private final BrokerBackend backend;
    private final Publisher publisher;
    private final LongAdder lost = new LongAdder();
    private final Set<GroupSubscription> listening = ConcurrentHashMap.newKeySet();
    private final Deque<Outgoing> waiting = new ArrayDeque<>(); // guarded by this
    private @Nullable Thread sender; // guarded by this
    private boolean closed; // guarded by this

    Lossy(Engine engine, BrokerBackend backend, Publisher publisher) {
        this.engine = engine;
        this.backend = backend;
        this.publisher = publisher;
    }

    @Override
    public <T> void send(Topic<T> topic, Message<T> message) {
        if (topic.isPattern()) {
            throw new IllegalArgumentException(
                    "topic \"%s\" is a pattern: one can listen to it, but not send".formatted(topic.name()));
        }
        Outgoing outgoing;
        try {
            outgoing = Outgoing.now(topic.name(), publisher.encode(topic, message));
        } catch (CallException e) {
            throw new IllegalArgumentException(e.message(), e); // too large
        }
        synchronized (this) {
            if (closed || waiting.size() >= MOST_WAITING) {
                lost.increment();
                return;
            }
            waiting.add(outgoing);
            if (sender == null) {
                sender = Thread.ofVirtual().name("parley-send").start(this::sendAll);
            }
        }
    }

    private void sendAll() {
        for (Outgoing next = next(); next != null; next = next()) {
            try {
                backend.send(next);
            } catch (Throwable e) { // errors, too: nobody would send what follows
                lost.increment();
                Log.LOG.log(Level.DEBUG, "a message that may be lost was: " + next.topic(), e);
            }
        }
    }

    private synchronized @Nullable Outgoing next() {
        Outgoing next = waiting.poll();
        if (next == null) {
            sender = null;
        }
        return next;
    }

    @Override
    public <T> Subscription listen(Topic<T> topic, Listener<T> listener) {
        Handler<Delivery<T>, Disposition> hearing = (call, delivery) -> {
            try {
                listener.hear(delivery.topic(), delivery.message());
            } catch (Exception e) {
                Log.LOG.log(Level.WARNING, "a listener to " + topic.name() + " failed; the message is forgotten", e);
            }
            return Disposition.ack();
        };
        // In the order of keys, those without one included: the last price is the one that counts.
        SubscribeOptions how = SubscribeOptions.defaults()
                .withPrefetch(MOST_WAITING)
                .orderedByKey()
                .withDrain(Duration.ZERO)
                .withRedelivery(Redelivery.defaults().withMaxAttempts(1));
        GroupSubscription subscription = engine.subscribe(
                topic, "listener-" + UUID.randomUUID(), 1, Engine.single(hearing), how, ConsumerSpec.Kind.AT_MOST_ONCE);
        synchronized (this) {
            listening.removeIf(this::isOver);
            listening.add(subscription);
        }
        return subscription;
    }

    /** What a listener that is closed has lost stays counted. */
    private boolean isOver(GroupSubscription subscription) {
        if (subscription.isClosed()) {
            lost.add(subscription.dropped());
            return true;
        }
        return false;
    }

    @Override
    public synchronized long lost() {
        long dropped = 0;
        for (GroupSubscription subscription : listening) {
            dropped += subscription.dropped();
        }
        return lost.sum() + dropped;
    }

    void close() {
        Thread thread;
        synchronized (this) {
            closed = true;
            lost.add(waiting.size());
            waiting.clear();
            thread = sender;
        }
        if (thread != null) {
            thread.interrupt();
            try {
                thread.join(Duration.ofSeconds(5));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
