package dev.parley.tck.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.messaging.Disposition;
import dev.parley.messaging.SubscribeOptions;
import dev.parley.messaging.Subscription;
import dev.parley.messaging.Topic;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Groups and their subscriptions: who gets what, and what becomes of it when one closes. */
abstract class SubscriptionPart extends CapabilityPart {

    @Test
    final void whatIsAcknowledgedNeverComesAgain() throws Exception {
        Topic<String> topic = Topic.text(fresh("ack"));
        Seen<String> first = Seen.acking();
        Subscription subscription = subscribe(topic, "group", first);
        publish(topic, numbered("m", 10));
        awaitDistinct(first, 10);
        await("10 acknowledged", () -> subscription.snapshot().acked() >= 10);
        subscription.close();
        Seen<String> second = Seen.acking();
        subscribe(topic, "group", second, oneByOne());
        publish(topic, "marker");
        second.await("the marker", patience(), all -> second.payloads().contains("marker"));
        assertThat(second.payloads()).containsExactly("marker");
        assertThat(first.all()).allMatch(each -> each.attempt() == 1).hasSize(10);
    }

    @Test
    final void groupsDoNotSeeEachOther() throws Exception {
        Topic<String> topic = Topic.text(fresh("groups"));
        Seen<String> failing = Seen.of((call, delivery) ->
                delivery.attempt() == 1 ? Disposition.retry("not yet") : Disposition.reject("never"));
        Seen<String> well = Seen.acking();
        subscribe(topic, "failing", failing);
        Subscription healthy = subscribe(topic, "well", well, oneByOne());
        publish(topic, numbered("m", 10));
        failing.await("each twice", patience(), all -> all.size() >= 20);
        awaitLetters(removed(topic.name(), "failing"), 10);
        publish(topic, "marker");
        well.await("the marker", patience(), all -> well.payloads().contains("marker"));
        await("all acknowledged", () -> healthy.snapshot().acked() >= 11);
        assertThat(well.all()).hasSize(11).allMatch(each -> each.attempt() == 1);
        assertThat(letters(removed(topic.name(), "well"))).isEmpty();
    }

    @Test
    final void competingConsumersShare() throws Exception {
        Topic<String> topic = Topic.text(fresh("competing"));
        Seen<String> one = Seen.acking();
        Seen<String> two = Seen.acking();
        // One message each at a time, so that neither takes all.
        subscribe(broker(), topic, "group", one, options().withPrefetch(1));
        subscribe(another(), topic, "group", two, options().withPrefetch(1));
        AtomicInteger published = new AtomicInteger();
        await("both have something", () -> {
            publishKeyed(topic, published, 20);
            return !one.all().isEmpty() && !two.all().isEmpty();
        });
        await("all that was published", () -> distinct(one, two) == published.get());
        // From now on nobody comes or goes: each message goes to one of the two.
        int from = published.get();
        publishKeyed(topic, published, 100);
        int to = published.get();
        await("both have something behind these", () -> {
            publishKeyed(topic, published, 10);
            return after(one, to) && after(two, to);
        });
        await("all that was published", () -> distinct(one, two) == published.get());
        assertThat(between(one, from, to) + between(two, from, to))
                .as("deliveries of 100 messages to two competing consumers")
                .isBetween(100L, 149L);
    }

    private static long between(Seen<String> seen, int from, int to) {
        return seen.payloads().stream()
                .mapToInt(each -> Integer.parseInt(each.substring(1)))
                .filter(n -> n > from && n <= to)
                .count();
    }

    private static boolean after(Seen<String> seen, int from) {
        return between(seen, from, Integer.MAX_VALUE) > 0;
    }

    private void publishKeyed(Topic<String> topic, AtomicInteger numbers, int count) throws Exception {
        List<String> texts = java.util.stream.IntStream.range(0, count)
                .mapToObj(n -> "m" + numbers.incrementAndGet())
                .toList();
        broker().publishAll(
                        topic,
                        messages(topic, texts).stream()
                                .map(each -> each.withKey(each.id()))
                                .toList());
    }

    private static long distinct(Seen<String> one, Seen<String> two) {
        return java.util.stream.Stream.concat(one.all().stream(), two.all().stream())
                .map(each -> each.message().id())
                .distinct()
                .count();
    }

