package dev.parley.tck.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.messaging.Capability;
import dev.parley.messaging.Delivery;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * As {@link BrokerSuite}, and what a broker promises that outlives the processes that use it: they are killed and frozen, and its files torn.
 * What was confirmed is never lost. The history is written by the children into files, and counted here.
 */
public abstract class DurableBrokerSuite extends BrokerSuite {

    /** So long that a machine which stands still for a moment does not end it. */
    private static final Duration LEASE = Duration.ofSeconds(5);

    /** How long a child may take for anything: a JVM that starts while everybody is busy. */
    private static final Duration CHILD = Duration.ofMinutes(3);

    @TempDir
    Path folder;

    /** How long it takes at most until what a dead or frozen consumer held goes to another. */
    protected Duration takeover() {
        return Duration.ofMinutes(2);
    }

    private Child child(String role, String... arguments) throws Exception {
        if (!subject().shared()) {
            disconnect();
        }
        return closing(Child.start(folder, CHILD, role, arguments));
    }

    private Child consumer(Topic<String> topic, String point, int nth, int prefetch, String answers) throws Exception {
        return child(
                "consume",
                subject().uri(),
                topic.name(),
                "group",
                point,
                Integer.toString(nth),
                Integer.toString(prefetch),
                Long.toString(LEASE.toMillis()),
                answers);
    }

    private Child publisher(Topic<String> topic, String prefix) throws Exception {
        return child("publish", subject().uri(), topic.name(), prefix, "100");
    }

    final void published(History history, Topic<String> topic, String... ids) throws Exception {
        for (String each : ids) {
            history.attempted(each);
        }
        publish(topic, ids);
        for (String each : ids) {
            history.acknowledged(each);
        }
    }

    /** Handles here all that is left, and checks that nothing is missing. */
    final void drain(History history, Topic<String> topic, String run) throws Exception {
        drain(history, topic, run, false);
    }

    /** As {@link #drain(History, Topic, String)}, where consumers said a {@link Mix}: what they rejected is a dead letter. */
    private void drain(History history, Topic<String> topic, String run, boolean mixed) throws Exception {
        subscribe(
                broker(),
                topic,
                "group",
                (call, delivery) -> {
                    history.delivered(delivery.message().id());
                    return Disposition.ack();
                },
                Mix.unlimited(options()));
        Mix.awaitAll(history, broker(), new QueueName(topic.name(), "group"), takeover());
        history.check(run);
        Mix.checkLetters(run, history, mixed);
    }

    @Test
    final void aConsumerKilledBeforeDuringOrAfterItsEffectLosesNothing() throws Exception {
        Topic<String> topic = Topic.text(fresh("killed"));
        History history = new History();
        known(topic, "group");
        published(history, topic, numbered("m", 60));
        for (String point : List.of("before", "during", "after")) {
            Child consumer = consumer(topic, point, 10, 5, "mix");
            String at = consumer.awaitSignal("at " + point);
            consumer.kill();
            history.add(consumer.history());
            assertThat(at).startsWith("m");
        }
        drain(history, topic, "consumer killed before, during and after the effect", true);
    }

    @Test
    final void aPublisherThatIsKilledLosesNothingThatWasConfirmed() throws Exception {
        Topic<String> topic = Topic.text(fresh("publisher"));
        History history = new History();
        known(topic, "group");
        Child publisher = publisher(topic, "p");
        publisher.awaitCount("ok ", 100);
        publisher.kill();
        history.add(publisher.history());
        drain(history, topic, "publisher killed");
    }

    @Test
    @Tag("long")
    final void processesThatAreKilledAgainAndAgainLoseNothing() throws Exception {
        Topic<String> topic = Topic.text(fresh("massacre"));
        History history = new History();
        known(topic, "group");
        for (int round = 1; round <= 5; round++) {
            Child publisher = publisher(topic, "r" + round + "-");
            publisher.awaitCount("ok ", 200);
            if (!subject().shared()) {
                publisher.kill();
            }
            Child consumer = consumer(topic, "never", 0, 50, "mix");
            consumer.awaitCount("done ", 100);
            consumer.kill();
            publisher.kill();
            history.add(publisher.history());
            history.add(consumer.history());
        }
        drain(history, topic, "publishers and consumers killed, five times", true);
    }

    @Test
    final void theAckOfAConsumerThatWasFrozenPastItsLeaseDoesNotCount() throws Exception {
        if (isShared()) {
            needs(Capability.LEASE_EXTEND);
            frozen();
        } else {
            aProcessThatWasFrozenGoesOn();
        }
    }

