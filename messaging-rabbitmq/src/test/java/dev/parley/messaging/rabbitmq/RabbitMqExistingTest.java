package dev.parley.messaging.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import dev.parley.messaging.Delivery;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.ForeignMessage;
import dev.parley.messaging.Message;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.SubscribeOptions;
import dev.parley.messaging.Subscription;
import dev.parley.messaging.Topic;
import dev.parley.testing.Fixture;
import dev.parley.testing.servers.RabbitMqServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A queue that an older service declared, and its lines of text that no library but the application's adapter understands. */
class RabbitMqExistingTest {

    private static final QueueName QUEUE = new QueueName("legacy.orders", "ours");

    @RegisterExtension
    final Fixture fixture = new Fixture();

    private final BlockingQueue<Delivery<Order>> seen = new LinkedBlockingQueue<>();
    private Channel older;
    private MessageBroker broker;

    private record Order(String number, int cents) {}

    @BeforeEach
    void declare() throws Exception {
        RabbitMqServer server = RabbitMqServer.shared();
        String uri = server.uri(server.newVirtualHost());
        older = Broker.plainClient(fixture, uri);
        older.exchangeDeclare("legacy", "direct", true);
        older.queueDeclare("orders-in", true, false, false, Map.of());
        older.queueBind("orders-in", "legacy", "order");
        broker = fixture.open(MessageBroker.connect(uri));
    }

    private void send(String line) throws Exception {
        BasicProperties properties = new BasicProperties.Builder()
                .headers(Map.of("event", "order.created"))
                .build();
        older.basicPublish("legacy", "order", properties, line.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** {@code NUMBER;CENTS}, in Latin-1. */
    private static Message<byte[]> adapted(ForeignMessage foreign) {
        String line = new String(foreign.body(), StandardCharsets.ISO_8859_1);
        String[] fields = line.split(";", -1);
        if (fields.length != 2) {
            throw new IllegalArgumentException("an order has 2 fields, not %d: %s".formatted(fields.length, line));
        }
        byte[] json = "{\"number\":\"%s\",\"cents\":%s}"
                .formatted(fields[0], fields[1])
                .getBytes(StandardCharsets.UTF_8);
        return new Message<>(
                fields[0],
                foreign.headers().getOrDefault("event", "unknown"),
                json,
                foreign.toMessage().metadata().withContentType("application/json"));
    }

    private Subscription subscribe(SubscribeOptions options) {
        return broker.subscribe(
                Topic.json(QUEUE.topic(), Order.class),
                QUEUE.group(),
                (call, delivery) -> {
                    seen.add(delivery);
                    boolean late = delivery.payload().cents() == 13 && delivery.attempt() == 1;
                    return late ? Disposition.retryAfter(Duration.ofMillis(20), "not yet") : Disposition.ack();
                },
                options);
    }

    private static SubscribeOptions bound() {
        return SubscribeOptions.defaults().withQueue("orders-in").withAdapter(RabbitMqExistingTest::adapted);
    }

    private static void await(String what, Callable<Boolean> condition) throws Exception {
        long until = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime()).as(what).isLessThan(until);
            Thread.sleep(20);
        }
    }

    @Test
    void whatTheAdapterMakesOfItIsHandledAndTriedAgain() throws Exception {
        send("gr\u00fcn-1;1250"); // from before we came
        Subscription subscription = subscribe(bound());
        send("o-2;13");
        await("all are settled", () -> subscription.snapshot().acked() == 2);
        assertThat(seen)
                .extracting(delivery ->
                        delivery.message().id() + " " + delivery.payload().cents() + " " + delivery.attempt())
                .containsExactlyInAnyOrder("gr\u00fcn-1 1250 1", "o-2 13 1", "o-2 13 2");
        assertThat(seen)
                .allSatisfy(delivery -> assertThat(delivery.message().type()).isEqualTo("order.created"));
        await("the older service's queue is empty", () -> older.messageCount("orders-in") == 0);
    }

    @Test
    void whatItCannotReadIsADeadLetterAsItWasAndIsReadWhenTheAdapterCan() throws Exception {
        Subscription first = subscribe(bound());
        send("one;two;three");
        send("o-1;1");
        await("one is handled", () -> first.snapshot().acked() == 1);
        await("one is a dead letter", () -> !broker.deadLetters(QUEUE).list(10).isEmpty());
        assertThat(broker.deadLetters(QUEUE).list(10)).singleElement().satisfies(letter -> {
            assertThat(letter.message().payload()).isEqualTo("one;two;three".getBytes(StandardCharsets.UTF_8));
            assertThat(letter.failure().cause()).contains("an order has 2 fields, not 3: one;two;three");
        });
        assertThat(seen).extracting(each -> each.payload().number()).containsExactly("o-1");
        first.close();

        // The next version of the service takes what is too much for a remark.
        Subscription fixed = subscribe(bound().withAdapter(foreign -> {
            String line = new String(foreign.body(), StandardCharsets.ISO_8859_1);
            return new Message<>(
                    "repaired",
                    "order.created",
                    "{\"number\":\"%s\",\"cents\":3}"
                            .formatted(List.of(line.split(";")).getFirst())
                            .getBytes(StandardCharsets.UTF_8),
                    foreign.toMessage().metadata().withContentType("application/json"));
        }));
        assertThat(broker.deadLetters(QUEUE).redriveAll()).isEqualTo(1);
        await("it is handled", () -> fixed.snapshot().acked() == 1);
        assertThat(seen).extracting(each -> each.payload().number()).containsExactly("o-1", "one");
        assertThat(broker.deadLetters(QUEUE).list(10)).isEmpty();
    }
}