    @Test
    final void whoComesBackGoesOnWhereItWas() throws Exception {
        Topic<String> topic = Topic.text(fresh("resume"));
        Seen<String> first = Seen.acking();
        Subscription subscription = subscribe(topic, "group", first);
        publish(topic, numbered("a", 5));
        awaitDistinct(first, 5);
        await("5 acknowledged", () -> subscription.snapshot().acked() >= 5);
        subscription.close();
        publish(topic, numbered("b", 5));
        Seen<String> second = Seen.acking();
        subscribe(topic, "group", second);
        awaitDistinct(second, 5);
        assertThat(second.payloads()).containsExactlyInAnyOrder(numbered("b", 5));
    }

    @Test
    final void whatIsPublishedBehindASubscriptionIsNotMissed() throws Exception {
        Topic<String> topic = Topic.text(fresh("latest"));
        for (int n = 1; n <= 5; n++) {
            Seen<String> seen = Seen.acking();
            publish(topic, "before" + n);
            subscribe(topic, "group" + n, seen, oneByOne());
            publish(topic, "after" + n);
            String wanted = "after" + n;
            seen.await(wanted, patience(), all -> seen.payloads().contains(wanted));
            assertThat(seen.payloads())
                    .as("of a group that begins with the latest")
                    .containsOnly(wanted);
        }
    }

    @Test
    final void closeWaitsForAHandlerAndSettlesWhatItSays() throws Exception {
        Topic<String> topic = Topic.text(fresh("drain"));
        CountDownLatch go = new CountDownLatch(1);
        Seen<String> seen = Seen.of((call, delivery) -> {
            go.await();
            return Disposition.ack();
        });
        Subscription subscription = subscribe(topic, "group", seen, options().withDrain(Duration.ofMinutes(5)));
        publish(topic, "one");
        awaitDistinct(seen, 1);
        Thread closing = Thread.ofVirtual().start(subscription::close);
        assertThat(closing.join(Duration.ofMillis(200)))
                .as("closed while the handler runs")
                .isFalse();
        go.countDown();
        assertThat(closing.join(patience())).as("closed").isTrue();
        assertThat(subscription.snapshot().acked()).isEqualTo(1);
        Seen<String> later = Seen.acking();
        subscribe(topic, "group", later, oneByOne());
        publish(topic, "marker");
        later.await("the marker", patience(), all -> later.payloads().contains("marker"));
        assertThat(later.payloads()).containsExactly("marker");
    }

    @Test
    final void closeGivesBackWhatWasNotHandled() throws Exception {
        Topic<String> topic = Topic.text(fresh("back"));
        CountDownLatch third = new CountDownLatch(3);
        CountDownLatch go = new CountDownLatch(1);
        Seen<String> first = Seen.of((call, delivery) -> {
            third.countDown();
            if (third.getCount() == 0) {
                go.await();
            }
            return Disposition.ack();
        });
        Subscription subscription =
                subscribe(topic, "group", first, oneByOne().withPrefetch(10).withDrain(Duration.ofMinutes(5)));
        publish(topic, numbered("m", 20));
        // At most three have been begun, settled or not: what more it holds waits.
        await(
                "its third is handled, and others wait",
                () -> third.getCount() == 0 && subscription.snapshot().held() > 3);
        Thread closing = Thread.ofVirtual().start(subscription::close);
        // Not before: the handler would go on with what waits.
        await("all but the third is given back", () -> subscription.snapshot().held() == 1);
        go.countDown();
        assertThat(closing.join(patience())).as("closed").isTrue();
        Seen<String> second = Seen.acking();
        subscribe(topic, "group", second);
        int left = 20 - 3;
        assertThat(first.distinct())
                .as("handled by a consumer that closed at its third")
                .isEqualTo(3);
        await("the others", () -> distinct(first, second) == 20);
        assertThat(second.distinct()).as("nothing that was acknowledged").isEqualTo(left);
        if (has(dev.parley.messaging.Capability.LEASE_EXTEND)) {
            assertThat(second.all()).as("not counted").allMatch(each -> each.attempt() == 1);
        }
    }

    @Test
    final void closeCancelsAHandlerThatDoesNotEndAndItsMessageComesAgain() throws Exception {
        Topic<String> topic = Topic.text(fresh("cancel"));
        Seen<String> stuck = Seen.of((call, delivery) -> {
            new CountDownLatch(1).await();
            return Disposition.ack();
        });
        Subscription subscription = subscribe(topic, "group", stuck, options().withDrain(Duration.ofMillis(50)));
        publish(topic, "one");
        awaitDistinct(stuck, 1);
        subscription.close();
        subscription.close();
        Seen<String> second = Seen.acking();
        subscribe(topic, "group", second);
        awaitDistinct(second, 1);
        assertThat(second.payloads()).containsOnly("one");
    }

