package dev.parley.messaging.internal;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.Message;
import dev.parley.messaging.MessageAdapter;
import dev.parley.messaging.SubscribeOptions;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.ConsumerSpec;
import dev.parley.messaging.spi.Received;
import dev.parley.messaging.spi.Settlement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Opens a consumer, takes messages as far as there is room, and opens another consumer when that one has failed. */
final class Receiver implements Runnable {

    private static final Duration WAIT = Duration.ofSeconds(1);
    private static final Duration FIRST_WAIT = Duration.ofMillis(100);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

    private final BrokerBackend backend;
    private final BrokerOptions broker;
    private final ConsumerSpec spec;
    private final Optional<MessageAdapter> adapter;
    private final InHand hand;
    private final BreakerGate breaker;
    private final Verdicts verdicts;
    private final Counters counters;
    private final Wakeup wakeup;
    private final Backoff backoff = new Backoff(FIRST_WAIT, LONGEST_WAIT);
    /** Between consumers whose settlements fail: to receive goes well each time, and the same messages would come again at once. */
    private final Backoff unsettled = new Backoff(FIRST_WAIT, LONGEST_WAIT);

    private final AtomicReference<@Nullable CallException> settling = new AtomicReference<>();
    private volatile boolean hasSettled;
    private final CompletableFuture<Boolean> opened = new CompletableFuture<>();
    private volatile @Nullable CallException problem;
    private boolean plenty; // of the thread only

    Receiver(
            BrokerBackend backend,
            BrokerOptions broker,
            ConsumerSpec spec,
            SubscribeOptions options,
            InHand hand,
            BreakerGate breaker,
            Verdicts verdicts,
            Counters counters,
            Wakeup wakeup) {
        this.backend = backend;
        this.broker = broker;
        this.spec = spec;
        this.adapter = options.adapter();
        this.hand = hand;
        this.breaker = breaker;
        this.verdicts = verdicts;
        this.counters = counters;
        this.wakeup = wakeup;
    }

    /** Done once there was a consumer, failed if the broker has refused one. */
    CompletableFuture<Boolean> opened() {
        return opened;
    }

    Optional<CallException> problem() {
        return Optional.ofNullable(problem);
    }

    @Override
    public void run() {
        while (!hand.isClosing()) {
            try {
                Session session = hand.session();
                if (session == null) {
                    restAfterSettling();
                    open();
                } else {
                    receive(session);
                }
            } catch (InterruptedException e) {
                // It closes; if not, somebody has interrupted a thread that is not theirs.
            }
        }
    }

    private void open() throws InterruptedException {
        BackendConsumer consumer;
        try {
            consumer = backend.consume(spec);
        } catch (InterruptedException e) {
            throw e;
        } catch (Throwable e) { // errors, too: a subscription without this thread is dead, and does not say so
            if (!hand.isClosing()) {
                refused(e);
            }
            return;
        }
        if (!hand.begin(new Session(consumer))) {
            consumer.close();
            return;
        }
        problem = null;
        opened.complete(true);
    }

    private void refused(Throwable error) throws InterruptedException {
        CallException why = asCall(error);
        boolean lasting = isLasting(why.code());
        if (error instanceof IllegalArgumentException) {
            opened.completeExceptionally(error);
        } else if (lasting) {
            opened.completeExceptionally(why);
        }
        problem = why;
        rest(lasting);
    }

    private void rest(boolean lasting) throws InterruptedException {
        rest(backoff, lasting);
    }

    private void rest(Backoff waits, boolean lasting) throws InterruptedException {
        TimedWait.pause(broker.timer(), lasting ? waits.longestNanos() : waits.nextNanos());
    }

    private void restAfterSettling() throws InterruptedException {
        CallException failure = settling.getAndSet(null);
        if (failure == null) {
            return;
        }
        if (hasSettled) {
            hasSettled = false;
            unsettled.reset();
        }
        rest(unsettled, isLasting(failure.code()));
    }

