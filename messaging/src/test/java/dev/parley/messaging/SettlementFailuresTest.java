package dev.parley.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.testing.FakeTimer;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A broker from which one can receive and at which nothing can be settled: rights that are missing, a copy that is too large. */
class SettlementFailuresTest {

    private static final Duration LONGEST = Duration.ofSeconds(10);

    private final FakeTimer time = new FakeTimer();
    private final BrokerOptions options = BrokerOptions.defaults().withClock(InstantSource.system(), time);
    private final Faults faults = new Faults(options);
    private final MessageBroker broker = MessageBroker.of(faults, options);
    private final Topic<String> topic = Topic.text("order.placed");

    @AfterEach
    void close() {
        broker.close();
    }

    /** What would go on without a pause has had hundreds of turns by then. */
    private void takeTime() {
        for (int i = 0; i < 5_000; i++) {
            broker.queues();
        }
    }

    @Test
    void areFollowedByPausesThatGrow() throws Exception {
        faults.settling = Faults.away();
        Subscription subscription = broker.subscribe(topic, "email", (call, delivery) -> Disposition.ack());
        broker.publish(topic, "o-1");
        int moves = 0;
        while (faults.consumers.get() < 10) {
            takeTime();
            assertThat(faults.consumers)
                    .as("one for each move of the clock, at most")
                    .hasValueLessThanOrEqualTo(1 + moves);
            time.jump(LONGEST);
            moves++;
        }
        assertThat(subscription.problem()).isPresent();
        int before = faults.consumers.get();
        for (int second = 0; second < 30; second++) {
            takeTime();
            time.jump(Duration.ofSeconds(1));
        }
        takeTime();
        assertThat(faults.consumers)
                .as("in half a minute, each after five seconds or more")
                .hasValueLessThan(before + 8);

        faults.settling = null;
        Await.until("it is acknowledged", () -> {
            time.jump(LONGEST);
            return subscription.snapshot().acked() == 1;
        });
        assertThat(subscription.problem()).isEmpty();
    }
}
