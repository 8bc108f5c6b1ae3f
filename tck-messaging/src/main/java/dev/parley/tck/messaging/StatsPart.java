package dev.parley.tck.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.messaging.Capability;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.QueueStats;
import dev.parley.messaging.SubscribeOptions;
import dev.parley.messaging.Subscription;
import dev.parley.messaging.Topic;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** What the broker tells of its queues. */
abstract class StatsPart extends LoadPart {

    private Optional<QueueStats> stats(QueueName queue) throws Exception {
        return broker().queues().stream()
                .filter(each -> each.queue().equals(queue))
                .findFirst();
    }

    private void awaitStats(QueueName queue, String what, Predicate<QueueStats> wanted) throws Exception {
        long until = System.nanoTime() + patience().toNanos();
        Optional<QueueStats> last = stats(queue);
        while (last.filter(wanted).isEmpty()) {
            assertThat(System.nanoTime())
                    .as("statistics of %s do not become %s, but are %s", queue, what, last)
                    .isLessThan(until);
            Thread.sleep(20);
            last = stats(queue);
        }
    }

    /** It is told, since all consumers are this test's. */
    private static boolean isInFlight(QueueStats stats, long count) {
        return stats.inFlight().isPresent() && stats.inFlight().getAsLong() == count;
    }

    /** Its handlers wait for the figures, which may take a busy broker a while. */
    private SubscribeOptions patient() {
        return options().withHandlerTimeout(Duration.ofMinutes(10));
    }

    @Test
    final void theStatisticsFollowWhatHappens() throws Exception {
        Topic<String> topic = Topic.text(fresh("stats"));
        QueueName queue = removed(topic.name(), "group");
        known(topic, "group");
        publish(topic, "reject1", "reject2", "m1", "m2", "m3", "m4");
        awaitStats(queue, "six that wait", each -> each.depth() == 6 && isInFlight(each, 0));
        CountDownLatch go = new CountDownLatch(1);
        Seen<String> seen = Seen.of((call, delivery) -> {
            go.await();
            return delivery.payload().startsWith("reject") ? Disposition.reject("no") : Disposition.ack();
        });
        Subscription subscription =
                subscribe(topic, "group", seen, patient().withPrefetch(2).withConcurrency(2));
        seen.await("two", patience(), all -> all.size() >= 2);
        if (subject().requirements().byMessage()) {
            awaitStats(queue, "two in flight, four that wait", each -> isInFlight(each, 2) && each.depth() == 4);
        }
        awaitStats(
                queue,
                "an age and a consumer, if it can tell",
                each -> each.consumers().orElse(1) == 1
                        && each.oldestAge().map(age -> !age.isNegative()).orElse(true)
                        && each.deadLetters().orElse(0) == 0);
        go.countDown();
        await("four are acknowledged", () -> subscription.snapshot().acked() == 4);
        awaitStats(
                queue,
                "empty but for two dead letters",
                each -> each.depth() == 0
                        && isInFlight(each, 0)
                        && each.deadLetters().orElse(2) == 2);
        assertThat(broker().deadLetters(queue).discard(each -> true)).isEqualTo(2);
        awaitStats(queue, "no dead letters", each -> each.deadLetters().orElse(0) == 0);
        await("it holds nothing", () -> subscription.snapshot().held() == 0);
        assertThat(subscription.snapshot().received()).isEqualTo(6);
        assertThat(subscription.snapshot().deadLettered()).isEqualTo(2);
        subscription.close();
        broker().deleteGroup(queue);
        await("it is gone", () -> stats(queue).isEmpty());
    }

    @Test
    final void agesAndRedeliveriesAreToldAndAllOfItAsMetrics() throws Exception {
        Topic<String> topic = Topic.text(fresh("figures"));
        QueueName queue = removed(topic.name(), "group");
        CountDownLatch go = new CountDownLatch(1);
        Seen<String> seen = Seen.of((call, delivery) -> {
            if (delivery.payload().equals("reject")) {
                return Disposition.reject("no");
            }
            if (delivery.payload().equals("again") && delivery.attempt() == 1) {
                return Disposition.retry("not yet");
            }
            go.await();
            return Disposition.ack();
        });
        Subscription subscription =
                subscribe(topic, "group", seen, patient().withPrefetch(2).withConcurrency(2));
        closing(go::countDown); // ahead of the subscription, whose handlers wait
        publish(topic, "reject", "again");
        seen.await("what is tried again", patience(), all -> seen.of("again").size() == 2);
        publish(topic, "m1", "m2", "m3");
        seen.await("one beside it", patience(), all -> all.size() >= 4);
        Predicate<QueueStats> still = each -> each.depth() + each.inFlight().orElse(0) == 4
                && isInFlight(each, 2)
                && each.redelivered().equals(OptionalLong.of(1))
                && each.deadLetters().equals(OptionalLong.of(1))
                && each.oldestAge().orElse(Duration.ZERO).isPositive();
        awaitStats(queue, "one redelivered, one dead letter, two in flight, two that wait, and an age", still);
        QueueStats before = stats(queue).orElseThrow();
        Duration age = before.oldestAge().orElseThrow();
        awaitStats(
                queue, "older", each -> each.oldestAge().orElse(Duration.ZERO).compareTo(age) > 0);

        Gauges gauges = closing(new Gauges(broker()));
        await(
                "the gauges tell of it",
                () -> gauges.of("depth", queue).isPresent()
                        && gauges.of("oldest_age", queue).orElse(0) >= seconds(age));
        assertThat(gauges.of("depth", queue)).hasValue(2);
        assertThat(gauges.of("lag", queue)).hasValue(4);
        assertThat(gauges.of("in_flight", queue)).hasValue(2);
        assertThat(gauges.of("redelivered", queue)).hasValue(1);
        assertThat(gauges.of("dead_letters", queue)).hasValue(1);
        double told = gauges.of("oldest_age", queue).orElseThrow();
        awaitStats(
                queue,
                "an age above that of the gauge",
                each -> seconds(each.oldestAge().orElse(Duration.ZERO)) >= told);

        go.countDown();
        await("all are acknowledged", () -> subscription.snapshot().acked() == 4);
        awaitStats(
                queue,
                "empty, without an age, and what was counted still counted",
                each -> each.depth() == 0
                        && isInFlight(each, 0)
                        && each.oldestAge().isEmpty()
                        && each.redelivered().equals(OptionalLong.of(1)));
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    @Test
    final void whatWaitsForItsTimeIsNotForgotten() throws Exception {
        needs(Capability.EXACT_DEPTH);
        Topic<String> topic = Topic.text(fresh("waiting"));
        QueueName queue = removed(topic.name(), "group");
        Subscription subscription = subscribe(
                topic, "group", Seen.of((call, delivery) -> Disposition.retryAfter(Duration.ofMinutes(10), "later")));
        publish(topic, "one", "two");
        await("both are to be tried again", () -> subscription.snapshot().retried() == 2);
        awaitStats(
                queue,
                "two that wait for their time",
                each -> each.depth() == 2
                        && isInFlight(each, 0)
                        && each.delayed().orElse(2) == 2);
    }
}
