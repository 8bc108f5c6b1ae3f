package dev.parley.tck.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Handler;
import dev.parley.messaging.Capability;
import dev.parley.messaging.Delivery;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.SubscribeOptions;
import dev.parley.messaging.Subscription;
import dev.parley.messaging.Topic;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Consumers that come and go, and slow ones. */
abstract class StormPart extends LeasePart {

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

    private void storm(int rounds, boolean ordered) throws Exception {
        Topic<String> topic = Topic.text(fresh("storm"));
        SubscribeOptions how = options().withPrefetch(8).withConcurrency(2);
        how = ordered ? how.orderedByKey() : how;
        known(topic, "group", how);
        try (Traffic traffic = new Traffic(broker(), topic, patience())) {
            Subscription before = subscribe(broker(), topic, "group", slowly(traffic), how);
            for (int round = 0; round < rounds; round++) {
                Subscription next = subscribe(another(), topic, "group", slowly(traffic), how);
                traffic.awaitDelivered(10);
                before.close();
                before = next;
            }
            traffic.finish("consumers come and go, " + rounds + " times");
        }
    }

    /** So slowly that something waits in a consumer when it closes. */
    private static Handler<Delivery<String>, Disposition> slowly(Traffic traffic) {
        return (call, delivery) -> {
            Thread.sleep(2);
            return traffic.handle(call, delivery);
        };
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
        Subscription subscription = subscribe(topic, "slow", slow, options().withPrefetch(3));
        subscribe(topic, "fast", fast);
        publish(topic, numbered("m", 300));
        awaitDistinct(fast, 300);
        assertThat(subscription.snapshot().held()).isLessThanOrEqualTo(3);
        assertThat(slow.all()).hasSizeLessThanOrEqualTo(3);
        go.countDown();
        awaitDistinct(slow, 300);
    }
}
