package dev.parley.events;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.MessageBroker;
import dev.parley.store.Lease;
import dev.parley.store.Listening;
import dev.parley.store.Position;
import dev.parley.store.Store;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Sends what an {@link Outbox} holds to a broker.
 *
 * <ul>
 *   <li>One relay of a store is active, by a lease; messages are marked as sent in a transaction that checks it. One that was frozen past
 *       its lease marks nothing. It may have sent what the next one sends as well: consumers see the same id.
 *   <li>Messages of one topic and key are sent in the order of their commits. If one fails, the later ones of its key wait with it, and other
 *       keys go on; if the topic or the broker is away, all of the topic wait.
 *   <li>What the broker refuses for good is {@linkplain Outbox#setAside set aside}, and its key goes on.
 * </ul>
 *
 * <p>Runs on virtual threads. Thread-safe.
 */
public final class OutboxRelay implements AutoCloseable {

    private static final String LEASE = "parley.outbox.relay";
    private static final Duration STAND_BY = Duration.ofSeconds(1);
    private static final Duration FIRST_WAIT = Duration.ofMillis(5);

    private final Store store;
    private final RelayOptions options;
    private final Signal signal = new Signal();
    private final Holds holds;
    private final RelayPublisher publisher;
    private final LongAdder sent = new LongAdder();
    private final LongAdder setAside = new LongAdder();
    private final LongAdder storeFailures = new LongAdder();
    private final Thread thread;
    private volatile @Nullable RelayLease lease;
    private volatile @Nullable CallException problem;
    private volatile boolean closed;

    private OutboxRelay(Store store, MessageBroker broker, RelayOptions options) {
        this.store = store;
        this.options = options;
        this.holds = new Holds(options.minBackoff(), options.maxBackoff());
        this.publisher = new RelayPublisher(broker, holds, this::mayGoOn);
        this.thread = Thread.ofVirtual().name("parley-outbox-relay").unstarted(this::run);
    }

    static OutboxRelay start(Store store, MessageBroker broker, RelayOptions options) {
        OutboxRelay relay = new OutboxRelay(store, broker, options);
        relay.thread.start();
        return relay;
    }

    /** What it relays from. */
    Store store() {
        return store;
    }

    /** What it does and has done. */
    public RelaySnapshot snapshot() {
        RelayLease held = lease;
        return new RelaySnapshot(
                held != null && held.isHeld() ? OptionalLong.of(held.token()) : OptionalLong.empty(),
                sent.sum(),
                publisher.failed.sum() + storeFailures.sum(),
                setAside.sum(),
                holds.size(),
                Optional.ofNullable(problem));
    }

    /**
     * Ends it: waits as long as {@link RelayOptions#drain} for a publication that is under way, then interrupts it; the next relay takes
     * over. Keeps an interrupt of the thread. Further calls do nothing.
     */
    @Override
    public void close() {
        closed = true;
        signal.ring();
        boolean interrupted = false;
        try {
            if (!thread.join(options.drain())) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            interrupted = true;
            thread.interrupt();
        }
        // What it is in ends with the interrupt; the store's and the broker's methods promise so.
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        int failures = 0;
        try {
            while (!closed) {
                try (Listening listening = store.listen(Outbox.CHANNEL, signal::ring)) {
                    while (!closed) {
                        relayOnce();
                        failures = 0;
                    }
                } catch (RuntimeException e) {
                    storeFailed(CallException.from(e));
                    signal.await(Holds.backoff(options.minBackoff(), options.maxBackoff(), ++failures));
                }
            }
        } catch (InterruptedException e) {
            closed = true;
        }
    }

    /** Waits for the lease, and relays for as long as it is held. */
    private void relayOnce() throws InterruptedException {
        long asked = System.nanoTime();
        Optional<Lease> taken = store.lease(LEASE, options.holder(), options.lease());
        if (taken.isEmpty()) {
            signal.await(shorter(options.lease().dividedBy(3), STAND_BY));
            return;
        }
        try (RelayLease held = RelayLease.keep(taken.get(), options.lease(), asked, signal)) {
            lease = held;
            holds.clear();
            relay(held);
        } finally {
            lease = null;
        }
    }

    private void relay(RelayLease held) throws InterruptedException {
        Position from = Position.START;
        Duration wait = FIRST_WAIT;
        int failures = 0;
        while (!closed && !held.isLost()) {
            if (!held.isHeld()) {
                signal.await(options.poll()); // the store was away: a renewal decides
                continue;
            }
            if (holds.release(System.nanoTime())) {
                from = Position.START;
            }
            List<OutboxEntry> batch = read(from);
            if (batch.isEmpty()) {
                wait = signal.await(holds.nextRelease(System.nanoTime(), wait)) ? FIRST_WAIT : doubled(wait);
                continue;
            }
            wait = FIRST_WAIT;
            RelayPublisher.Result result = publisher.publish(batch);
            problem = result.problem().orElse(null);
            if (!mark(held, result)) {
                return;
            }
            if (result.stopped()) {
                failures++;
                Duration pause = Holds.backoff(options.minBackoff(), options.maxBackoff(), failures);
                awaitAll(held, pause);
            } else {
                failures = 0;
                from = batch.getLast().position();
            }
        }
    }

    private List<OutboxEntry> read(Position from) {
        return store.read(tx -> OutboxRows.after(tx, from, options.batch(), options.batchBytes()));
    }

    /**
     * Marks what was sent, over failures of the store: what is not marked is sent again. False if the lease is lost, or the relay closed
     * meanwhile.
     */
    private boolean mark(RelayLease held, RelayPublisher.Result result) throws InterruptedException {
        if (result.sent().isEmpty() && result.refused().isEmpty()) {
            return true;
        }
        int failures = 0;
        while (true) {
            Thread.interrupted(); // of close, which is to stop the publication; what was confirmed is marked all the
            // same
            try {
                store.run(tx -> {
                    held.check(tx);
                    OutboxRows.delete(tx, result.sent());
                    OutboxRows.setAside(tx, result.refused());
                });
                sent.add(result.sent().size());
                setAside.add(result.refused().size());
                return true;
            } catch (CallException e) {
                storeFailed(e);
                if ((e.code() == Code.ABORTED && isLost(held)) || (closed && failures > 0)) {
                    return false;
                }
                signal.await(Holds.backoff(options.minBackoff(), options.maxBackoff(), ++failures));
            }
        }
    }

    /** ABORTED is a deadlock, too; the lease itself knows. */
    private boolean isLost(RelayLease held) {
        try {
            held.renew();
        } catch (CallException e) {
            storeFailed(e);
        }
        return held.isLost();
    }

    private boolean mayGoOn() {
        RelayLease held = lease;
        return !closed && held != null && held.isHeld();
    }

    private void storeFailed(CallException e) {
        problem = e;
        storeFailures.increment();
    }

    /** Waits all of the time: new messages are no reason to ask a broker that is away. */
    private void awaitAll(RelayLease held, Duration pause) throws InterruptedException {
        long until = System.nanoTime() + pause.toNanos();
        long left = pause.toNanos();
        while (left > 0 && !closed && !held.isLost()) {
            signal.await(Duration.ofNanos(left));
            left = until - System.nanoTime();
        }
    }

    private Duration doubled(Duration wait) {
        return shorter(wait.multipliedBy(2), options.poll());
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
