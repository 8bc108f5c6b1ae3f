package dev.parley.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.resilience.Bulkhead;
import dev.parley.resilience.BulkheadPolicy;
import dev.parley.resilience.CircuitBreaker;
import dev.parley.resilience.CircuitBreakerPolicy;
import dev.parley.resilience.Classifier;
import dev.parley.resilience.Fallback;
import dev.parley.resilience.FallbackPolicy;
import dev.parley.resilience.Hedge;
import dev.parley.resilience.HedgingPolicy;
import dev.parley.resilience.LoadShedder;
import dev.parley.resilience.LoadShedderPolicy;
import dev.parley.resilience.RateLimiter;
import dev.parley.resilience.RateLimiterPolicy;
import dev.parley.resilience.Retry;
import dev.parley.resilience.RetryBudget;
import dev.parley.resilience.RetryPolicy;
import dev.parley.resilience.Timeout;
import dev.parley.resilience.TimeoutPolicy;
import dev.parley.testing.FakeTimer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The policies of resilience do in front of a handler what they do in front of a call. */
class PoliciesTest {

    private final MessageBroker broker = MessageBroker.connect("memory:");
    private final Topic<String> topic = Topic.text("order.placed");
    private final QueueName queue = new QueueName("order.placed", "email");
    private final FakeTimer time = new FakeTimer();
    private final Set<String> handled = ConcurrentHashMap.newKeySet();
    private final AtomicInteger calls = new AtomicInteger();

    @AfterEach
    void close() {
        broker.close();
    }

    /** Once: what is not acknowledged by then is a dead letter, whose cause says what the policy said. */
    private Subscription behind(Interceptor policy, int attempts, Handler<Delivery<String>, Disposition> handler) {
        return broker.subscribe(
                topic,
                "email",
                handler,
                SubscribeOptions.defaults()
                        .withInterceptors(List.of(policy))
                        .withRedelivery(Redelivery.defaults()
                                .withMaxAttempts(attempts)
                                .withBackoff(Duration.ofMillis(100), 1, Duration.ofMillis(100))));
    }

    private Disposition handle(Delivery<String> delivery) {
        calls.incrementAndGet();
        handled.add(delivery.payload());
        return Disposition.ack();
    }

    private static CallException away() {
        return new CallException(Code.UNAVAILABLE, "no mail server");
    }

    @Test
    void aTimeoutEndsAHandlerThatIsTooSlow() throws Exception {
        Timeout timeout = new Timeout("smtp", TimeoutPolicy.defaults().withLimit(Duration.ofSeconds(5)), time);
        AtomicBoolean interrupted = new AtomicBoolean();
        Subscription subscription = behind(timeout, 1, (call, delivery) -> {
            if (delivery.payload().equals("slow")) {
                calls.incrementAndGet();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    interrupted.set(true);
                    throw e;
                }
            }
            return handle(delivery);
        });
        broker.publish(topic, "quick");
        Await.until("the quick one is handled", () -> subscription.snapshot().acked() == 1);
        broker.publish(topic, "slow");
        Await.until("the slow one is being handled", () -> calls.get() == 2);
        time.advance(Duration.ofSeconds(5));
        Await.until("it is given up", () -> subscription.snapshot().deadLettered() == 1);
        Failure failure = broker.deadLetters(queue).list(10).getFirst().failure();
        assertThat(failure.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
        assertThat(interrupted).isTrue();
        assertThat(handled).containsExactly("quick");
    }

