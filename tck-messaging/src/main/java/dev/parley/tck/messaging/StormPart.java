package dev.parley.tck.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Handler;
import dev.parley.messaging.Capability;
import dev.parley.messaging.Delivery;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.SubscribeOptions;
import dev.parley.messaging.Subscription;
import dev.parley.messaging.Topic;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Consumers that come and go, and slow ones. */
abstract class StormPart extends LeasePart {

    /** Handlers of each consumer in a storm. */
    private static final int CONCURRENCY = 2;

    @Test
    final void consumersThatComeAndGoLoseNothing() throws Exception {
        storm(5, false);
    }

    @Test
    @Tag("long")
    final void consumersThatComeAndGoForLongLoseNothing() throws Exception {
        storm(40, false);
        if (has(Capability.ORDERED_BY_KEY)) {
            storm(40, true);
        }
    }

    @Test
    final void consumersThatComeAndGoKeepTheOrderOfKeys() throws Exception {
        needs(Capability.ORDERED_BY_KEY);
        storm(5, true);
    }

    private void storm(int rounds, boolean ordered) throws Exception {
        Topic<String> topic = Topic.text(fresh("storm"));
        SubscribeOptions how = options().withPrefetch(8).withConcurrency(CONCURRENCY);
        how = ordered ? how.orderedByKey() : Mix.unlimited(how);
        QueueName queue = removed(topic.name(), "group");
        known(topic, "group", how);
        try (Traffic traffic =
                ordered ? Traffic.inOrder(broker(), topic, patience()) : Traffic.mixed(broker(), topic, patience())) {
            Turnstile turnstile = new Turnstile();
            Subscription before = subscribe(broker(), topic, "group", turnstile.before(traffic), how);
            for (int round = 0; round < rounds; round++) {
                Turnstile following = new Turnstile();
                Subscription next = subscribe(another(), topic, "group", following.before(traffic), how);
                traffic.awaitDelivered(10);
                closeWithSomethingInHand(before, turnstile, traffic, ordered);
                before = next;
                turnstile = following;
            }
            String run = "consumers come and go, " + rounds + " times" + (ordered ? ", in order" : "");
            traffic.finish(queue, run);
            if (ordered) {
                traffic.checkOrder(run);
            }
        }
    }

    /** Handlers wait in front of it while it is shut, and messages behind them. */
    private static final class Turnstile {
        private volatile boolean shut;

        Handler<Delivery<String>, Disposition> before(Traffic traffic) {
            return (call, delivery) -> {
                while (shut) {
                    Thread.sleep(1);
                }
                return traffic.handle(call, delivery);
            };
        }
    }

    /** A consumer that has nothing when it closes has nothing to lose. */
    private void closeWithSomethingInHand(
            Subscription subscription, Turnstile turnstile, Traffic traffic, boolean ordered) throws Exception {
        turnstile.shut = true;
        // By keys or partitions it may have none left: then nothing comes.
        boolean shared = subject().requirements().byMessage() && !ordered;
        Duration limit = shared ? Duration.ofSeconds(10) : Duration.ofSeconds(2);
        within(limit, () -> subscription.snapshot().held() > CONCURRENCY);
        if (ordered) {
            // Behind what it holds come others of the same keys, before whoever is next has them.
            traffic.awaitAcknowledgedOrWaiting(50);
        }
        Thread closing = Thread.ofVirtual().start(subscription::close);
        within(limit, () -> subscription.snapshot().held() <= CONCURRENCY);
        turnstile.shut = false;
        assertThat(closing.join(patience())).as("closed").isTrue();
    }

    /** Waits until a condition holds, but no longer than that. */
    private static void within(Duration limit, BooleanSupplier condition) throws InterruptedException {
        long until = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() < until) {
            Thread.sleep(1);
        }
    }

    @Test
    final void aSlowGroupHoldsUpNoOther() throws Exception {
        Topic<String> topic = Topic.text(fresh("slow-group"));
        CountDownLatch go = new CountDownLatch(1);
        Seen<String> slow = Seen.of((call, delivery) -> {
            go.await();
            return Disposition.ack();
        });
        Seen<String> fast = Seen.acking();
        SubscribeOptions options = options().withPrefetch(3);
        known(topic, "slow", options); // who takes too many has them to take, as all are there before
        subscribe(topic, "fast", fast);
        publish(topic, numbered("m", 300));
        Subscription subscription = subscribe(topic, "slow", slow, options);
        awaitDistinct(fast, 300);
        assertThat(subscription.snapshot().held()).isLessThanOrEqualTo(3);
        assertThat(slow.all()).hasSizeLessThanOrEqualTo(3);
        go.countDown();
        awaitDistinct(slow, 300);
    }
}
