package dev.parley.tck.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.RetryAdvice;
import dev.parley.messaging.DeadLetter;
import dev.parley.messaging.Delivery;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.ErrorDispositions;
import dev.parley.messaging.Message;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.Redelivery;
import dev.parley.messaging.SubscribeOptions;
import dev.parley.messaging.Subscription;
import dev.parley.messaging.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What becomes of a message after each disposition, and after each error. */
abstract class DispositionPart extends OrderPart {

    @Test
    final void aRetriedMessageComesAgainAsItWas() throws Exception {
        Topic<String> topic = Topic.text(fresh("retry"));
        Seen<String> seen = Seen.of((call, delivery) ->
                delivery.attempt() < 3 ? Disposition.retry("attempt " + delivery.attempt()) : Disposition.ack());
        Subscription subscription = subscribe(topic, "group", seen);
        Message<String> message = Message.of(topic.name(), "gr\u00f6\u00dfer")
                .withKey("key")
                .withCorrelationId("c-1")
                .withHeader("h", "v");
        Instant before = Instant.now();
        broker().publish(topic, message);
        List<Delivery<String>> all = seen.await("three deliveries", patience(), each -> each.size() >= 3);
        assertThat(all).extracting(Delivery::attempt).containsExactly(1, 2, 3);
        assertThat(all).extracting(each -> each.message().id()).containsOnly(message.id());
        assertThat(all)
                .extracting(Delivery::message)
                .containsOnly(all.getFirst().message());
        assertThat(all.get(0).firstFailure()).isEmpty();
        assertThat(all.get(1).firstFailure())
                .hasValueSatisfying(when -> assertThat(when)
                        .isBetween(before.minusSeconds(5), Instant.now().plusSeconds(5)));
        assertThat(all.get(2).firstFailure())
                .as("the first failure")
                .isEqualTo(all.get(1).firstFailure());
        await("it is acknowledged", () -> subscription.snapshot().acked() == 1);
        assertThat(subscription.snapshot().retried()).isEqualTo(2);
        assertThat(letters(removed(topic.name(), "group"))).isEmpty();
    }

    @Test
    final void whatFailsTooOftenIsADeadLetter() throws Exception {
        Topic<String> topic = Topic.text(fresh("exhausted"));
        Seen<String> seen = Seen.of((call, delivery) -> Disposition.retry("always"));
        SubscribeOptions three = options().withRedelivery(options().redelivery().withMaxAttempts(3));
        subscribe(topic, "group", seen, three);
        publish(topic, "one");
        DeadLetter letter = awaitLetters(removed(topic.name(), "group"), 1).getFirst();
        assertThat(seen.all()).extracting(Delivery::attempt).containsExactly(1, 2, 3);
        assertThat(letter.attempts()).isEqualTo(3);
        assertThat(letter.failure().cause()).contains("always");
        assertThat(letter.failure().first()).isBeforeOrEqualTo(letter.failure().last());
    }

    @Test
    final void aRejectedMessageIsADeadLetterAtOnce() throws Exception {
        Topic<String> topic = Topic.text(fresh("reject"));
        Seen<String> seen = Seen.of((call, delivery) -> Disposition.reject("no such customer"));
        subscribe(topic, "group", seen);
        publish(topic, "one");
        DeadLetter letter = awaitLetters(removed(topic.name(), "group"), 1).getFirst();
        assertThat(letter.failure().cause()).contains("no such customer");
        assertThat(letter.attempts()).isEqualTo(1);
        assertThat(seen.all()).hasSize(1);
    }

    @Test
    final void aReleasedMessageComesAgainUncounted() throws Exception {
        Topic<String> topic = Topic.text(fresh("release"));
        AtomicInteger calls = new AtomicInteger();
        Seen<String> seen =
                Seen.of((call, delivery) -> calls.incrementAndGet() <= 7 ? Disposition.release() : Disposition.ack());
        SubscribeOptions three = options().withRedelivery(options().redelivery().withMaxAttempts(3));
        Subscription subscription = subscribe(topic, "group", seen, three);
        publish(topic, "one");
        seen.await("eight deliveries", patience(), all -> all.size() >= 8);
        await("it is acknowledged", () -> subscription.snapshot().acked() == 1);
        assertThat(seen.all()).extracting(Delivery::attempt).containsOnly(1);
        assertThat(seen.all()).allMatch(each -> each.firstFailure().isEmpty());
        assertThat(letters(removed(topic.name(), "group"))).isEmpty();
    }

