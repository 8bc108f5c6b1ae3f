package dev.parley.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.testing.FakeTimer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How fast dead letters go back to their queue, on a clock that the test moves. */
class RedriveTest {

    private final FakeTimer time = new FakeTimer();
    private final BrokerOptions options = BrokerOptions.defaults().withClock(InstantSource.system(), time);
    private final MessageBroker broker = MessageBroker.connect("memory:", options);
    private final Topic<String> topic = Topic.text("order.placed");
    private final QueueName queue = new QueueName("order.placed", "email");
    private final DeadLetters letters = broker.deadLetters(queue);
    private final SubscribeOptions oneByOne = SubscribeOptions.defaults().withConcurrency(1);

    @BeforeEach
    void sixLetters() throws Exception {
        try (Subscription subscription =
                broker.subscribe(topic, "email", (call, delivery) -> Disposition.reject("no stamps"), oneByOne)) {
            for (int i = 1; i <= 6; i++) {
                broker.publish(topic, Message.of("order.placed", "o-" + i).withId("m-" + i));
            }
            Await.until("six are given up", () -> subscription.snapshot().deadLettered() == 6);
        }
        Await.until("nobody but the redrive waits for the clock", () -> time.waiting() == 0);
    }

    @AfterEach
    void close() {
        broker.close();
    }

    private List<String> left() {
        return letters.list(10).stream().map(letter -> letter.message().id()).toList();
    }

    /** Waits until so many are left, and the next one's turn is waited for. */
    private void awaitLeft(String... ids) throws Exception {
        Await.until(List.of(ids) + " are left", () -> left().equals(List.of(ids)));
        time.awaitWaiting(1);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void keepsToItsRateOnTheBrokersClock() throws Exception {
        CompletableFuture<Integer> count = new CompletableFuture<>();
        CountDownLatch mayLookAtFourth = new CountDownLatch(1);
        Predicate<DeadLetter> filter = letter -> {
            if (letter.message().id().equals("m-4")) {
                await(mayLookAtFourth);
            }
            return !letter.message().id().equals("m-2");
        };
        Thread.ofVirtual().start(() -> count.complete(letters.redrive(filter, 2)));
        awaitLeft("m-2", "m-3", "m-4", "m-5", "m-6"); // the first at once; one that is filtered out takes no turn
        time.advance(Duration.ofMillis(499));
        assertThat(time.waiting()).isEqualTo(1);
        assertThat(left()).hasSize(5);
        time.advance(Duration.ofMillis(1));
        Await.until("the second is redriven", () -> left().equals(List.of("m-2", "m-4", "m-5", "m-6")));
        // Who was late makes up for it, and is no faster over all: the third is due at 1 s, the fourth at 1.5 s, the
        // fifth at 2 s.
        time.advance(Duration.ofMillis(1000));
        mayLookAtFourth.countDown();
        awaitLeft("m-2", "m-6");
        time.advance(Duration.ofMillis(499));
        assertThat(time.waiting()).isEqualTo(1);
        assertThat(left()).hasSize(2);
        assertThat(count).isNotDone();
        time.advance(Duration.ofMillis(1));
        assertThat(count.get()).isEqualTo(5);
        assertThat(left()).containsExactly("m-2");
        assertThat(broker.queues().getFirst().depth()).isEqualTo(5);
    }

    @Test
    void isBrokenOffByAnInterruptAndMayBeRepeated() throws Exception {
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        Thread redriving = Thread.ofVirtual().start(() -> {
            try {
                letters.redrive(letter -> true, 1);
            } catch (CallException e) {
                thrown.complete(Thread.currentThread().isInterrupted() ? e : new AssertionError("no flag", e));
            }
        });
        awaitLeft("m-2", "m-3", "m-4", "m-5", "m-6");
        redriving.interrupt();
        assertThat(thrown.get())
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.CANCELLED));
        assertThat(left()).hasSize(5);
        assertThat(letters.redriveAll()).isEqualTo(5);
        assertThat(left()).isEmpty();
        assertThat(broker.queues().getFirst().depth()).isEqualTo(6);
    }
}
