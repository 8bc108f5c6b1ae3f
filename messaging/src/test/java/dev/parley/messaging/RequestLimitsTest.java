package dev.parley.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.testing.FakeTimer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Answers that come too late, and requests that are too many. */
class RequestLimitsTest {

    private static final int MOST = 10_000;

    private final Topic<String> prices = Topic.text("price.ask");

    private String ask(MessageBroker broker, String what, Duration timeout) {
        return broker.request(prices, Message.of("ask", what), PayloadCodec.text(), timeout);
    }

    @Test
    void anAnswerThatComesTooLateIsForgotten() throws Exception {
        FakeTimer time = new FakeTimer();
        BrokerOptions options = BrokerOptions.defaults().withClock(InstantSource.system(), time);
        Faults faults = new Faults(options);
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch mayAnswer = new CountDownLatch(1);
        Handler<Delivery<String>, String> pricing = (call, delivery) -> {
            if (delivery.payload().equals("slow")) {
                asked.countDown();
                mayAnswer.await();
            }
            return "price of " + delivery.payload();
        };
        try (MessageBroker broker = MessageBroker.of(faults, options)) {
            SubscribeOptions patient = SubscribeOptions.defaults()
                    .withHandlerTimeout(Duration.ofHours(12))
                    .withLease(Duration.ofHours(12));
            Subscription responding = broker.respond(prices, "pricing", pricing, PayloadCodec.text(), patient);
            CompletableFuture<CallException> thrown = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> {
                try {
                    ask(broker, "slow", Duration.ofMinutes(5));
                } catch (CallException e) {
                    thrown.complete(e);
                }
            });
            asked.await();
            Await.until("its time is over", () -> {
                time.advance(Duration.ofMinutes(1));
                LockSupport.parkNanos(50_000_000); // not by so much that the other's lease is over, too
                return thrown.isDone();
            });
            assertThat(thrown.get().code()).isEqualTo(Code.DEADLINE_EXCEEDED);
            assertThat(thrown.get()).hasMessageContaining("price.ask");

            mayAnswer.countDown();
            // The request by who has answered it, the answer by who has asked.
            Await.until("request and answer are settled", () -> faults.settlements.get() == 2);
            Await.until("it is acknowledged", () -> responding.snapshot().acked() == 1);
            assertThat(ask(broker, "quick", Duration.ofMinutes(5))).isEqualTo("price of quick");
            assertThat(broker.problem()).isEmpty();
        }
    }

    /** Where answers go to is the broker's to know, too. */
    @Test
    void aRequestWaitsNoLongerForABrokerThatIsAwayThanForItsAnswer() throws Exception {
        BrokerOptions patient = BrokerOptions.defaults().withPublishTimeout(Duration.ofMinutes(10));
        Faults faults = new Faults(patient);
        try (MessageBroker broker = MessageBroker.of(faults, patient)) {
            faults.consuming = Faults.away();
            List<CompletableFuture<CallException>> thrown = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                CompletableFuture<CallException> one = new CompletableFuture<>();
                thrown.add(one);
                Thread.ofVirtual().start(() -> {
                    try {
                        ask(broker, "?", Duration.ofMillis(200));
                    } catch (CallException e) {
                        one.complete(e);
                    }
                });
            }
            for (CompletableFuture<CallException> each : thrown) {
                assertThat(each.get(5, TimeUnit.MINUTES).code()).isIn(Code.UNAVAILABLE, Code.DEADLINE_EXCEEDED);
            }
            assertThat(faults.publications)
                    .as("requests that nobody could answer")
                    .hasValue(0);
            faults.consuming = null;
            Handler<Delivery<String>, String> echo = (call, delivery) -> delivery.payload();
            broker.respond(prices, "pricing", echo, PayloadCodec.text(), SubscribeOptions.defaults());
            assertThat(ask(broker, "EURUSD", Duration.ofMinutes(5))).isEqualTo("EURUSD");
        }
    }

    @Test
    void moreThanTenThousandAtATimeAreRefused() throws Exception {
        Faults faults = new Faults(BrokerOptions.defaults());
        try (MessageBroker broker = MessageBroker.of(faults, BrokerOptions.defaults())) {
            ConcurrentLinkedQueue<CallException> refused = new ConcurrentLinkedQueue<>();
            ConcurrentLinkedQueue<CallException> interrupted = new ConcurrentLinkedQueue<>();
            List<Thread> asking = new ArrayList<>();
            for (int i = 0; i < MOST + 50; i++) {
                asking.add(Thread.ofVirtual().start(() -> {
                    try {
                        ask(broker, "nobody answers", Duration.ofMinutes(10));
                    } catch (CallException e) {
                        (e.code() == Code.CANCELLED ? interrupted : refused).add(e);
                    }
                }));
            }
            Await.until(
                    "all have asked or were refused", () -> faults.publications.get() + refused.size() >= MOST + 50);
            assertThat(faults.publications).hasValue(MOST);
            assertThat(refused).hasSize(50).allSatisfy(e -> {
                assertThat(e.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
                assertThat(e).hasMessageContaining("10000 requests wait for an answer");
            });
            asking.forEach(Thread::interrupt);
            for (Thread each : asking) {
                each.join();
            }
            assertThat(interrupted).hasSize(MOST);
            // Their places are free again.
            assertThatThrownBy(() -> ask(broker, "nobody answers", Duration.ofMillis(10)))
                    .isInstanceOfSatisfying(
                            CallException.class, e -> assertThat(e.code()).isEqualTo(Code.DEADLINE_EXCEEDED));
        }
    }
}