    @Test
    void aRetryRepeatsInPlaceWithoutAnotherDelivery() throws Exception {
        Retry retry = new Retry(
                "smtp",
                RetryPolicy.defaults().withMaxAttempts(3).withBackoff(Duration.ofNanos(1), 1, Duration.ofNanos(1)),
                RetryBudget.defaults());
        ConcurrentLinkedQueue<Integer> deliveries = new ConcurrentLinkedQueue<>();
        Subscription subscription = behind(retry, 1, (call, delivery) -> {
            deliveries.add(delivery.attempt());
            if (delivery.payload().equals("never") || deliveries.size() < 3) {
                throw away();
            }
            return handle(delivery);
        });
        broker.publish(topic, "third time");
        Await.until("it is handled", () -> subscription.snapshot().acked() == 1);
        assertThat(deliveries).as("of the first delivery, all three").containsExactly(1, 1, 1);
        assertThat(subscription.snapshot().received()).isEqualTo(1);
        assertThat(retry.snapshot().recovered()).isEqualTo(1);

        broker.publish(topic, "never");
        Await.until("it is given up", () -> subscription.snapshot().deadLettered() == 1);
        assertThat(deliveries).as("three more").hasSize(6);
        assertThat(broker.deadLetters(queue).list(10).getFirst().failure().cause())
                .contains("no mail server");
        assertThat(retry.snapshot().exhausted()).isEqualTo(1);
    }

    /** Where two are let in, and stay. */
    private void threeOfFiveAreRefused(Subscription subscription, String cause, Code code) throws Exception {
        for (int i = 0; i < 5; i++) {
            broker.publish(topic, "o-" + i);
        }
        Await.until("three were refused", () -> subscription.snapshot().deadLettered() == 3);
        assertThat(broker.deadLetters(queue).list(10))
                .allSatisfy(letter -> assertThat(letter.failure().cause()).contains(cause))
                .extracting(letter -> letter.failure().code())
                .containsOnly(code);
    }

    @Test
    void aBulkheadLetsInAsManyAsItHasRoomFor() throws Exception {
        Bulkhead bulkhead = new Bulkhead(
                "smtp",
                BulkheadPolicy.defaults().withMaxConcurrent(2).withMaxWaiting(0).withMaxWait(Duration.ZERO));
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Subscription subscription = behind(bulkhead, 1, (call, delivery) -> {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            go.await();
            inside.decrementAndGet();
            return handle(delivery);
        });
        threeOfFiveAreRefused(subscription, "smtp", Code.RESOURCE_EXHAUSTED);
        go.countDown();
        Await.until("two were handled", () -> subscription.snapshot().acked() == 2);
        assertThat(most).hasValue(2);
    }

    @Test
    void whatABulkheadRefusesIsTriedAgain() throws Exception {
        Bulkhead bulkhead = new Bulkhead(
                "smtp",
                BulkheadPolicy.defaults().withMaxConcurrent(1).withMaxWaiting(0).withMaxWait(Duration.ZERO));
        CountDownLatch go = new CountDownLatch(1);
        Subscription subscription = behind(bulkhead, 1000, (call, delivery) -> {
            go.await();
            return handle(delivery);
        });
        for (int i = 0; i < 3; i++) {
            broker.publish(topic, "o-" + i);
        }
        Await.until("some were refused", () -> subscription.snapshot().retried() > 2);
        go.countDown();
        Await.until("all are handled", () -> subscription.snapshot().acked() == 3);
        assertThat(handled).containsExactlyInAnyOrder("o-0", "o-1", "o-2");
        assertThat(broker.deadLetters(queue).list(10)).isEmpty();
    }

    @Test
    void aRateLimiterLetsThroughWhatItsRateAllows() throws Exception {
        RateLimiter limiter =
                new RateLimiter("smtp", new RateLimiterPolicy(2, Duration.ofHours(1), 2, Duration.ZERO), time);
        Subscription subscription = behind(limiter, 1, (call, delivery) -> handle(delivery));
        for (int i = 0; i < 5; i++) {
            broker.publish(topic, "o-" + i);
        }
        Await.until(
                "two were handled, three refused",
                () -> subscription.snapshot().acked() == 2
                        && subscription.snapshot().deadLettered() == 3);
        assertThat(calls).hasValue(2);
        assertThat(broker.deadLetters(queue).list(10))
                .allSatisfy(letter -> assertThat(letter.failure().cause()).contains("smtp"))
                .extracting(letter -> letter.failure().code())
                .containsOnly(Code.RESOURCE_EXHAUSTED);
        time.advance(Duration.ofMinutes(30));
        broker.publish(topic, "later");
        Await.until(
                "an hour's half later there is room for one",
                () -> subscription.snapshot().acked() == 3);
        assertThat(handled).contains("later");
    }