    /** Where there is no lease, the broker has waits of its own until it gives a consumer up, which may be minutes. */
    @Test
    @Tag("long")
    final void theAckOfAConsumerThatWasFrozenForLongDoesNotCount() throws Exception {
        if (!isShared()) {
            leftOut("needs two processes at once, and what %s: keeps belongs to one".formatted(scheme()));
        }
        frozen();
    }

    /** A server has more than one client: to say that it has not is no way around a test. */
    private boolean isShared() {
        boolean shared = subject().shared();
        assertThat(shared || subject().server().isEmpty())
                .as("a broker with a server is shared")
                .isTrue();
        return shared;
    }

    /** Leaves the test out if there are none. */
    private FilesUnderTest files() {
        Optional<FilesUnderTest> files = subject().files();
        if (files.isEmpty()) {
            assertThat(subject().server())
                    .as("what outlives its process without a server has files: BrokerUnderTest.files() must say which")
                    .isPresent();
            leftOut("needs files of its own, which %s:// keeps in its server".formatted(scheme()));
        }
        return files.orElseThrow();
    }

    private void frozen() throws Exception {
        Topic<String> topic = Topic.text(fresh("frozen"));
        History history = new History();
        known(topic, "group");
        published(history, topic, "m1");
        Child consumer = consumer(topic, "before", 1, 1, "ack");
        consumer.awaitSignal("at before m1");
        consumer.signal("STOP");
        CountDownLatch woken = new CountDownLatch(1);
        Seen<String> next = Seen.of((call, delivery) -> {
            woken.await();
            if (delivery.attempt() < 3) {
                return Disposition.retry("the other's ack must not count");
            }
            history.delivered(delivery.message().id());
            return Disposition.ack();
        });
        subscribe(broker(), topic, "group", next, options().withHandlerTimeout(Duration.ofMinutes(10)));
        next.await("what the frozen one held", takeover(), all -> !all.isEmpty());
        consumer.tell("go");
        consumer.signal("CONT");
        consumer.awaitCount("done m1", 1);
        consumer.stop();
        if (has(Capability.LEASE_EXTEND)) {
            assertThat(consumer.awaitSignal("stale"))
                    .as("of its acknowledgements")
                    .isEqualTo("1");
            assertThat(next.all()).extracting(Delivery::attempt).containsExactly(2);
        }
        woken.countDown();
        next.await("it comes again", takeover(), all -> all.size() >= 2);
        history.add(consumer.history());
        long until = System.nanoTime() + takeover().toNanos();
        while (history.duplicated() < 1 && System.nanoTime() < until) {
            Thread.sleep(5);
        }
        history.check("consumer frozen past its lease");
        assertThat(history.duplicated()).as("handled by both").isEqualTo(1);
    }

    private void aProcessThatWasFrozenGoesOn() throws Exception {
        Topic<String> topic = Topic.text(fresh("frozen"));
        History history = new History();
        known(topic, "group");
        published(history, topic, numbered("m", 20));
        Child consumer = consumer(topic, "before", 5, 4, "ack");
        consumer.awaitSignal("at before");
        consumer.signal("STOP");
        // Past its lease, by the clock: there is nobody else who could tell.
        Thread.sleep(LEASE.plusSeconds(1));
        consumer.tell("go");
        consumer.signal("CONT");
        consumer.awaitCount("done ", 20);
        consumer.stop();
        history.add(consumer.history());
        drain(history, topic, "process frozen past its lease");
    }

    @Test
    final void filesThatWereTornLoseNothingThatWasConfirmed() throws Exception {
        FilesUnderTest files = files();
        Topic<String> topic = Topic.text(fresh("torn"));
        History history = new History();
        known(topic, "group");
        for (int round = 1; round <= 3; round++) {
            Child publisher = publisher(topic, "r" + round + "-");
            publisher.awaitCount("ok ", 50);
            publisher.kill();
            history.add(publisher.history());
            files.tear();
        }
        published(history, topic, "afterwards");
        drain(history, topic, "files torn behind a killed publisher");
    }

    @Test
    final void aFullDiskRefusesPublicationsAndLosesNone() throws Exception {
        files();
        Topic<String> topic = Topic.text(fresh("full"));
        History history = new History();
        known(topic, "group");
        published(history, topic, "before");
        disconnect();
        Child publisher = closing(
                Child.limited(folder, CHILD, 8 * 1024, "publish", subject().uri(), topic.name(), "f", "50000"));
        String error = publisher.awaitSignal("failed");
        assertThat(error).startsWith("call ");
        publisher.kill();
        history.add(publisher.history());
        assertThat(publisher.count("ok ")).as("that fitted").isPositive();
        published(history, topic, "afterwards");
        drain(history, topic, "disk full");
    }
}
