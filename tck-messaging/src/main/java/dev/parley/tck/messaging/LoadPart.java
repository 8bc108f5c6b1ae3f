package dev.parley.tck.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.messaging.Delivery;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.Message;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.Subscription;
import dev.parley.messaging.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Many at once: subscribers, publishers, messages that wait, batches. */
abstract class LoadPart extends RequestPart {

    @Test
    final void fiftySubscribersAtOnce() throws Exception {
        Topic<String> topic = Topic.text(fresh("fifty"));
        int groups = 10;
        List<Set<String>> seen = new ArrayList<>();
        List<Future<?>> subscribed = new ArrayList<>();
        broker();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int group = 0; group < groups; group++) {
                Set<String> ids = ConcurrentHashMap.newKeySet();
                seen.add(ids);
                QueueName queue = removed(topic.name(), "group" + group);
                for (int n = 0; n < 5; n++) {
                    subscribed.add(threads.submit(() -> {
                        Subscription subscription = broker().subscribe(
                                        topic,
                                        queue.group(),
                                        (call, delivery) -> {
                                            ids.add(delivery.message().id());
                                            return Disposition.ack();
                                        },
                                        options().withPrefetch(5));
                        synchronized (this) {
                            closing(subscription);
                        }
                        return subscription;
                    }));
                }
            }
        }
        for (Future<?> each : subscribed) {
            each.get();
        }
        publish(topic, numbered("m", 50));
        for (Set<String> each : seen) {
            await("50 messages in each group", () -> each.size() == 50);
        }
    }

    @Test
    final void fiftyPublishersAtOnce() throws Exception {
        Topic<String> topic = Topic.text(fresh("publishers"));
        Seen<String> seen = Seen.acking();
        subscribe(topic, "group", seen);
        List<Future<?>> all = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int publisher = 0; publisher < 50; publisher++) {
                String prefix = "p" + publisher + "-";
                all.add(threads.submit(() -> {
                    for (String each : numbered(prefix, 10)) {
                        broker().publish(topic, Message.of(topic.name(), each).withId(each));
                    }
                    return true;
                }));
            }
        }
        for (Future<?> each : all) {
            each.get();
        }
        awaitDistinct(seen, 500);
    }

    @Test
    final void fiveThousandThatWaitAreAllDelivered() throws Exception {
        backlog(5_000);
    }

    @Test
    @Tag("long")
    final void aHundredThousandThatWaitAreAllDelivered() throws Exception {
        backlog(100_000);
    }

    private void backlog(int count) throws Exception {
        Topic<String> topic = Topic.text(fresh("backlog"));
        known(topic, "group");
        for (int from = 0; from < count; from += 500) {
            int first = from;
            broker().publishAll(
                            topic,
                            IntStream.range(0, Math.min(500, count - first))
                                    .mapToObj(n -> Message.of("m", "payload of some length, number " + (first + n))
                                            .withId("m" + (first + n)))
                                    .toList());
        }
        Set<String> ids = ConcurrentHashMap.newKeySet();
        AtomicLong deliveries = new AtomicLong();
        subscribe(
                broker(),
                topic,
                "group",
                (call, delivery) -> {
                    deliveries.incrementAndGet();
                    ids.add(delivery.message().id());
                    return Disposition.ack();
                },
                options().withPrefetch(500).withConcurrency(64));
        long until = System.nanoTime() + patience().toNanos();
        for (int before = -1; ids.size() < count; ) {
            // As long as it goes on, it may take its time.
            if (ids.size() > before) {
                before = ids.size();
                until = System.nanoTime() + patience().toNanos();
            }
            assertThat(System.nanoTime())
                    .as("stuck at %d of %d", ids.size(), count)
                    .isLessThan(until);
            Thread.sleep(5);
        }
        assertThat(ids).hasSize(count);
        assertThat(deliveries.get()).as("deliveries while nothing failed").isLessThan(count + count / 10);
    }

    @Test
    final void aBatchTakesWhatWaitsTogether() throws Exception {
        Topic<String> topic = Topic.text(fresh("batch"));
        QueueName queue = removed(topic.name(), "group");
        known(topic, "group");
        publish(topic, numbered("m", 100));
        AtomicInteger largest = new AtomicInteger();
        CountDownLatch many = new CountDownLatch(1);
        Seen<String> seen = Seen.acking();
        Subscription subscription = closing(broker().subscribeBatch(
                        topic,
                        "group",
                        10,
                        (call, batch) -> {
                            many.await();
                            largest.accumulateAndGet(batch.size(), Math::max);
                            batch.forEach(seen::add);
                            return batch.stream().map(LoadPart::dispose).toList();
                        },
                        options().withPrefetch(40).withConcurrency(2)));
        await("many wait for their handlers", () -> subscription.snapshot().held() >= 25);
        many.countDown();
        await("all but one acknowledged", () -> subscription.snapshot().acked() >= 99);
        assertThat(letters(queue)).as("before").hasSizeLessThanOrEqualTo(1);
        assertThat(awaitLetters(queue, 1))
                .extracting(each -> each.message().id())
                .containsExactly("m13");
        assertThat(largest.get()).isBetween(2, 10);
        assertThat(seen.distinct()).isEqualTo(100);
        assertThat(seen.of("m7")).extracting(Delivery::attempt).containsExactly(1, 2);
        assertThat(seen.of("m13")).hasSize(1);
        assertThat(seen.of("m1")).hasSize(1);
    }

    private static Disposition dispose(Delivery<String> each) {
        return switch (each.payload()) {
            case "m7" -> each.attempt() == 1 ? Disposition.retry("once") : Disposition.ack();
            case "m13" -> Disposition.reject("unlucky");
            default -> Disposition.ack();
        };
    }

    @Test
    final void aBatchThatThrowsHasFailedAsAWhole() throws Exception {
        Topic<String> topic = Topic.text(fresh("whole"));
        known(topic, "group");
        publish(topic, numbered("m", 10));
        Seen<String> seen = Seen.acking();
        Subscription subscription = closing(broker().subscribeBatch(
                        topic,
                        "group",
                        5,
                        (call, batch) -> {
                            batch.forEach(seen::add);
                            if (batch.stream().anyMatch(each -> each.attempt() == 1)) {
                                throw new IllegalStateException("the whole batch");
                            }
                            return batch.stream().map(each -> Disposition.ack()).toList();
                        },
                        // A batch of a first and a second attempt fails as well.
                        options()
                                .withPrefetch(10)
                                .withRedelivery(options().redelivery().withMaxAttempts(50))));
        await("all acknowledged", () -> subscription.snapshot().acked() == 10);
        assertThat(seen.distinct()).isEqualTo(10);
        assertThat(seen.all()).hasSizeGreaterThanOrEqualTo(20);
    }
}