    @Test
    final void errorsBecomeDispositionsByTheTable() throws Exception {
        Topic<String> topic = Topic.text(fresh("errors"));
        QueueName queue = removed(topic.name(), "group");
        Seen<String> seen = Seen.of((call, delivery) -> {
            if (delivery.attempt() > 1) {
                return Disposition.ack();
            }
            throw new CallException(Code.valueOf(delivery.payload()), "because of " + delivery.payload());
        });
        Subscription subscription = subscribe(topic, "group", seen);
        Set<Code> rejected = EnumSet.noneOf(Code.class);
        Set<Code> retried = EnumSet.noneOf(Code.class);
        List<String> codes = new ArrayList<>();
        for (Code code : Code.values()) {
            if (!code.name().equals("OK")) {
                codes.add(code.name());
                boolean reject = ErrorDispositions.of(new CallException(code, ""), false) instanceof Disposition.Reject;
                (reject ? rejected : retried).add(code);
            }
        }
        publish(topic, codes.toArray(String[]::new));
        await("those to be tried again", () -> subscription.snapshot().acked() >= retried.size());
        List<DeadLetter> letters = awaitLetters(queue, rejected.size());
        assertThat(letters)
                .extracting(each -> each.failure().code().name())
                .containsExactlyInAnyOrderElementsOf(
                        rejected.stream().map(Code::name).toList());
        assertThat(letters)
                .allSatisfy(each -> assertThat(each.failure().cause())
                        .contains("because of " + each.failure().code()));
        assertThat(rejected).hasSize(9);
        for (Code code : Set.copyOf(retried)) {
            assertThat(seen.of(code.name()))
                    .as("deliveries after %s", code)
                    .extracting(Delivery::attempt)
                    .containsExactly(1, 2);
        }
    }

    @Test
    final void anExceptionOfAnyKindIsTriedAgain() throws Exception {
        Topic<String> topic = Topic.text(fresh("exception"));
        Seen<String> seen = Seen.of((call, delivery) -> {
            if (delivery.attempt() == 1) {
                throw new IllegalStateException("a bug");
            }
            return Disposition.ack();
        });
        Subscription subscription = subscribe(topic, "group", seen);
        publish(topic, "one");
        await("it is acknowledged", () -> subscription.snapshot().acked() == 1);
        assertThat(seen.all()).extracting(Delivery::attempt).containsExactly(1, 2);
    }

