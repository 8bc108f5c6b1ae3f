package dev.parley.messaging.internal;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.SubscribeOptions;
import dev.parley.messaging.spi.ConsumerSpec;
import dev.parley.messaging.spi.Settlement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What a subscription has in its hands: messages that wait for their turn, that are being handled, that wait to be settled. One lock guards
 * it; nothing under it waits, or is code of a user's.
 */
final class InHand {

    /** Settled together at most. */
    private static final int MOST_AT_ONCE = 1000;

    private final ReentrantLock lock = new ReentrantLock();
    private final String name;
    private final int prefetch;
    private final int maxBatch;
    private final int enough;
    private final boolean atMostOnce;
    private final KeyDispatcher<Held> dispatcher;
    private final BreakerGate breaker;
    private final Wakeup receiving;
    private final Wakeup settling;
    private final Deque<Decision> decided = new ArrayDeque<>();
    private final Set<List<Held>> handled = Collections.newSetFromMap(new IdentityHashMap<>());
    private final CompletableFuture<Boolean> idle = new CompletableFuture<>();
    private @Nullable Work work;
    private @Nullable Session session;
    private int settlingNow;
    private long dropped;
    private boolean released;
    private volatile boolean paused;
    private volatile boolean closing;

    InHand(
            ConsumerSpec spec,
            SubscribeOptions options,
            int maxBatch,
            BreakerGate breaker,
            Wakeup receiving,
            Wakeup settling) {
        this.name = "parley-handle-" + spec.queue();
        this.prefetch = options.prefetch();
        this.maxBatch = maxBatch;
        this.enough = (int) Math.min(Integer.MAX_VALUE, (long) options.concurrency() * maxBatch);
        this.atMostOnce = spec.kind() == ConsumerSpec.Kind.AT_MOST_ONCE;
        boolean ordered = options.ordered();
        this.dispatcher = new KeyDispatcher<>(options.concurrency(), held -> ordered ? keyOf(held) : null);
        this.breaker = breaker;
        this.receiving = receiving;
        this.settling = settling;
    }

    /** What is lossy stays in order without a key, too: there is one listener, and the last message is the one that counts. */
    private @Nullable String keyOf(Held held) {
        return held.message.metadata().key().orElse(atMostOnce ? "" : null);
    }

    void work(Work handler) {
        this.work = handler;
    }

    boolean isClosing() {
        return closing;
    }

    boolean isPaused() {
        return paused;
    }

    void pause(boolean hold) {
        paused = hold;
        receiving.wake();
    }

    /** The session that goes on; null if there is none. */
    @Nullable
    Session session() {
        lock.lock();
        try {
            return session;
        } finally {
            lock.unlock();
        }
    }