    @Test
    final void whoIsPausedGetsNothingUntilItGoesOn() throws Exception {
        Topic<String> topic = Topic.text(fresh("pause"));
        Seen<String> paused = Seen.acking();
        Seen<String> other = Seen.acking();
        Subscription subscription = subscribe(topic, "paused", paused, options().withPrefetch(2));
        subscribe(topic, "other", other);
        publish(topic, "before");
        awaitDistinct(paused, 1);
        subscription.pause();
        subscription.pause();
        await("it is paused", () -> subscription.snapshot().paused());
        publish(topic, numbered("m", 20));
        awaitDistinct(other, 21);
        assertThat(paused.distinct())
                .as("the one before, and what it held already")
                .isLessThanOrEqualTo(1 + 2);
        subscription.resume();
        awaitDistinct(paused, 21);
        assertThat(subscription.snapshot().paused()).isFalse();
    }

    @Test
    final void noMoreThanThePrefetchIsHeld() throws Exception {
        Topic<String> topic = Topic.text(fresh("prefetch"));
        AtomicInteger unsettled = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch go = new CountDownLatch(1);
        Seen<String> seen = Seen.of((call, delivery) -> {
            most.accumulateAndGet(unsettled.incrementAndGet(), Math::max);
            go.await();
            unsettled.decrementAndGet();
            return Disposition.ack();
        });
        SubscribeOptions options = options().withPrefetch(4).withConcurrency(4);
        // All forty are there before the first is asked for: who takes too many has them to take.
        known(topic, "group", options);
        publish(topic, numbered("m", 40));
        Subscription subscription = subscribe(topic, "group", seen, options);
        await("as many as it may hold", () -> most.get() >= 4);
        assertThat(subscription.snapshot().held()).isLessThanOrEqualTo(4);
        Seen<String> other = Seen.acking();
        if (subject().requirements().byMessage()) {
            // What the first holds is no more than its prefetch: the rest is this one's.
            subscribe(another(), topic, "group", other, options());
            awaitDistinct(other, 36);
        }
        assertThat(subscription.snapshot().held()).isLessThanOrEqualTo(4);
        assertThat(seen.all()).hasSize(4);
        go.countDown();
        await("all", () -> distinct(seen, other) == 40);
        assertThat(most.get()).isEqualTo(4);
    }

    @Test
    final void oneAtATimeWithAPrefetchOfOne() throws Exception {
        Topic<String> topic = Topic.text(fresh("one"));
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Seen<String> seen = Seen.of((call, delivery) -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            Thread.sleep(1);
            running.decrementAndGet();
            return Disposition.ack();
        });
        subscribe(topic, "group", seen, options().withPrefetch(1));
        publish(topic, numbered("m", 50));
        awaitDistinct(seen, 50);
        assertThat(most.get()).isEqualTo(1);
    }

    @Test
    final void handlersRunAtOnceUpToTheConcurrency() throws Exception {
        Topic<String> topic = Topic.text(fresh("concurrency"));
        CountDownLatch all = new CountDownLatch(8);
        Seen<String> seen = Seen.of((call, delivery) -> {
            all.countDown();
            all.await();
            return Disposition.ack();
        });
        subscribe(topic, "group", seen, options().withPrefetch(8).withConcurrency(8));
        publish(topic, numbered("m", 8));
        awaitDistinct(seen, 8);
        assertThat(all.await(patience().toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS))
                .as("eight at once")
                .isTrue();
    }

    @Test
    final void aDeletedGroupIsForgotten() throws Exception {
        Topic<String> topic = Topic.text(fresh("deleted"));
        known(topic, "group");
        publish(topic, numbered("old", 3));
        broker().deleteGroup(removed(topic.name(), "group"));
        broker().deleteGroup(removed(topic.name(), "never-was"));
        Seen<String> seen = Seen.acking();
        subscribe(topic, "group", seen, oneByOne());
        publish(topic, "new");
        seen.await("the new one", patience(), all -> seen.payloads().contains("new"));
        assertThat(seen.payloads()).containsOnly("new");
    }
}