    private void receive(Session session) throws InterruptedException {
        int room = hand.isPaused() ? 0 : hand.room(plenty);
        if (room > 0) {
            room = breaker.admit(room);
        }
        if (room <= 0) {
            wakeup.await();
            return;
        }
        try {
            plenty = false;
            List<Received> received = session.consumer.receive(room, WAIT);
            plenty = received.size() >= room;
            problem = null;
            backoff.reset();
            if (!received.isEmpty()) {
                hand.accept(session, arrivals(session, received));
            }
        } catch (InterruptedException e) {
            throw e;
        } catch (Throwable e) {
            if (!hand.isClosing()) {
                failed(session, e);
                rest(isLasting(asCall(e).code()));
            }
        } finally {
            breaker.giveBack();
        }
    }

    private List<InHand.Arrival> arrivals(Session session, List<Received> received) {
        long now = broker.timer().nanoTime();
        Instant instant = broker.clock().instant();
        List<InHand.Arrival> arrivals = new ArrayList<>(received.size());
        for (Received each : received) {
            counters.received.increment();
            arrivals.add(arrival(session, each, now, instant));
        }
        return arrivals;
    }

    private InHand.Arrival arrival(Session session, Received received, long now, Instant instant) {
        Message<byte[]> message = received.message();
        Settlement settlement = null;
        if (received.foreign().isPresent() && adapter.isPresent()) {
            try {
                message = adapter.get().adapt(received.foreign().get());
            } catch (RuntimeException e) {
                settlement = verdicts.unreadable(received, Code.INVALID_ARGUMENT, "adapter: " + e);
            } catch (Throwable e) {
                settlement = verdicts.failed(received, e); // the message may not be to blame
            }
        }
        boolean expired = settlement == null
                && message.metadata()
                        .expiry()
                        .filter(expiry -> !expiry.isAfter(instant))
                        .isPresent();
        if (expired) {
            settlement = new Settlement.Ack(received);
        } else if (settlement == null && verdicts.isWornOut(received)) {
            settlement = verdicts.wornOut(received);
        }
        if (settlement != null) {
            Held held = new Held(session, received, message, -1, now);
            return new InHand.Arrival(held, new Decision(held, settlement, expired));
        }
        return new InHand.Arrival(new Held(session, received, message, breaker.nextPermit(), now), null);
    }

    /** A session has failed, whoever has noticed: it is given up, and the receiver opens another. */
    void failed(Session session, Throwable error) {
        CallException why = asCall(error);
        CallException lost = new CallException(
                Code.CANCELLED, "the consumer of " + spec.queue() + " was lost: " + why.message(), why);
        if (hand.end(session, lost)) {
            problem = why;
            closeQuietly(session);
        }
    }

    /** A settlement has succeeded, or has failed with its session. Called by the settler. */
    void settled(Session session, @Nullable Throwable error) {
        if (error == null) {
            hasSettled = true;
            return;
        }
        settling.set(asCall(error));
        failed(session, error);
    }

    /** Gives back what is left. To be called when nothing is done any more. */
    void end() {
        Session session = hand.session();
        if (session != null && hand.end(session, new CallException(Code.CANCELLED, "the subscription is closed"))) {
            closeQuietly(session);
        }
    }

    private static void closeQuietly(Session session) {
        try {
            session.consumer.close();
        } catch (RuntimeException e) {
            Log.LOG.log(System.Logger.Level.DEBUG, "a consumer that was given up could not be closed", e);
        }
    }

    private CallException asCall(Throwable error) {
        return error instanceof CallException known
                ? known
                : new CallException(
                        error instanceof IllegalArgumentException ? Code.INVALID_ARGUMENT : Code.INTERNAL,
                        "consumer of " + spec.queue() + " at " + backend + ": " + error,
                        error);
    }

    /** Whether it does not get better by itself. */
    private static boolean isLasting(Code code) {
        return switch (code) {
            case UNAUTHENTICATED,
                    PERMISSION_DENIED,
                    NOT_FOUND,
                    FAILED_PRECONDITION,
                    UNIMPLEMENTED,
                    INVALID_ARGUMENT,
                    OUT_OF_RANGE,
                    ALREADY_EXISTS,
                    RESOURCE_EXHAUSTED -> true;
            case UNAVAILABLE, DEADLINE_EXCEEDED, ABORTED, INTERNAL, UNKNOWN, CANCELLED, DATA_LOSS -> false;
        };
    }
}
