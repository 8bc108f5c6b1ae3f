package dev.parley.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The broker in memory: its options and limits. */
class MemoryBrokerLimitsTest {

    private final Topic<String> topic = Topic.text("order.placed");

    @Test
    void aFullOneRefusesAndKeepsWhatItHas() throws Exception {
        try (MessageBroker broker = MessageBroker.connect("memory:?maxMessages=3")) {
            Subscription group = broker.subscribe(topic, "email", (call, delivery) -> Disposition.ack());
            group.close();
            broker.publish(topic, "1");
            broker.publish(topic, "2");
            assertThatThrownBy(() -> broker.publishAll(
                            topic, List.of(Message.of("order.placed", "3"), Message.of("order.placed", "4"))))
                    .isInstanceOfSatisfying(
                            CallException.class, e -> assertThat(e.code()).isEqualTo(Code.RESOURCE_EXHAUSTED))
                    .hasMessageContaining("maxMessages of 3");
            assertThat(broker.queues().getFirst().depth()).as("all or none").isEqualTo(2);
            broker.publish(topic, "3");
            ConcurrentLinkedQueue<String> seen = new ConcurrentLinkedQueue<>();
            broker.subscribe(topic, "email", (call, delivery) -> {
                seen.add(delivery.payload());
                return Disposition.ack();
            });
            Await.until(
                    "they are consumed",
                    () -> seen.size() == 3
                            && broker.queues().getFirst().inFlight().orElseThrow() == 0);
            broker.publish(topic, "5");
            Await.until("there is room again", () -> seen.contains("5"));
        }
    }

    @Test
    void bytesAreLimitedToo() {
        try (MessageBroker broker = MessageBroker.connect("memory:?maxBytes=2048")) {
            broker.subscribe(topic, "email", (call, delivery) -> Disposition.ack())
                    .close();
            broker.publish(topic, "x".repeat(1000));
            assertThatThrownBy(() -> broker.publish(topic, "x".repeat(1000))).hasMessageContaining("maxBytes of 2048");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "memory:?size=3, size",
        "memory:?maxMessages=0, maxMessages",
        "memory:?maxMessages=many, many",
        "memory:?retention=7weeks, 7weeks",
        "memory:?retention=400d, 400d",
        "memory://host, memory:NAME",
        "memory:a/b, a/b",
        "memori:, memori",
    })
    void badOptionsAreNamed(String uri, String named) {
        assertThatThrownBy(() -> MessageBroker.connect(uri))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(named);
    }

    @Test
    void oneWithANameIsSharedUntilItsLastUserCloses() {
        QueueName queue = new QueueName("order.placed", "email");
        try (MessageBroker first = MessageBroker.connect("memory:shared-in-a-test")) {
            first.subscribe(topic, "email", (call, delivery) -> Disposition.ack())
                    .close();
            try (MessageBroker second = MessageBroker.connect("memory:shared-in-a-test")) {
                second.publish(topic, "o-1");
            }
            assertThat(first.queues()).hasSize(1);
            assertThat(first.queues().getFirst().queue()).isEqualTo(queue);
            assertThat(first.queues().getFirst().depth()).isEqualTo(1);
        }
        try (MessageBroker third = MessageBroker.connect("memory:shared-in-a-test")) {
            assertThat(third.queues()).isEmpty();
        }
    }

    @Test
    void theLogIsBounded() throws Exception {
        try (MessageBroker broker = MessageBroker.connect("memory:?retentionMessages=2")) {
            for (int i = 0; i < 5; i++) {
                broker.publish(topic, Integer.toString(i));
                broker.publish(Topic.text("other"), Integer.toString(i));
            }
            ConcurrentLinkedQueue<String> seen = new ConcurrentLinkedQueue<>();
            broker.subscribe(
                    topic,
                    "replay",
                    (call, delivery) -> {
                        seen.add(delivery.payload());
                        return Disposition.ack();
                    },
                    SubscribeOptions.defaults().withConcurrency(1).withStart(StartFrom.earliest()));
            Await.until("the log is read", () -> seen.size() == 2);
            assertThat(seen).containsExactly("3", "4");
        }
    }
}
