package dev.parley.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The patterns of messaging, each an example: what {@code docs/guide/messaging.md} shows is run here. */
class PatternsTest {

    record OrderPlaced(String order, int cents) {}

    private final MessageBroker broker = MessageBroker.connect("memory:");
    private final Topic<OrderPlaced> placed = Topic.json("order.placed", OrderPlaced.class);

    @AfterEach
    void close() {
        broker.close();
    }

    /** Competing consumers share one group's messages; with a prefetch of 1, whoever is free takes the next. */
    @Test
    void workQueue() throws Exception {
        Topic<String> images = Topic.text("image.resize");
        SubscribeOptions oneAtATime = SubscribeOptions.defaults().withPrefetch(1);
        CountDownLatch slowMayEnd = new CountDownLatch(1);
        CountDownLatch slowHasOne = new CountDownLatch(1);
        Set<String> fast = ConcurrentHashMap.newKeySet();
        Set<String> slow = ConcurrentHashMap.newKeySet();

        broker.subscribe(
                images,
                "workers",
                (call, delivery) -> {
                    slow.add(delivery.payload());
                    slowHasOne.countDown();
                    slowMayEnd.await();
                    return Disposition.ack();
                },
                oneAtATime);
        broker.publish(images, "0.png");
        slowHasOne.await();
        broker.subscribe(
                images,
                "workers",
                (call, delivery) -> {
                    fast.add(delivery.payload());
                    return Disposition.ack();
                },
                oneAtATime);
        for (int i = 1; i < 10; i++) {
            broker.publish(images, i + ".png");
        }

        Await.until("the free worker has done the rest", () -> fast.size() == 9);
        assertThat(slow).containsExactly("0.png");
        slowMayEnd.countDown();
        Await.until(
                "all is done",
                () -> broker.queues().getFirst().depth() == 0
                        && broker.queues().getFirst().inFlight().orElseThrow() == 0);
    }

    /** Each group gets each message. */
    @Test
    void fanOut() throws Exception {
        Set<String> email = ConcurrentHashMap.newKeySet();
        Set<String> stock = ConcurrentHashMap.newKeySet();
        broker.subscribe(placed, "email", (call, delivery) -> {
            email.add(delivery.payload().order());
            return Disposition.ack();
        });
        broker.subscribe(placed, "stock", (call, delivery) -> {
            stock.add(delivery.payload().order());
            return Disposition.ack();
        });

        broker.publish(placed, new OrderPlaced("o-1", 1250));

        Await.until("both have it", () -> email.contains("o-1") && stock.contains("o-1"));
    }

    /** A group subscribes to topics by a pattern: {@code *} is one segment, {@code #} any number. */
    @Test
    void topicRouting() throws Exception {
        Set<String> orders = ConcurrentHashMap.newKeySet();
        Set<String> all = ConcurrentHashMap.newKeySet();
        broker.subscribe(Topic.text("order.*"), "orders", (call, delivery) -> {
            orders.add(delivery.topic());
            return Disposition.ack();
        });
        broker.subscribe(Topic.text("#"), "audit", (call, delivery) -> {
            all.add(delivery.topic());
            return Disposition.ack();
        });

        for (String topic : List.of("order.placed", "order.cancelled", "order.line.added", "user.created")) {
            broker.publish(Topic.text(topic), "...");
        }

        Await.until("the audit has all", () -> all.size() == 4);
        Await.until("orders has its two", () -> orders.size() == 2);
        assertThat(orders).containsExactlyInAnyOrder("order.placed", "order.cancelled");
    }

    /** Publisher and subscriber know a topic, and not each other; the message says what happened, with its context. */
    @Test
    void publishSubscribe() throws Exception {
        ConcurrentLinkedQueue<Delivery<OrderPlaced>> seen = new ConcurrentLinkedQueue<>();
        broker.subscribe(placed, "email", (call, delivery) -> {
            seen.add(delivery);
            return Disposition.ack();
        });

        broker.publish(
                placed,
                Message.of("order.placed", new OrderPlaced("o-1", 1250))
                        .withKey("o-1")
                        .withCorrelationId("checkout-7")
                        .withVersion("2"));

        Await.until("it has come", () -> !seen.isEmpty());
        Delivery<OrderPlaced> delivery = seen.element();
        assertThat(delivery.payload()).isEqualTo(new OrderPlaced("o-1", 1250));
        assertThat(delivery.attempt()).isEqualTo(1);
        assertThat(delivery.message().metadata().correlationId()).contains("checkout-7");
        assertThat(delivery.message().metadata().version()).contains("2");
        assertThat(delivery.message().metadata().source()).isEqualTo("parley");
        assertThat(delivery.message().metadata().contentType()).isEqualTo("application/json");
    }

    /** A new group reads what was published before it: all of it, from a position, or from a time. */
    @Test
    void eventLog() throws Exception {
        ConcurrentLinkedQueue<Delivery<String>> live = new ConcurrentLinkedQueue<>();
        Topic<String> log = Topic.text("account.events");
        broker.subscribe(
                log,
                "live",
                (call, delivery) -> {
                    live.add(delivery);
                    return Disposition.ack();
                },
                SubscribeOptions.defaults().withConcurrency(1));
        broker.publish(log, "opened");
        broker.publish(log, "paid in 10");
        Instant before = Instant.now();
        Await.until("the clock has moved", () -> Instant.now().isAfter(before));
        Instant noon = Instant.now();
        broker.publish(log, "paid out 5");
        Await.until("all are seen", () -> live.size() == 3);

        assertThat(replay(log, "rebuild", StartFrom.earliest(), 3))
                .containsExactly("opened", "paid in 10", "paid out 5");
        String second = List.copyOf(live).get(1).position();
        assertThat(replay(log, "from-second", new StartFrom.Position(second), 2))
                .containsExactly("paid in 10", "paid out 5");
        assertThat(replay(log, "since-noon", new StartFrom.Time(noon), 1)).containsExactly("paid out 5");
    }

    private List<String> replay(Topic<String> log, String group, StartFrom start, int expected) throws Exception {
        ConcurrentLinkedQueue<String> seen = new ConcurrentLinkedQueue<>();
        try (Subscription replaying = broker.subscribe(
                log,
                group,
                (call, delivery) -> {
                    seen.add(delivery.payload());
                    return Disposition.ack();
                },
                SubscribeOptions.defaults().withConcurrency(1).withStart(start))) {
            Await.until(group + " has read the log", () -> seen.size() >= expected);
        }
        return List.copyOf(seen);
    }

    /** At most once: nobody confirms, nobody acknowledges, and who does not listen at the time never hears. */
    @Test
    void fireAndForget() throws Exception {
        Topic<String> prices = Topic.text("price.eurusd");
        FireAndForget lossy = broker.fireAndForget();
        ConcurrentLinkedQueue<String> early = new ConcurrentLinkedQueue<>();
        ConcurrentLinkedQueue<String> late = new ConcurrentLinkedQueue<>();
        lossy.listen(prices, (topic, message) -> early.add(message.payload()));
        lossy.send(prices, Message.of("price", "1.0840"));
        Await.until("who listens hears", () -> early.contains("1.0840"));

        lossy.listen(prices, (topic, message) -> late.add(message.payload()));
        lossy.send(prices, Message.of("price", "1.0842"));

        Await.until("both hear the next", () -> early.contains("1.0842") && late.contains("1.0842"));
        assertThat(late).containsExactly("1.0842");
    }
}
