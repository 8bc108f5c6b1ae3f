package dev.parley.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Handlers may block: each runs on a virtual thread. */
class HandlerThreadsTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final MessageBroker broker = MessageBroker.connect("memory:");
    private final Topic<String> topic = Topic.text("order.placed");
    private final CompletableFuture<Boolean> virtual = new CompletableFuture<>();

    @AfterEach
    void close() {
        broker.close();
    }

    private void assertVirtual() throws Exception {
        assertThat(virtual.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void thatOfASubscription() throws Exception {
        for (SubscribeOptions options :
                List.of(SubscribeOptions.defaults(), SubscribeOptions.defaults().orderedByKey())) {
            CompletableFuture<Boolean> seen = new CompletableFuture<>();
            broker.subscribe(
                    topic,
                    "group-" + options.ordered(),
                    (call, delivery) -> {
                        seen.complete(Thread.currentThread().isVirtual());
                        return Disposition.ack();
                    },
                    options);
            broker.publish(topic, "o-1");
            assertThat(seen.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void thatOfABatch() throws Exception {
        broker.subscribeBatch(
                topic,
                "email",
                10,
                (call, deliveries) -> {
                    virtual.complete(Thread.currentThread().isVirtual());
                    return deliveries.stream().map(each -> Disposition.ack()).toList();
                },
                SubscribeOptions.defaults());
        broker.publish(topic, "o-1");
        assertVirtual();
    }

    @Test
    void thatOfAnAnswer() throws Exception {
        broker.respond(
                topic,
                "email",
                (call, delivery) -> {
                    virtual.complete(Thread.currentThread().isVirtual());
                    return "answer";
                },
                PayloadCodec.text(),
                SubscribeOptions.defaults());
        assertThat(broker.request(topic, Message.of("ask", "?"), PayloadCodec.text(), LIMIT))
                .isEqualTo("answer");
        assertVirtual();
    }

    /** More than there are carriers, or threads in any pool of a sensible size. */
    @Test
    void asManyAsAreAllowedBlockAtOnce() throws Exception {
        int count = 500;
        CountDownLatch all = new CountDownLatch(count);
        Subscription subscription = broker.subscribe(
                topic,
                "email",
                (call, delivery) -> {
                    all.countDown();
                    all.await();
                    return Disposition.ack();
                },
                SubscribeOptions.defaults().withPrefetch(count).withConcurrency(count));
        for (int i = 0; i < count; i++) {
            broker.publish(topic, "o-" + i);
        }
        Await.until("all have met", () -> subscription.snapshot().acked() == count);
    }
}
