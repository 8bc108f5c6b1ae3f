package dev.parley.messaging.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.BrokerUri;
import dev.parley.messaging.Message;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.StartFrom;
import dev.parley.messaging.SubscribeOptions;
import dev.parley.messaging.internal.memory.MemoryProvider;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.ConsumerSpec;
import dev.parley.messaging.spi.Outgoing;
import dev.parley.messaging.spi.Received;
import dev.parley.resilience.CircuitBreaker;
import dev.parley.resilience.CircuitBreakerPolicy;
import dev.parley.testing.FakeTimer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a subscription holds, where only a certain order of events shows it. */
class InHandTest {

    private static final CallException AWAY = new CallException(Code.UNAVAILABLE, "away");

    /** Otherwise the breaker would wait for the outcome of a probe that was never made. */
    @Test
    void whatComesFromAConsumerThatWasLostGivesItsLeaveOfTheBreakerBack() throws Exception {
        FakeTimer time = new FakeTimer();
        CircuitBreakerPolicy policy = CircuitBreakerPolicy.defaults()
                .withConsecutiveFailures(1)
                .withOpenTime(Duration.ofSeconds(1))
                .withProbes(1);
        CircuitBreaker breaker = new CircuitBreaker("smtp", policy, time);
        breaker.onFailure(breaker.tryAcquire(), AWAY);
        time.advance(Duration.ofSeconds(1));
        Wakeup receiving = new Wakeup();
        BreakerGate gate = new BreakerGate(Optional.of(breaker), time, receiving);
        ConsumerSpec spec = new ConsumerSpec(
                new QueueName("order.placed", "email"),
                Optional.empty(),
                ConsumerSpec.Kind.DURABLE,
                10,
                false,
                StartFrom.latest(),
                Duration.ofMinutes(1));
        InHand hand = new InHand(spec, SubscribeOptions.defaults(), 1, gate, receiving, new Wakeup());
        try (BrokerBackend backend = new MemoryProvider().open(BrokerUri.parse("memory:"), BrokerOptions.defaults());
                BackendConsumer consumer = backend.consume(spec)) {
            backend.publish(List.of(Outgoing.now("order.placed", Message.of("order.placed", new byte[0]))));
            assertThat(gate.admit(10)).as("one probe").isEqualTo(1);
            Received received = consumer.receive(1, Duration.ofMinutes(1)).getFirst();
            Session session = new Session(consumer);
            hand.begin(session);
            hand.end(session, AWAY); // by who settles, meanwhile

            Held held = new Held(session, received, received.message(), gate.nextPermit(), time.nanoTime());
            hand.accept(session, List.of(new InHand.Arrival(held, null)));
            assertThat(breaker.tryAcquire()).as("leave for a probe").isNotNegative();
        }
    }
}