    @Test
    void aFallbackSaysInsteadOfTheHandlerWhatBecomesOfTheMessage() throws Exception {
        Fallback<Disposition> fallback = new Fallback<>(
                "smtp",
                FallbackPolicy.defaults().withCodes(Set.of(Code.UNAVAILABLE)),
                (call, error) -> Disposition.reject("by fallback: " + error.message()));
        Subscription subscription = behind(fallback.asInterceptor(), 1, (call, delivery) -> {
            switch (delivery.payload()) {
                case "away" -> throw away();
                case "wrong" -> throw new CallException(Code.NOT_FOUND, "no such order");
                default -> {
                    return handle(delivery);
                }
            }
        });
        for (String each : List.of("fine", "away", "wrong")) {
            broker.publish(topic, each);
        }
        Await.until(
                "all are settled",
                () -> subscription.snapshot().acked() == 1
                        && subscription.snapshot().deadLettered() == 2);
        assertThat(handled).containsExactly("fine");
        assertThat(broker.deadLetters(queue).list(10))
                .extracting(letter -> letter.failure().cause())
                .containsExactlyInAnyOrder("by fallback: no mail server", "NOT_FOUND: no such order");
        assertThat(fallback.snapshot().used()).isEqualTo(1);
    }

    /** What is refused is a failure like any other, and counted: to pause the subscription instead is what withBreaker is for. */
    @Test
    void aCircuitBreakerRefusesWhatComesWhileItIsOpen() throws Exception {
        CircuitBreaker breaker = new CircuitBreaker(
                "smtp",
                CircuitBreakerPolicy.defaults()
                        .withConsecutiveFailures(2)
                        .withOpenTime(Duration.ofSeconds(30))
                        .withProbes(1),
                time);
        Subscription subscription = behind(breaker, 1, (call, delivery) -> {
            if (delivery.payload().startsWith("away")) {
                calls.incrementAndGet();
                throw away();
            }
            return handle(delivery);
        });
        for (int i = 1; i <= 2; i++) {
            int failures = i;
            broker.publish(topic, "away " + i);
            Await.until("it has failed", () -> subscription.snapshot().deadLettered() == failures);
        }
        assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.OPEN);

        broker.publish(topic, "refused");
        Await.until("it is refused", () -> subscription.snapshot().deadLettered() == 3);
        assertThat(calls).as("the handler was not asked").hasValue(2);
        assertThat(broker.deadLetters(queue).list(10))
                .filteredOn(letter -> letter.failure().cause().contains("circuit breaker smtp is open"))
                .singleElement()
                .satisfies(letter -> assertThat(letter.failure().code()).isEqualTo(Code.UNAVAILABLE));
        assertThat(subscription.snapshot().brokenOff())
                .as("the subscription goes on")
                .isFalse();

