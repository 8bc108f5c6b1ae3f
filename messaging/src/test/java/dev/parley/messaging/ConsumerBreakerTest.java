package dev.parley.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.resilience.CircuitBreaker;
import dev.parley.resilience.CircuitBreakerPolicy;
import dev.parley.testing.FakeTimer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A breaker in front of a consumer: what it does when the breaker opens and when it closes. */
class ConsumerBreakerTest {

    private static final Duration OPEN = Duration.ofSeconds(30);

    private final FakeTimer time = new FakeTimer();
    private final MessageBroker broker =
            MessageBroker.connect("memory:", BrokerOptions.defaults().withClock(InstantSource.system(), time));
    private final CircuitBreaker breaker = new CircuitBreaker(
            "smtp",
            CircuitBreakerPolicy.defaults()
                    .withConsecutiveFailures(3)
                    .withOpenTime(OPEN)
                    .withProbes(1),
            time);
    private final Topic<String> topic = Topic.text("order.placed");
    private final AtomicBoolean dead = new AtomicBoolean();
    private final ConcurrentLinkedQueue<Integer> attempts = new ConcurrentLinkedQueue<>();
    private final Subscription subscription = broker.subscribe(
            topic,
            "email",
            (call, delivery) -> {
                attempts.add(delivery.attempt());
                if (dead.get()) {
                    throw new CallException(Code.UNAVAILABLE, "no route to the mail server");
                }
                return Disposition.ack();
            },
            SubscribeOptions.defaults()
                    .withConcurrency(1)
                    // So that no handler is late however far the clock is moved.
                    .withHandlerTimeout(Duration.ofHours(12))
                    .withLease(Duration.ofHours(12))
                    .withRedelivery(Redelivery.defaults().withMaxAttempts(4))
                    .withBreaker(breaker));

    @AfterEach
    void close() {
        broker.close();
    }

    /** All is in the queue, and nothing is on its way to it or from it. */
    private void awaitWaiting(int messages) throws Exception {
        Await.until(messages + " wait", () -> {
            QueueStats stats = broker.queues().getFirst();
            return stats.depth() == messages
                    && stats.inFlight().orElse(-1) == 0
                    && subscription.snapshot().held() == 0;
        });
    }

    private void publish(int messages) {
        for (int i = 0; i < messages; i++) {
            broker.publish(topic, "o-" + i);
        }
    }

    @Test
    void whileItIsOpenNothingIsHandledAndWhenItClosesAllGoesOn() throws Exception {
        dead.set(true);
        publish(3);
        Await.until("it is open", () -> breaker.state() == CircuitBreaker.State.OPEN);
        awaitWaiting(3);
        assertThat(attempts).containsExactly(1, 1, 1);
        assertThat(subscription.snapshot().brokenOff()).isTrue();
        publish(5);
        awaitWaiting(8);
        time.advance(OPEN.minusSeconds(1));
        awaitWaiting(8);
        assertThat(attempts).as("while it is open").hasSize(3);

        time.advance(Duration.ofSeconds(1));
        Await.until("one probe is made", () -> attempts.size() == 4);
        Await.until("which opens it again", () -> breaker.state() == CircuitBreaker.State.OPEN);
        awaitWaiting(8);
        assertThat(attempts).as("one probe").hasSize(4);

        dead.set(false);
        time.advance(OPEN);
        Await.until("all are handled", () -> {
            time.advance(Duration.ofSeconds(1)); // those that failed first wait for their backoff
            return subscription.snapshot().acked() == 8;
        });
        assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.CLOSED);
        assertThat(subscription.snapshot().brokenOff()).isFalse();
        assertThat(attempts).hasSize(12);
        assertThat(subscription.snapshot().retried())
                .as("what failed when it was open, or opened it, does not count")
                .isEqualTo(2);
        assertThat(broker.deadLetters(new QueueName("order.placed", "email")).list(10))
                .isEmpty();
    }

    @Test
    void itIsTheOperatorsToo() throws Exception {
        breaker.forceOpen();
        publish(3);
        awaitWaiting(3);
        time.advance(OPEN.multipliedBy(4));
        awaitWaiting(3);
        assertThat(attempts).isEmpty();
        assertThat(subscription.snapshot().brokenOff()).isTrue();
        breaker.forceClosed(); // which wakes it: the clock stands still
        Await.until("all are handled", () -> subscription.snapshot().acked() == 3);
        assertThat(subscription.snapshot().brokenOff()).isFalse();
    }
}
