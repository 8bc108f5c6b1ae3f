package dev.parley.messaging.internal;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.SubscribeOptions;
import dev.parley.messaging.Subscription;
import dev.parley.messaging.SubscriptionSnapshot;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.ConsumerSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A group's consumer: a receiver, a settler and, where there are leases, their keeper, each a virtual thread, and as many virtual threads for
 * handlers as run at a time.
 */
final class GroupSubscription implements Subscription {

    /** How long {@code close} waits for what was cancelled, and for the broker, once the drain is over. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    private static final Duration HURRIED_GRACE = Duration.ofMillis(500);

    private final ConsumerSpec spec;
    private final BrokerOptions broker;
    private final SubscribeOptions options;
    private final Counters counters = new Counters();
    private final InHand hand;
    private final BreakerGate breaker;
    private final Receiver receiver;
    private final Settler settler;
    private final @Nullable LeaseKeeper leases;
    private final Consumer<GroupSubscription> onClosed;
    private final List<Thread> threads = new ArrayList<>();
    private final CompletableFuture<Boolean> closed = new CompletableFuture<>();

    <T> GroupSubscription(
            BrokerBackend backend,
            BrokerOptions broker,
            ConsumerSpec spec,
            SubscribeOptions options,
            Handling.Target<T> target,
            boolean leased,
            Consumer<GroupSubscription> onClosed) {
        this.spec = spec;
        this.broker = broker;
        this.options = options;
        this.onClosed = onClosed;
        Wakeup receiving = new Wakeup();
        Wakeup settling = new Wakeup();
        this.breaker = new BreakerGate(options.breaker(), broker.timer(), receiving);
        Verdicts verdicts = new Verdicts(options.redelivery(), broker.clock());
        this.hand = new InHand(spec, options, target.maxBatch(), breaker, receiving, settling);
        Work work = new Handling<>(target, options, broker.timer(), verdicts, breaker, hand::isClosing, counters);
        hand.work(work);
        this.receiver = new Receiver(backend, broker, spec, options, hand, breaker, verdicts, counters, receiving);
        this.settler = new Settler(hand, receiver, counters, settling);
        this.leases = leased ? new LeaseKeeper(hand, receiver, broker.timer(), options.lease()) : null;
    }

    /** Starts its threads. */
    void start() {
        start("consume", receiver);
        start("settle", settler);
        if (leases != null) {
            start("lease", leases);
        }
    }

    /**
     * Waits for the first answer of the broker.
     *
     * @return false if there was none in time: it goes on in the background
     * @throws RuntimeException what the broker has refused it with; it is closed then
     */
    boolean awaitOpened(long nanos) throws InterruptedException {
        try {
            return TimedWait.await(broker.timer(), nanos, receiver.opened())
                    && receiver.opened().get();
        } catch (ExecutionException e) {
            close();
            switch (e.getCause()) {
                case CallException refused -> throw refused;
                case IllegalArgumentException wrong -> throw wrong;
                case null, default -> throw new CallException(Code.INTERNAL, "cannot consume " + spec.queue(), e);
            }
        }
    }

    private void start(String what, Runnable task) {
        threads.add(
                Thread.ofVirtual().name("parley-" + what + '-' + spec.queue()).start(task));
    }

    @Override
    public QueueName queue() {
        return spec.queue();
    }

    @Override
    public void pause() {
        hand.pause(true);
    }

    @Override
    public void resume() {
        hand.pause(false);
    }

    @Override
    public SubscriptionSnapshot snapshot() {
        return new SubscriptionSnapshot(
                counters.received.sum(),
                counters.acked.sum(),
                counters.retried.sum(),
                counters.deadLettered.sum(),
                counters.released.sum(),
                counters.expired.sum(),
                counters.stale.sum(),
                counters.immediateRetries.sum(),
                hand.held(),
                hand.running(),
                hand.isPaused(),
                breaker.isOpen());
    }

    @Override
    public Optional<CallException> problem() {
        return receiver.problem();
    }

    boolean isClosed() {
        return closed.isDone();
    }

    /** Messages that a listener that is at most once was too slow for. */
    long dropped() {
        return hand.dropped();
    }

    @Override
    public void close() {
        if (!hand.close()) {
            awaitOtherClose();
            return;
        }
        boolean interrupted = false;
        Thread receiving = threads.getFirst();
        receiving.interrupt(); // it may wait for messages, or for the broker
        interrupted |= join(receiving, System.nanoTime() + GRACE.toNanos());
        hand.releaseWaiting();
        CompletableFuture<?> idle = hand.idle();
        Duration grace = GRACE;
        try {
            if (interrupted) {
                throw new InterruptedException();
            }
            if (!TimedWait.await(broker.timer(), options.drain().toNanos(), idle)) {
                hand.cancelAll();
            }
        } catch (InterruptedException e) {
            interrupted = true;
            grace = HURRIED_GRACE;
            hand.cancelAll();
        }
        interrupted |= awaitCalmly(idle, grace);
        settler.stop();
        if (leases != null) {
            leases.stop();
        }
        threads.forEach(Thread::interrupt);
        receiver.end();
        breaker.close();
        interrupted |= joinAll(grace);
        onClosed.accept(this);
        closed.complete(true);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitOtherClose() {
        try {
            closed.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new AssertionError("only completed with a value", e);
        }
    }

    /** Waits whether interrupted or not. */
    private static boolean awaitCalmly(CompletableFuture<?> done, Duration limit) {
        boolean interrupted = false;
        long end = System.nanoTime() + limit.toNanos();
        while (!done.isDone()) {
            try {
                long left = end - System.nanoTime();
                if (left <= 0) {
                    break;
                }
                done.get(left, java.util.concurrent.TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (ExecutionException | java.util.concurrent.TimeoutException e) {
                break;
            }
        }
        return interrupted;
    }

    private boolean joinAll(Duration limit) {
        boolean interrupted = false;
        long end = System.nanoTime() + limit.toNanos();
        for (Thread thread : threads) {
            interrupted |= join(thread, end);
        }
        return interrupted;
    }

    /** Whether this thread was interrupted meanwhile. */
    private static boolean join(Thread thread, long end) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                break;
            }
            try {
                thread.join(Duration.ofNanos(left));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        return interrupted;
    }

    @Override
    public String toString() {
        return "subscription to " + spec.queue();
    }
}
