package dev.parley.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Errors that are no exceptions: what threw one goes on, and what it was at is not lost. */
class ErrorsTest {

    private final BrokerOptions options = BrokerOptions.defaults();
    private final Faults faults = new Faults(options);
    private final MessageBroker broker = MessageBroker.of(faults, options);
    private final Topic<String> topic = Topic.text("order.placed");
    private final ConcurrentLinkedQueue<String> handled = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean first = new AtomicBoolean(true);
    private final SubscribeOptions atOnce = SubscribeOptions.defaults()
            .withRedelivery(Redelivery.defaults().withBackoff(Duration.ofMillis(1), 1, Duration.ofMillis(1)));

    @AfterEach
    void close() {
        broker.close();
    }

    private Disposition handle(Delivery<String> delivery) {
        handled.add(delivery.payload() + " " + delivery.attempt());
        return Disposition.ack();
    }

    @Test
    void ofASettlementGivesTheConsumerUpAndAnotherGoesOn() throws Exception {
        Subscription subscription = broker.subscribe(topic, "email", (call, delivery) -> handle(delivery), atOnce);
        faults.error.set(new NoClassDefFoundError("a jar is missing"));
        broker.publish(topic, "o-1");
        Await.until("it is acknowledged", () -> subscription.snapshot().acked() == 1);
        broker.publish(topic, "o-2");
        Await.until("the next one, too", () -> subscription.snapshot().acked() == 2);
        assertThat(faults.consumers).hasValue(2);
    }

    @Test
    void ofAnAdapterIsNotTheMessagesFault() throws Exception {
        faults.foreign = true;
        MessageAdapter adapter = foreign -> {
            if (first.getAndSet(false)) {
                throw new StackOverflowError("as it was told");
            }
            return foreign.toMessage();
        };
        Subscription subscription =
                broker.subscribe(topic, "email", (call, delivery) -> handle(delivery), atOnce.withAdapter(adapter));
        broker.publish(topic, "o-1");
        Await.until("it is acknowledged", () -> subscription.snapshot().acked() == 1);
        assertThat(handled).containsExactly("o-1 2");
        assertThat(faults.consumers)
                .as("the consumer was none the worse for it")
                .hasValue(1);
    }

    @Test
    void ofACodecIsThatOfOneMessageOfABatch() throws Exception {
        Topic<String> fragile = new Topic<>(topic.name(), new PayloadCodec<>() {
            @Override
            public String contentType() {
                return topic.codec().contentType();
            }

            @Override
            public byte[] encode(String payload) {
                return topic.codec().encode(payload);
            }

            @Override
            public String decode(byte[] payload, String contentType) {
                String text = topic.codec().decode(payload, contentType);
                if (text.equals("deep") && first.getAndSet(false)) {
                    throw new StackOverflowError("as it was told");
                }
                return text;
            }
        });
        broker.publish(topic, "a");
        broker.publish(topic, "deep");
        broker.publish(topic, "b");
        Subscription subscription = broker.subscribeBatch(
                fragile,
                "email",
                3,
                (call, deliveries) -> deliveries.stream().map(this::handle).toList(),
                atOnce.withStart(StartFrom.earliest()));
        Await.until("all are acknowledged", () -> subscription.snapshot().acked() == 3);
        assertThat(handled).containsExactlyInAnyOrder("a 1", "b 1", "deep 2");
    }

    @Test
    void ofASendLosesThatMessageAlone() throws Exception {
        FireAndForget lossy = broker.fireAndForget();
        lossy.listen(topic, (name, message) -> handled.add(message.payload()));
        faults.error.set(new NoClassDefFoundError("a jar is missing"));
        lossy.send(topic, Message.of("price", "1"));
        Await.until("it is lost", () -> lossy.lost() == 1);
        lossy.send(topic, Message.of("price", "2"));
        Await.until("the next one is heard", () -> !handled.isEmpty());
        assertThat(handled).containsExactly("2");
    }
}
