package dev.parley.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.testing.FakeTimer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Leases, on a clock that the test moves. */
class LeaseTest {

    private static final Duration LEASE = Duration.ofSeconds(30);

    private final FakeTimer time = new FakeTimer();
    private final BrokerOptions options = BrokerOptions.defaults().withClock(InstantSource.system(), time);
    private final Faults faults = new Faults(options);
    private final MessageBroker broker = MessageBroker.of(faults, options);
    private final Topic<String> topic = Topic.text("video.convert");
    private final SubscribeOptions patient = SubscribeOptions.defaults()
            .withLease(LEASE)
            .withHandlerTimeout(Duration.ofHours(1))
            .withDrain(Duration.ZERO);

    @AfterEach
    void close() {
        broker.close();
    }

    /**
     * Until a renewal was made that was not there before. The clock does not run on while whoever renews is waited for; but it may be moved
     * before the one who renews looks at it, and is then moved once more, which is before the lease is over.
     */
    private void advanceOneThird() {
        int before = faults.extensions.get();
        for (int turn = 1; turn <= 2 && faults.extensions.get() == before; turn++) {
            time.advance(LEASE.dividedBy(3));
            long until = System.nanoTime() + Duration.ofSeconds(10).toNanos();
            while (faults.extensions.get() == before && System.nanoTime() - until < 0) {
                LockSupport.parkNanos(1_000_000);
            }
        }
        assertThat(faults.extensions)
                .as("renewals, when a third of the lease is over")
                .hasValueGreaterThan(before);
    }

    @Test
    void aHandlerThatTakesLongerThanItsLeaseKeepsItsMessage() throws Exception {
        CountDownLatch mayEnd = new CountDownLatch(1);
        CountDownLatch running = new CountDownLatch(1);
        AtomicInteger deliveries = new AtomicInteger();
        Subscription subscription = broker.subscribe(
                topic,
                "workers",
                (call, delivery) -> {
                    deliveries.incrementAndGet();
                    running.countDown();
                    mayEnd.await();
                    return Disposition.ack();
                },
                patient);
        broker.publish(topic, "film");
        running.await();
        for (int i = 0; i < 9; i++) {
            advanceOneThird();
        }
        mayEnd.countDown();
        Await.until("it is acknowledged", () -> subscription.snapshot().acked() == 1);
        assertThat(deliveries).hasValue(1);
        assertThat(subscription.snapshot().stale()).isZero();
    }

    /** As after a process was frozen: the next look at the clock says that the lease is over. */
    @Test
    void aLeaseThatIsOverCancelsTheHandler() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CompletableFuture<String> cancelled = new CompletableFuture<>();
        Subscription subscription = broker.subscribe(
                topic,
                "workers",
                (call, delivery) -> {
                    if (delivery.attempt() > 1) {
                        return Disposition.ack();
                    }
                    running.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        cancelled.complete(call.cancellation().orElseThrow().message());
                    }
                    return Disposition.ack();
                },
                patient);
        broker.publish(topic, "film");
        running.await();
        Await.until("the handler is cancelled", () -> {
            time.advance(LEASE.multipliedBy(2));
            return cancelled.isDone();
        });
        assertThat(cancelled.get()).contains("lease");
        Await.until("the other delivery is done", () -> {
            time.advance(Duration.ofSeconds(1));
            return subscription.snapshot().acked() == 1;
        });
        Await.until(
                "the first one's word is stale", () -> subscription.snapshot().stale() >= 1);
    }

    /** Whose renewal is not answered has lost what it held; that of the consumer which follows is not held up by it. */
    @Test
    void aRenewalThatHangsGivesItsConsumerUp() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        CompletableFuture<String> cancelled = new CompletableFuture<>();
        AtomicInteger deliveries = new AtomicInteger();
        faults.extending = new CountDownLatch(1); // never counted down
        Subscription subscription = broker.subscribe(
                topic,
                "workers",
                (call, delivery) -> {
                    if (deliveries.incrementAndGet() > 1) {
                        mayEnd.await();
                        return Disposition.ack();
                    }
                    running.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        cancelled.complete(call.cancellation().orElseThrow().message());
                        throw e;
                    }
                    return Disposition.ack();
                },
                patient);
        broker.publish(topic, "film");
        running.await();
        Await.until("the handler is cancelled", () -> {
            time.advance(Duration.ofSeconds(1));
            return cancelled.isDone();
        });
        assertThat(cancelled.get()).contains("leases could not be renewed before their end");
        faults.extending = null;
        Await.until("another consumer has it", () -> {
            time.advance(Duration.ofSeconds(1));
            SubscriptionSnapshot now = subscription.snapshot();
            return faults.consumers.get() == 2 && now.held() == 1 && now.running() == 1;
        });
        for (int i = 0; i < 6; i++) {
            advanceOneThird();
        }
        mayEnd.countDown();
        Await.until("it is acknowledged", () -> subscription.snapshot().acked() == 1);
        assertThat(deliveries).hasValueGreaterThanOrEqualTo(2);
        assertThat(faults.consumers).hasValue(2);
    }

    @Test
    void theWordOfWhoHasLostItsLeaseDoesNotCount() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CompletableFuture<Boolean> cancelled = new CompletableFuture<>();
        faults.losesExtensions = true; // the broker has forgotten whose they are, and does not say
        Subscription subscription = broker.subscribe(
                topic,
                "workers",
                (call, delivery) -> {
                    if (delivery.attempt() > 1) {
                        return Disposition.ack();
                    }
                    running.countDown();
                    cancelled.get();
                    return Disposition.ack();
                },
                patient);
        broker.publish(topic, "film");
        running.await();
        Await.until("the broker has given it out again", () -> {
            time.advance(Duration.ofSeconds(1));
            return subscription.snapshot().received() >= 2;
        });
        Await.until("the second delivery is done", () -> subscription.snapshot().acked() == 1);
        cancelled.complete(true);
        Await.until(
                "the first one's word is stale", () -> subscription.snapshot().stale() == 1);
        assertThat(subscription.snapshot().acked()).isEqualTo(1);
    }
}
