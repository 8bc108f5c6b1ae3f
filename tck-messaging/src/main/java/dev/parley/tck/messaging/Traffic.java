package dev.parley.tck.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallException;
import dev.parley.messaging.Delivery;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.Message;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Publishers that go on until they are stopped, each message again under its id until it is confirmed, while something else makes faults.
 * Who consumes notes it in the same history.
 */
final class Traffic implements AutoCloseable {

    private static final int PUBLISHERS = 3;
    /** So many that nobody has handled yet, and the publishers wait: a slow machine is to have no backlog in the end. */
    private static final int BACKLOG = 300;

    final Topic<String> topic;
    final History history = new History();
    private final Duration patience;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicInteger numbers = new AtomicInteger();
    private final ConcurrentLinkedQueue<String> unconfirmed = new ConcurrentLinkedQueue<>();
    private final List<Thread> publishers = new ArrayList<>();

    Traffic(MessageBroker broker, Topic<String> topic, Duration patience) {
        this.topic = topic;
        this.patience = patience;
        for (int n = 0; n < PUBLISHERS; n++) {
            publishers.add(Thread.ofVirtual().name("tck-publisher-" + n).start(() -> publish(broker)));
        }
    }

    private void publish(MessageBroker broker) {
        while (!stopped.get()) {
            String id = "t" + numbers.incrementAndGet();
            Message<String> message = Message.of("traffic", id).withId(id).withKey("k" + id.hashCode() % 20);
            history.attempted(id);
            try {
                while (history.acknowledged() - history.delivered() > BACKLOG && !stopped.get()) {
                    Thread.sleep(5);
                }
                publish(broker, message);
            } catch (InterruptedException e) {
                unconfirmed.add(id);
                return;
            }
        }
    }

    private void publish(MessageBroker broker, Message<String> message) throws InterruptedException {
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

    /** Notes what is handled, and acknowledges. */
    Disposition handle(dev.parley.Call call, Delivery<String> delivery) {
        history.delivered(delivery.message().id());
        return Disposition.ack();
    }

    /** Waits until this many more are confirmed. */
    void awaitAcknowledged(int more) throws InterruptedException {
        int wanted = history.acknowledged() + more;
        awaitNumber(wanted + " confirmed", () -> history.acknowledged() >= wanted);
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

    /** Stops the publishers, waits until all that was confirmed is handled, and checks the history. */
    void finish(String run) throws InterruptedException {
        stopped.set(true);
        for (Thread each : publishers) {
            assertThat(each.join(patience.plusSeconds(30)))
                    .as("publisher has ended")
                    .isTrue();
        }
        long until = System.nanoTime() + patience.toNanos();
        while (!history.lost().isEmpty() && System.nanoTime() < until) {
            Thread.sleep(5);
        }
        history.check(run);
        assertThat(unconfirmed).as("never confirmed, though all is well again").isEmpty();
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
