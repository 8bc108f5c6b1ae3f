package dev.parley.tck.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.messaging.Delivery;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.Message;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Publishers that go on until they are stopped, each message again under its id until it is confirmed, while something else makes faults.
 * Who consumes notes it in the same history. Each publisher has keys of its own, whose messages have ascending numbers.
 */
final class Traffic implements AutoCloseable {

    private static final int PUBLISHERS = 3;
    /** So many that nobody has handled yet, and the publishers wait: a slow machine is to have no backlog in the end. */
    private static final int BACKLOG = 300;

    /** Keys of each publisher: so few where their order counts that what a consumer takes at once has several messages of one. */
    private static final int KEYS_EACH = 7;

    private static final int KEYS_EACH_IN_ORDER = 2;

    final Topic<String> topic;
    final History history = new History();
    private final MessageBroker broker;
    private final Duration patience;
    private final boolean mixed;
    private final Mix mix = new Mix();
    private final Seen<String> seen = Seen.acking();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicInteger numbers = new AtomicInteger();
    private final ConcurrentLinkedQueue<String> unconfirmed = new ConcurrentLinkedQueue<>();
    private final List<Thread> publishers = new ArrayList<>();

    private Traffic(MessageBroker broker, Topic<String> topic, Duration patience, boolean mixed) {
        this.broker = broker;
        this.topic = topic;
        this.patience = patience;
        this.mixed = mixed;
        for (int n = 0; n < PUBLISHERS; n++) {
            String keys = "k" + n + '-';
            publishers.add(Thread.ofVirtual().name("tck-publisher-" + n).start(() -> publishAll(keys)));
        }
    }

    /** Whose messages are acknowledged, retried, released and rejected, see {@link Mix}. */
    static Traffic mixed(MessageBroker broker, Topic<String> topic, Duration patience) {
        return new Traffic(broker, topic, patience, true);
    }

    /** Whose messages are acknowledged: what comes again would come behind what follows it. */
    static Traffic inOrder(MessageBroker broker, Topic<String> topic, Duration patience) {
        return new Traffic(broker, topic, patience, false);
    }

    private void publishAll(String keys) {
        for (int n = 0; !stopped.get(); n++) {
            // Counted for all: of those of one publisher, and so of one key, the numbers ascend.
            String id = "t" + numbers.incrementAndGet();
            Message<String> message = Message.of("traffic", id).withId(id).withKey(keys + n % keysEach());
            history.attempted(id);
            try {
                while (backlog() > BACKLOG && !stopped.get()) {
                    Thread.sleep(5);
                }
                publish(message);
            } catch (InterruptedException e) {
                unconfirmed.add(id);
                return;
            }
        }
    }

    private int keysEach() {
        return mixed ? KEYS_EACH : KEYS_EACH_IN_ORDER;
    }

    /** How many are confirmed that nobody has handled yet. */
    private int backlog() {
        return history.acknowledged() - history.delivered() - mix.rejected();
    }

    private void publish(Message<String> message) throws InterruptedException {
        long until = System.nanoTime() + patience.toNanos();
        while (true) {
            try {
                broker.publish(topic, message);
                history.acknowledged(message.id());
                // Not as fast as it can: what is tested is faults, and the disk is everybody's.
                Thread.sleep(2);
                return;
            } catch (CallException e) {
                if (System.nanoTime() > until) {
                    unconfirmed.add(message.id() + ": " + e);
                    return;
                }
                Thread.sleep(20);
            }
        }
    }

    /** Notes what came, and what of it is handled. */
    Disposition handle(Call call, Delivery<String> delivery) {
        seen.add(delivery);
        Disposition answer = mixed ? mix.answer(delivery) : Disposition.ack();
        if (answer instanceof Disposition.Ack) {
            history.delivered(delivery.message().id());
        }
        return answer;
    }

    /** Waits until this many more are confirmed. */
    void awaitAcknowledged(int more) throws InterruptedException {
        int wanted = history.acknowledged() + more;
        awaitNumber(wanted + " confirmed", () -> history.acknowledged() >= wanted);
    }

    /** Waits until this many more are confirmed, or so many not handled that publishers may have to wait. */
    void awaitAcknowledgedOrWaiting(int number) throws InterruptedException {
        int wanted = history.acknowledged() + number;
        awaitNumber(
                wanted + " confirmed, or " + number + " not handled",
                () -> history.acknowledged() >= wanted || backlog() >= number);
    }

    /** Waits until this many more are handled. */
    void awaitDelivered(int more) throws InterruptedException {
        int wanted = history.delivered() + more;
        awaitNumber(wanted + " handled", () -> history.delivered() >= wanted);
    }

    private void awaitNumber(String what, java.util.function.BooleanSupplier condition) throws InterruptedException {
        long until = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime())
                    .as("not within %s: %s; %s; unconfirmed %s", patience, what, history, unconfirmed)
                    .isLessThan(until);
            Thread.sleep(5);
        }
    }

    /**
     * Stops the publishers, waits until all that was confirmed is handled, or among the dead letters of the queue if it was to be, and
     * checks the history.
     */
    void finish(QueueName queue, String run) throws InterruptedException {
        stopped.set(true);
        for (Thread each : publishers) {
            assertThat(each.join(patience.plusSeconds(30)))
                    .as("publisher has ended")
                    .isTrue();
        }
        Mix.awaitAll(history, broker, queue, patience);
        System.out.println(run + ": " + mix);
        history.check(run);
        Mix.checkLetters(run, history, mixed);
        if (mixed) {
            assertThat(mix.complete()).as("%s: shows nothing but %s", run, mix).isTrue();
        }
        assertThat(unconfirmed).as("never confirmed, though all is well again").isEmpty();
    }

    /** Messages of one key came in the order of their publication, but for what came again. */
    void checkOrder(String run) {
        Map<String, List<String>> firsts = OrderPart.firstsByKey(seen);
        assertThat(firsts).as("%s: keys", run).hasSize(PUBLISHERS * KEYS_EACH_IN_ORDER);
        assertThat(firsts)
                .allSatisfy((key, texts) -> assertThat(texts)
                        .as("%s: first deliveries of %s", run, key)
                        .isSortedAccordingTo(Comparator.comparingInt(text -> Integer.parseInt(text.substring(1)))));
    }

    @Override
    public void close() throws InterruptedException {
        stopped.set(true);
        for (Thread each : publishers) {
            each.interrupt();
            each.join(Duration.ofSeconds(10));
        }
    }
}
