package dev.parley.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.resilience.CircuitBreaker;
import dev.parley.resilience.CircuitBreakerPolicy;
import dev.parley.testing.FakeTimer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a subscription does, whatever the broker. */
class SubscriptionTest {

    private final Topic<String> topic = Topic.text("order.placed");
    private final QueueName queue = new QueueName("order.placed", "email");
    private final BrokerOptions options = BrokerOptions.defaults();
    private final Faults faults = new Faults(options);
    private final MessageBroker broker = MessageBroker.of(faults, options);
    private final SubscribeOptions atOnce = SubscribeOptions.defaults()
            .withRedelivery(Redelivery.defaults().withBackoff(Duration.ofMillis(1), 1, Duration.ofMillis(1)));

    @AfterEach
    void close() {
        broker.close();
    }

    @Test
    void aFailedMessageIsTriedAgainAndThenGivenUpWithItsCause() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        ConcurrentLinkedQueue<Integer> attempts = new ConcurrentLinkedQueue<>();
        Subscription subscription = broker.subscribe(
                topic,
                "email",
                (call, delivery) -> {
                    calls.incrementAndGet();
                    attempts.add(delivery.attempt());
                    throw new IllegalStateException("no stamps");
                },
                atOnce.withRedelivery(atOnce.redelivery().withMaxAttempts(3).withImmediate(1)));
        broker.publish(topic, Message.of("order.placed", "o-1").withId("m-1"));