    @Test
    final void aHandlerThatTakesTooLongIsInterruptedAndItsMessageTriedAgain() throws Exception {
        Topic<String> topic = Topic.text(fresh("timeout"));
        CountDownLatch interrupted = new CountDownLatch(1);
        Seen<String> seen = Seen.of((call, delivery) -> {
            if (delivery.attempt() == 1) {
                try {
                    new CountDownLatch(1).await();
                } finally {
                    interrupted.countDown();
                }
            }
            return Disposition.ack();
        });
        // On a machine that stands still now and then, the next ones may be too late as well.
        SubscribeOptions hasty = options()
                .withHandlerTimeout(Duration.ofSeconds(1))
                .withRedelivery(options().redelivery().withMaxAttempts(50));
        Subscription subscription = subscribe(topic, "group", seen, hasty);
        publish(topic, "one");
        await("it is acknowledged", () -> subscription.snapshot().acked() == 1);
        assertThat(interrupted.getCount()).isZero();
        assertThat(seen.all()).hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    final void aRetryIsNeverEarly() throws Exception {
        Topic<String> topic = Topic.text(fresh("delay"));
        Map<String, Duration> delays = Map.of(
                "short", Duration.ofMillis(150), "long", Duration.ofMillis(900), "advised", Duration.ofMillis(500));
        Map<String, Long> failed = new ConcurrentHashMap<>();
        Map<String, Long> waited = new ConcurrentHashMap<>();
        Seen<String> seen = Seen.of((call, delivery) -> {
            String id = delivery.message().id();
            if (delivery.attempt() > 1) {
                waited.putIfAbsent(id, System.nanoTime() - failed.getOrDefault(id, 0L));
                return Disposition.ack();
            }
            failed.put(id, System.nanoTime());
            Duration delay = delays.getOrDefault(id, Duration.ofMinutes(10));
            if (id.equals("advised")) {
                throw new CallException(Code.RESOURCE_EXHAUSTED, "later").withRetryAdvice(RetryAdvice.after(delay));
            }
            return Disposition.retryAfter(delay, "later");
        });
        subscribe(topic, "group", seen, oneByOne());
        publish(topic, "much later", "long", "short", "advised");
        await("all came again", () -> waited.size() >= 3);
        assertThat(seen.of("much later"))
                .as("in front of all, to be tried in minutes")
                .hasSize(1);
        delays.forEach((id, delay) -> assertThat(Duration.ofNanos(waited.getOrDefault(id, 0L)))
                .as("wait of %s, of %s", id, delay)
                // Brokers count in whole milliseconds.
                .isGreaterThanOrEqualTo(delay.minusMillis(2)));
    }

    @Test
    final void aRetryWaitsForTheBackoff() throws Exception {
        Topic<String> topic = Topic.text(fresh("backoff"));
        AtomicLong failed = new AtomicLong();
        AtomicLong waited = new AtomicLong();
        Seen<String> seen = Seen.of((call, delivery) -> {
            if (delivery.attempt() == 1) {
                failed.set(System.nanoTime());
                return Disposition.retry("later");
            }
            waited.compareAndSet(0, System.nanoTime() - failed.get());
            return Disposition.ack();
        });
        Redelivery slow = Redelivery.defaults()
                .withBackoff(Duration.ofMillis(400), 1, Duration.ofMillis(400))
                .withJitter(0);
        subscribe(topic, "group", seen, options().withRedelivery(slow));
        Seen<String> hourly = Seen.of((call, delivery) ->
                delivery.payload().equals("one") ? Disposition.retry("in an hour") : Disposition.ack());
        Duration hour = Duration.ofHours(1);
        Subscription patient =
                subscribe(topic, "hourly", hourly, oneByOne().withRedelivery(slow.withBackoff(hour, 1, hour)));
        publish(topic, "one");
        await("it came again", () -> waited.get() != 0);
        assertThat(Duration.ofNanos(waited.get())).isGreaterThanOrEqualTo(Duration.ofMillis(398));
        await("it waits in the other group", () -> patient.snapshot().retried() >= 1);
        publish(topic, "two");
        hourly.await("what came behind it", patience(), all -> hourly.payloads().contains("two"));
        assertThat(hourly.payloads()).containsExactly("one", "two");
    }

    @Test
    final void aMessageThatWaitsForItsRetryHoldsUpNoOther() throws Exception {
        Topic<String> topic = Topic.text(fresh("head"));
        Seen<String> seen = Seen.of((call, delivery) -> switch (delivery.payload()) {
            case "poison" -> Disposition.retryAfter(Duration.ofMinutes(5), "much later");
            case "slow" ->
                delivery.attempt() == 1 ? Disposition.retryAfter(Duration.ofMillis(300), "soon") : Disposition.ack();
            default -> Disposition.ack();
        });
        subscribe(topic, "group", seen, options().withPrefetch(1));
        publish(topic, "poison");
        seen.await("the poison", patience(), all -> !all.isEmpty());
        publish(topic, "slow", "m1", "m2", "m3");
        awaitDistinct(seen, 5);
        seen.await("the slow one again", patience(), all -> seen.of("slow").size() >= 2);
        assertThat(seen.of("poison")).hasSize(1);
    }

    @Test
    final void immediateRetriesAreNotCounted() throws Exception {
        Topic<String> topic = Topic.text(fresh("immediate"));
        AtomicInteger calls = new AtomicInteger();
        Seen<String> seen = Seen.of((call, delivery) -> {
            if (calls.incrementAndGet() <= 3) {
                throw new CallException(Code.UNAVAILABLE, "a moment");
            }
            return Disposition.ack();
        });
        Subscription subscription = subscribe(
                topic,
                "group",
                seen,
                options().withRedelivery(options().redelivery().withImmediate(2)));
        publish(topic, "one");
        await("it is acknowledged", () -> subscription.snapshot().acked() == 1);
        // Three calls of the first delivery, one of the second.
        assertThat(seen.all()).extracting(Delivery::attempt).containsExactly(1, 1, 1, 2);
        assertThat(subscription.snapshot().immediateRetries()).isEqualTo(2);
        assertThat(subscription.snapshot().retried()).isEqualTo(1);
    }
}