        time.advance(Duration.ofSeconds(30));
        broker.publish(topic, "probe");
        Await.until("it is let through", () -> subscription.snapshot().acked() == 1);
        assertThat(handled).containsExactly("probe");
        assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.CLOSED);
    }

    @Test
    void aLoadShedderRefusesWhatIsTooMuchAndMeasuresTheRest() throws Exception {
        LoadShedder shedder = new LoadShedder(
                "smtp", LoadShedderPolicy.defaults().withMinConcurrent(2).withMaxConcurrent(2), time);
        CountDownLatch go = new CountDownLatch(1);
        Subscription subscription = behind(shedder, 1, (call, delivery) -> {
            go.await();
            return handle(delivery);
        });
        threeOfFiveAreRefused(subscription, "load shedder smtp", Code.UNAVAILABLE);
        assertThat(shedder.snapshot().refused()).isEqualTo(3);
        go.countDown();
        Await.until("two were handled", () -> subscription.snapshot().acked() == 2);
        assertThat(calls).hasValue(2);
        assertThat(shedder.snapshot().running()).isZero();
        assertThat(shedder.snapshot().baselines().keySet())
                .as("a group is to it what a method is")
                .singleElement()
                .asString()
                .contains("order.placed", "email");
    }

    private static final int LEARNT = 10;

    private Hedge hedge() {
        return new Hedge(
                "smtp",
                HedgingPolicy.defaults().withMinSamples(LEARNT),
                RetryBudget.defaults(),
                Classifier.EXCEPTIONS,
                time);
    }

    /** Enough quick ones that the hedge knows what is slow. */
    private void learn(Subscription subscription) throws Exception {
        for (int i = 0; i < LEARNT; i++) {
            broker.publish(topic, "quick " + i);
        }
        Await.until("it has seen enough", () -> subscription.snapshot().acked() == LEARNT);
    }

    @Test
    void aHedgeHandlesASlowMessageASecondTimeBesideTheFirst() throws Exception {
        Hedge hedge = hedge();
        AtomicInteger attempts = new AtomicInteger();
        AtomicBoolean interrupted = new AtomicBoolean();
        ConcurrentLinkedQueue<Integer> deliveries = new ConcurrentLinkedQueue<>();
        Subscription subscription = behind(hedge, 1, (call, delivery) -> {
            if (delivery.payload().equals("slow")) {
                deliveries.add(delivery.attempt());
                if (attempts.incrementAndGet() == 1) {
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        interrupted.set(true);
                        throw e;
                    }
                }
            }
            return handle(delivery);
        });
        learn(subscription);
        broker.publish(topic, "slow");
        Await.until("it is being handled", () -> attempts.get() == 1);
        time.advance(HedgingPolicy.defaults().minDelay());
        Await.until("the second has handled it", () -> subscription.snapshot().acked() == LEARNT + 1);
        assertThat(interrupted).as("the first is stopped").isTrue();
        assertThat(deliveries).as("of one delivery, both").containsExactly(1, 1);
        assertThat(subscription.snapshot().received()).isEqualTo(LEARNT + 1);
        assertThat(hedge.snapshot().won()).isEqualTo(1);
        assertThat(broker.deadLetters(queue).list(10)).isEmpty();
    }

    /** Why a hedge is not for a handler with effects, nor for one that counts on the order of keys. */
    @Test
    void whatLosesToAHedgeMayOutliveItsMessage() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch second = new CountDownLatch(1);
        AtomicInteger told = new AtomicInteger();
        AtomicBoolean left = new AtomicBoolean();
        Subscription subscription = behind(hedge(), 1, (call, delivery) -> {
            if (delivery.payload().equals("slow")) {
                if (attempts.incrementAndGet() == 1) {
                    first.await();
                } else {
                    boolean over = false;
                    while (!over) {
                        try {
                            second.await();
                            over = true;
                        } catch (InterruptedException e) {
                            told.incrementAndGet(); // and goes on, as a driver that heeds no interrupt
                        }
                    }
                    left.set(true);
                }
            }
            return handle(delivery);
        });
        learn(subscription);
        broker.publish(topic, "slow");
        Await.until("it is being handled", () -> attempts.get() == 1);
        time.advance(HedgingPolicy.defaults().minDelay());
        Await.until("twice", () -> attempts.get() == 2);
        first.countDown();
        Await.until("the first has handled it", () -> subscription.snapshot().acked() == LEARNT + 1);
        broker.publish(topic, "next");
        Await.until("so is the next", () -> subscription.snapshot().acked() == LEARNT + 2);
        Await.until("the second was told to stop", () -> told.get() > 0);
        assertThat(left).as("the second is still at it").isFalse();
        second.countDown();
        Await.until("and ends", left::get);
        assertThat(subscription.snapshot().acked()).as("which changes nothing").isEqualTo(LEARNT + 2);
    }
}
