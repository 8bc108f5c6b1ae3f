package dev.parley.messaging.spi;

import dev.parley.messaging.DeadLetter;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.QueueStats;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A backend that hands every call on to another as it is, for those that change a few of them: payloads that are encrypted on their way, a
 * fault that a test wants. Every method of {@link BrokerBackend} is handed on, also those that have a default. As thread-safe as the other.
 */
public abstract class ForwardingBackend implements BrokerBackend {

    private final BrokerBackend next;

    /**
     * A backend in front of another.
     *
     * @param next is closed with this
     */
    protected ForwardingBackend(BrokerBackend next) {
        this.next = next;
    }

    /** The backend behind this one. */
    protected final BrokerBackend next() {
        return next;
    }

    @Override
    public BackendProfile profile() {
        return next.profile();
    }

    @Override
    public void check(QueueName queue) {
        next.check(queue);
    }

    @Override
    public Map<String, String> telemetry(String topic, Optional<ConsumerSpec> from) {
        return next.telemetry(topic, from);
    }

    @Override
    public void publish(List<Outgoing> messages) throws Exception {
        next.publish(messages);
    }

    @Override
    public void send(Outgoing message) throws Exception {
        next.send(message);
    }

    @Override
    public BackendConsumer consume(ConsumerSpec spec) throws Exception {
        return next.consume(spec);
    }

    @Override
    public List<QueueStats> queues() throws Exception {
        return next.queues();
    }

    @Override
    public Optional<QueueStats> queue(QueueName queue) throws Exception {
        return next.queue(queue);
    }

    @Override
    public void visitDeadLetters(QueueName queue, int max, Function<DeadLetter, LetterAction> visitor)
            throws Exception {
        next.visitDeadLetters(queue, max, visitor);
    }

    @Override
    public void deleteGroup(QueueName queue) throws Exception {
        next.deleteGroup(queue);
    }

    @Override
    public void ping() throws Exception {
        next.ping();
    }

    @Override
    public void close() {
        next.close();
    }

    /** As the backend behind this one names itself. */
    @Override
    public String toString() {
        return next.toString();
    }
}