    /** False if it is closing already. */
    boolean begin(Session opened) {
        lock.lock();
        try {
            if (closing) {
                return false;
            }
            session = opened;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * How many more messages may be taken: none for the moment, if they would be few and all handlers have their next ones here. To take a
     * few costs as much as to take many.
     *
     * @param plenty whether there were as many as were asked for the last time. Otherwise somebody has to ask: what a backend was asked for
     *     and comes later would wait in its hands, where nobody renews its lease
     */
    int room(boolean plenty) {
        lock.lock();
        try {
            if (atMostOnce) {
                return prefetch;
            }
            int room = prefetch - heldNow();
            return plenty && room < prefetch / 4 && dispatcher.ready() >= enough ? 0 : room;
        } finally {
            lock.unlock();
        }
    }

    /** A message that has come, and what is to become of it if that is known already. */
    record Arrival(Held held, @Nullable Decision decision) {}

    void accept(Session from, List<Arrival> arrivals) {
        lock.lock();
        try {
            if (from.dead) {
                arrivals.forEach(arrival -> breaker.release(arrival.held().permit));
                return; // they come again
            }
            for (Arrival arrival : arrivals) {
                Held held = arrival.held();
                if (atMostOnce && heldNow() >= prefetch) {
                    dropped++;
                    continue;
                }
                from.held.add(held);
                Decision decision = arrival.decision();
                if (decision != null) {
                    decided.add(decision);
                } else if (closing || paused) {
                    giveBack(held);
                } else {
                    dispatcher.offer(held);
                }
            }
            startWorkers();
        } finally {
            lock.unlock();
        }
        settling.wake();
    }

    /** Its handler was never called. */
    private void giveBack(Held held) {
        breaker.release(held.permit);
        decided.add(new Decision(held, new Settlement.Release(held.received)));
    }

    private void startWorkers() {
        while (!closing) {
            List<Held> batch = dispatcher.next(maxBatch);
            if (batch.isEmpty()) {
                return;
            }
            handled.add(batch);
            Thread.ofVirtual().name(name).start(() -> handle(batch));
        }
    }

    private void handle(List<Held> first) {
        Work handler = Objects.requireNonNull(work);
        List<Held> batch = first;
        while (!batch.isEmpty()) {
            List<Decision> decisions = handler.handle(batch);
            Thread.interrupted(); // whatever it was for is over
            batch = handled(batch, decisions);
        }
    }

    /** What this thread is to handle next. */
    private List<Held> handled(List<Held> batch, List<Decision> decisions) {
        List<Held> next;
        boolean hungry;
        lock.lock();
        try {
            handled.remove(batch);
            dispatcher.done(batch);
            decided.addAll(decisions);
            next = closing ? List.of() : dispatcher.next(maxBatch);
            if (!next.isEmpty()) {
                handled.add(next);
            }
            startWorkers();
            hungry = dispatcher.ready() < enough;
            checkIdle();
        } finally {
            lock.unlock();
        }
        settling.wake();
        if (hungry) {
            receiving.wake();
        }
        return next;
    }

    /** Whether handlers that wait for nothing but their turn are about to decide more. */
    boolean isBusy() {
        lock.lock();
        try {
            return dispatcher.ready() > 0 && !closing;
        } finally {
            lock.unlock();
        }
    }

    /** What is to be settled now, all of one session; empty if there is nothing. */
    List<Decision> takeDecided() {
        List<Decision> taken = new ArrayList<>();
        lock.lock();
        try {
            while (taken.size() < MOST_AT_ONCE && !decided.isEmpty()) {
                Decision next = decided.element();
                if (!taken.isEmpty()
                        && !next.held().session.equals(taken.getFirst().held().session)) {
                    break;
                }
                taken.add(decided.remove());
            }
            settlingNow = taken.size();
        } finally {
            lock.unlock();
        }
        return taken;
    }

    /** These are out of its hands. */
    void settled(List<Decision> decisions) {
        lock.lock();
        try {
            settlingNow = 0;
            decisions.forEach(decision -> decision.held().session.held.remove(decision.held()));
            checkIdle();
        } finally {
            lock.unlock();
        }
        receiving.wake();
    }

    /**
     * A session is over: what came with it comes again.
     *
     * @return false if that was known
     */
    boolean end(Session over, CallException why) {
        List<Held> lost;
        lock.lock();
        try {
            if (over.dead) {
                return false;
            }
            over.dead = true;
            if (over.equals(session)) {
                session = null;
            }
            lost = List.copyOf(over.held);
            over.held.clear();
            dispatcher.removeIf(held -> held.session.equals(over)).forEach(held -> breaker.release(held.permit));
            checkIdle();
        } finally {
            lock.unlock();
        }
        lost.forEach(held -> held.cancel(why));
        receiving.wake();
        return true;
    }

    /** What is held and not decided yet. */
    List<Held> undecided() {
        lock.lock();
        try {
            return session == null ? List.of() : List.copyOf(session.held);
        } finally {
            lock.unlock();
        }
    }

    /** These are somebody else's by now. */
    void lose(List<Held> lost, CallException why) {
        lock.lock();
        try {
            dispatcher.removeIf(lost::contains).forEach(this::giveBack);
        } finally {
            lock.unlock();
        }
        lost.forEach(held -> held.cancel(why));
        settling.wake();
    }

    /** Begins to close: nothing more is begun. False if it has before. */
    boolean close() {
        lock.lock();
        try {
            if (closing) {
                return false;
            }
            closing = true;
        } finally {
            lock.unlock();
        }
        receiving.wake();
        return true;
    }

    /** Gives back what has not been begun. Once nothing is received any more, or it would come straight back. */
    void releaseWaiting() {
        lock.lock();
        try {
            dispatcher.removeIf(held -> true).forEach(this::giveBack);
            released = true;
            checkIdle();
        } finally {
            lock.unlock();
        }
        settling.wake();
    }

    /** Done once it is closing, nothing is handled and nothing waits to be settled. */
    CompletableFuture<Boolean> idle() {
        return idle;
    }

    private void checkIdle() {
        if (released && dispatcher.running() == 0 && decided.isEmpty() && settlingNow == 0) {
            idle.complete(true);
        }
    }

    void cancelAll() {
        List<List<Held>> running;
        lock.lock();
        try {
            running = List.copyOf(handled);
        } finally {
            lock.unlock();
        }
        CallException why = new CallException(Code.CANCELLED, "the subscription is closed");
        running.forEach(batch -> batch.forEach(held -> held.cancel(why)));
    }

    int held() {
        lock.lock();
        try {
            return heldNow();
        } finally {
            lock.unlock();
        }
    }

    private int heldNow() {
        return session == null ? 0 : session.held.size();
    }

    int running() {
        lock.lock();
        try {
            return dispatcher.running();
        } finally {
            lock.unlock();
        }
    }

    long dropped() {
        lock.lock();
        try {
            return dropped;
        } finally {
            lock.unlock();
        }
    }
}