        Await.until("it is given up", () -> subscription.snapshot().deadLettered() == 1);
        assertThat(attempts).containsExactly(1, 1, 2, 2, 3, 3);
        DeadLetter letter = broker.deadLetters(queue).list(10).getFirst();
        assertThat(letter.message().id()).isEqualTo("m-1");
        assertThat(letter.attempts()).isEqualTo(3);
        assertThat(letter.failure().code()).isEqualTo(Code.INTERNAL);
        assertThat(letter.failure().cause()).contains("IllegalStateException", "no stamps");
        assertThat(letter.failure().first()).isBeforeOrEqualTo(letter.failure().last());
        SubscriptionSnapshot snapshot = subscription.snapshot();
        assertThat(snapshot.retried()).isEqualTo(2);
        assertThat(snapshot.immediateRetries()).isEqualTo(3);
        assertThat(snapshot.received()).isEqualTo(3);
    }

    @Test
    void aHandlersCallSaysWhatItIsAbout() throws Exception {
        CompletableFuture<Call> seen = new CompletableFuture<>();
        CompletableFuture<Delivery<?>> attribute = new CompletableFuture<>();
        Interceptor looking = new Interceptor() {
            @Override
            public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
                attribute.complete(call.attributes().get(Delivery.ATTRIBUTE).orElseThrow());
                return next.handle(call, request);
            }
        };
        broker.subscribe(
                topic,
                "email",
                (call, delivery) -> {
                    seen.complete(Call.current());
                    return Disposition.ack();
                },
                atOnce.withInterceptors(List.of(looking)).withHandlerTimeout(Duration.ofMinutes(1)));
        broker.publish(topic, Message.of("order.placed", "o-1").withHeader("tenant", "blue"));
        Call call = seen.get();
        assertThat(call.method().fullName()).isEqualTo("order.placed/email");
        assertThat(call.peer().protocol()).isEqualTo("memory");
        assertThat(call.principal()).isEmpty();
        assertThat(call.requestHeaders().get("tenant")).contains("blue");
        assertThat(call.deadline().remaining()).isBetween(Duration.ofNanos(1), Duration.ofMinutes(1));
        assertThat(attribute.get().payload()).isEqualTo("o-1");
    }

    @Test
    void aConsumerThatDiesIsReplacedAndNothingIsLost() throws Exception {
        Set<String> handled = ConcurrentHashMap.newKeySet();
        Subscription subscription = broker.subscribe(topic, "email", (call, delivery) -> {
            handled.add(delivery.payload());
            return Disposition.ack();
        });
        for (int i = 0; i < 20; i++) {
            if (i == 5) {
                faults.settling = Faults.away();
            }
            broker.publish(topic, "o-" + i);
        }
        Await.until("it is told", () -> subscription.problem().isPresent() || faults.consumers.get() > 1);
        faults.settling = null;
        faults.receiving = Faults.away();
        Await.until("it is told", () -> subscription.problem().isPresent());
        assertThat(broker.problem()).isPresent();
        faults.receiving = null;
        Await.until("all are handled", () -> handled.size() == 20);
        Await.until("all are settled", () -> {
            QueueStats stats = broker.queues().getFirst();
            return stats.depth() == 0 && stats.inFlight().orElseThrow() == 0;
        });
        Await.until("all is well", () -> subscription.problem().isEmpty());
        assertThat(broker.deadLetters(queue).list(10)).isEmpty();
    }

    @Test
    void whatTheBrokerRefusesIsThrown() {
        faults.consuming = new CallException(Code.PERMISSION_DENIED, "not your queue");
        assertThatThrownBy(() -> broker.subscribe(topic, "email", (call, delivery) -> Disposition.ack()))
                .hasMessage("not your queue");
        assertThatThrownBy(() -> broker.subscribe(
                        topic,
                        "email",
                        (call, delivery) -> Disposition.ack(),
                        atOnce.withStart(new StartFrom.Position("yesterday"))))
                .isInstanceOf(CallException.class);
        faults.consuming = null;
        assertThatThrownBy(() -> broker.subscribe(
                        topic,
                        "email",
                        (call, delivery) -> Disposition.ack(),
                        atOnce.withStart(new StartFrom.Position("yesterday"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("yesterday");
    }

    @Test
    void aBrokerThatIsAwayIsWaitedForInTheBackground() throws Exception {
        BrokerOptions hasty = options.withPublishTimeout(Duration.ofMillis(50));
        Faults away = new Faults(hasty);
        away.consuming = Faults.away();
        try (MessageBroker late = MessageBroker.of(away, hasty)) {
            CompletableFuture<String> handled = new CompletableFuture<>();
            Subscription subscription = late.subscribe(topic, "email", (call, delivery) -> {
                handled.complete(delivery.payload());
                return Disposition.ack();
            });
            assertThat(subscription.problem()).map(CallException::code).contains(Code.UNAVAILABLE);
            away.consuming = null;
            Await.until("it has come", () -> subscription.problem().isEmpty());
            late.publish(topic, "o-1");
            assertThat(handled.get()).isEqualTo("o-1");
        }
    }

    @Test
    void pauseTakesNothingMore() throws Exception {
        Set<String> handled = ConcurrentHashMap.newKeySet();
        Subscription subscription = broker.subscribe(topic, "email", (call, delivery) -> {
            handled.add(delivery.payload());
            return Disposition.ack();
        });
        subscription.pause();
        broker.publish(topic, "o-1");
        Await.until("what came nevertheless is back", () -> {
            QueueStats stats = broker.queues().getFirst();
            return stats.depth() == 1
                    && stats.inFlight().orElseThrow() == 0
                    && subscription.snapshot().held() == 0;
        });
        assertThat(handled).isEmpty();
        assertThat(subscription.snapshot().paused()).isTrue();
        subscription.resume();
        Await.until("it goes on", () -> handled.contains("o-1"));
    }

    @Test
    void closeDrainsWhatRunsAndGivesBackWhatDoesNot() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        Subscription subscription = broker.subscribe(
                topic,
                "email",
                (call, delivery) -> {
                    running.countDown();
                    mayEnd.await();
                    return Disposition.ack();
                },
                atOnce.withPrefetch(10).withConcurrency(1));
        for (int i = 0; i < 5; i++) {
            broker.publish(topic, "o-" + i);
        }
        running.await();
        Await.until("all are held", () -> subscription.snapshot().held() == 5);
        Thread closing = Thread.ofVirtual().start(subscription::close);
        Await.until("four are back", () -> broker.queues().getFirst().depth() == 4);
        mayEnd.countDown();
        closing.join();
        SubscriptionSnapshot snapshot = subscription.snapshot();
        assertThat(snapshot.acked()).isEqualTo(1);
        assertThat(snapshot.released()).isEqualTo(4);
        ConcurrentLinkedQueue<Integer> attempts = new ConcurrentLinkedQueue<>();
        broker.subscribe(topic, "email", (call, delivery) -> {
            attempts.add(delivery.attempt());
            return Disposition.ack();
        });
        Await.until("they come again", () -> attempts.size() == 4);
        assertThat(attempts).as("uncounted").containsOnly(1);
    }

    @Test
    void anInterruptedCloseCancelsAndKeepsTheInterrupt() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Subscription subscription = broker.subscribe(topic, "email", (call, delivery) -> {
            running.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.complete(true);
                throw e;
            }
            return Disposition.ack();
        });
        broker.publish(topic, "o-1");
        running.await();
        CompletableFuture<Boolean> flag = new CompletableFuture<>();
        Thread closing = Thread.ofVirtual().start(() -> {
            Thread.currentThread().interrupt();
            subscription.close();
            flag.complete(Thread.currentThread().isInterrupted());
        });
        closing.join();
        assertThat(flag).isCompletedWithValue(true);
        assertThat(interrupted.get()).isTrue();
        Await.until("it is back", () -> broker.queues().getFirst().depth() == 1);
        assertThat(broker.deadLetters(queue).list(1)).isEmpty();
    }

    @Test
    void aBreakerKeepsADeadDependencyFromFillingTheDeadLetters() throws Exception {
        FakeTimer time = new FakeTimer();
        BrokerOptions timed = options.withClock(InstantSource.system(), time);
        CircuitBreaker breaker = new CircuitBreaker(
                "smtp",
                CircuitBreakerPolicy.defaults().withConsecutiveFailures(3).withProbes(2),
                time);
        AtomicBoolean dead = new AtomicBoolean(true);
        AtomicInteger calls = new AtomicInteger();
        Set<String> sent = ConcurrentHashMap.newKeySet();
        try (MessageBroker fragile = MessageBroker.connect("memory:", timed)) {
            Subscription subscription = fragile.subscribe(
                    topic,
                    "email",
                    (call, delivery) -> {
                        calls.incrementAndGet();
                        if (dead.get()) {
                            throw new CallException(Code.UNAVAILABLE, "no route to the mail server");
                        }
                        sent.add(delivery.payload());
                        return Disposition.ack();
                    },
                    SubscribeOptions.defaults()
                            .withConcurrency(1)
                            .withDrain(Duration.ZERO)
                            .withRedelivery(Redelivery.defaults().withMaxAttempts(3))
                            .withBreaker(breaker));
            for (int i = 0; i < 10; i++) {
                fragile.publish(topic, "o-" + i);
            }
            for (int round = 1; round <= 5; round++) {
                awaitBroken(breaker, subscription);
                assertThat(subscription.snapshot().brokenOff()).isTrue();
                int before = calls.get();
                Await.until("a probe was made", () -> {
                    if (breaker.state() == CircuitBreaker.State.OPEN && calls.get() == before) {
                        time.advance(Duration.ofSeconds(30));
                    }
                    return calls.get() > before;
                });
                awaitBroken(breaker, subscription);
                assertThat(calls.get()).as("probes only").isLessThanOrEqualTo(before + 2);
            }
            assertThat(fragile.deadLetters(queue).list(10)).isEmpty();
            dead.set(false);
            Await.until("all are sent and settled", () -> {
                time.advance(Duration.ofSeconds(1));
                QueueStats stats = fragile.queues().getFirst();
                return sent.size() == 10
                        && stats.depth() == 0
                        && stats.inFlight().orElseThrow() == 0;
            });
            assertThat(fragile.deadLetters(queue).list(10)).isEmpty();
            assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.CLOSED);
        }
    }

    private static void awaitBroken(CircuitBreaker breaker, Subscription subscription) throws Exception {
        Await.until(
                "it is open, and nothing is in hand",
                () -> breaker.state() == CircuitBreaker.State.OPEN
                        && subscription.snapshot().held() == 0);
    }

    @Test
    void whatExpiredIsDroppedAndCounted() throws Exception {
        CompletableFuture<String> handled = new CompletableFuture<>();
        Subscription subscription = broker.subscribe(topic, "email", (call, delivery) -> {
            handled.complete(delivery.payload());
            return Disposition.ack();
        });
        broker.publish(topic, Message.of("order.placed", "old").withExpiry(Instant.EPOCH));
        broker.publish(topic, "new");
        assertThat(handled.get()).isEqualTo("new");
        Await.until(
                "both are settled",
                () -> subscription.snapshot().expired() == 1
                        && subscription.snapshot().acked() == 1);
    }

    @Test
    void aBatchHasOneDispositionEach() throws Exception {
        Subscription[] subscription = new Subscription[1];
        ConcurrentLinkedQueue<List<String>> batches = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < 5; i++) {
            broker.publish(topic, "o-" + i);
        }
        subscription[0] = broker.subscribeBatch(
                topic,
                "email",
                10,
                (call, deliveries) -> {
                    batches.add(deliveries.stream().map(Delivery::payload).toList());
                    return deliveries.stream()
                            .map(delivery -> delivery.payload().equals("o-2")
                                    ? Disposition.reject("no such order")
                                    : Disposition.ack())
                            .toList();
                },
                atOnce.withConcurrency(1).withStart(StartFrom.earliest()));
        Await.until(
                "all are settled",
                () -> subscription[0].snapshot().acked() == 4
                        && subscription[0].snapshot().deadLettered() == 1);
        assertThat(batches.stream().flatMap(List::stream)).containsExactly("o-0", "o-1", "o-2", "o-3", "o-4");
        assertThat(broker.deadLetters(queue).list(1).getFirst().failure().cause())
                .isEqualTo("no such order");
    }

    @Test
    void aBatchHandlerThatMiscountsHasFailed() throws Exception {
        Subscription subscription = broker.subscribeBatch(
                topic,
                "email",
                10,
                (call, deliveries) -> List.of(),
                atOnce.withRedelivery(atOnce.redelivery().withMaxAttempts(1)));
        broker.publish(topic, "o-1");
        Await.until("it is given up", () -> subscription.snapshot().deadLettered() == 1);
        assertThat(broker.deadLetters(queue).list(1).getFirst().failure().cause())
                .contains("as many dispositions");
    }

    @Test
    void requestsAreAnsweredAlsoWithErrors() {
        Topic<String> prices = Topic.text("price.ask");
        Handler<Delivery<String>, String> handler = (call, delivery) -> {
            if (delivery.payload().isEmpty()) {
                throw new CallException(Code.INVALID_ARGUMENT, "which price?");
            }
            return "1.0842 " + delivery.payload();
        };
        broker.respond(prices, "pricing", handler, PayloadCodec.text(), SubscribeOptions.defaults());
        Duration limit = Duration.ofSeconds(30);
        assertThat(broker.request(prices, Message.of("ask", "EURUSD"), PayloadCodec.text(), limit))
                .isEqualTo("1.0842 EURUSD");
        assertThatThrownBy(() -> broker.request(prices, Message.of("ask", ""), PayloadCodec.text(), limit))
                .isInstanceOfSatisfying(CallException.class, e -> {
                    assertThat(e.code()).isEqualTo(Code.INVALID_ARGUMENT);
                    assertThat(e.origin()).isEqualTo(CallException.Origin.REMOTE);
                })
                .hasMessage("which price?");
        assertThatThrownBy(() -> broker.request(
                        Topic.text("nobody.there"), Message.of("ask", "?"), PayloadCodec.text(), Duration.ofMillis(20)))
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.DEADLINE_EXCEEDED));
    }
}
