package dev.parley.events;

import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.DeadLetter;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.QueueStats;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.BackendProfile;
import dev.parley.messaging.spi.Backends;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.ConsumerSpec;
import dev.parley.messaging.spi.LetterAction;
import dev.parley.messaging.spi.Outgoing;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/** The broker in memory with failures that a test decides on, before or after a publication was stored. */
final class TroubledBackend implements BrokerBackend {

    /** Asked before and after each publication; throws what it fails with. */
    @FunctionalInterface
    interface Trouble {
        void check(List<Outgoing> messages, boolean stored) throws Exception;
    }

    static final BrokerOptions IMPATIENT =
            BrokerOptions.defaults().withPublishTimeout(Duration.ofMillis(200)).withSource("test");

    private final BrokerBackend memory = Backends.open("memory:", IMPATIENT);
    private volatile Trouble trouble = (messages, stored) -> {};

    MessageBroker broker() {
        return MessageBroker.of(this, IMPATIENT);
    }

    void trouble(Trouble next) {
        trouble = next;
    }

    @Override
    public BackendProfile profile() {
        return memory.profile();
    }

    @Override
    public void publish(List<Outgoing> messages) throws Exception {
        Trouble now = trouble;
        now.check(messages, false);
        memory.publish(messages);
        now.check(messages, true);
    }

    @Override
    public void send(Outgoing message) throws Exception {
        memory.send(message);
    }

    @Override
    public BackendConsumer consume(ConsumerSpec spec) throws Exception {
        return memory.consume(spec);
    }

    @Override
    public List<QueueStats> queues() throws Exception {
        return memory.queues();
    }

    @Override
    public void visitDeadLetters(QueueName queue, int max, Function<DeadLetter, LetterAction> visitor)
            throws Exception {
        memory.visitDeadLetters(queue, max, visitor);
    }

    @Override
    public void deleteGroup(QueueName queue) throws Exception {
        memory.deleteGroup(queue);
    }

    @Override
    public void ping() throws Exception {
        trouble.check(List.of(), false);
        memory.ping();
    }

    @Override
    public void close() {
        memory.close();
    }

    @Override
    public String toString() {
        return "troubled memory:";
    }
}
