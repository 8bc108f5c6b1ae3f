package dev.parley.tck.messaging;

import dev.parley.messaging.DeadLetter;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.QueueStats;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.BackendProfile;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.ConsumerSpec;
import dev.parley.messaging.spi.LetterAction;
import dev.parley.messaging.spi.Outgoing;
import java.util.List;
import java.util.function.Function;

/** A backend as sound as the one behind it, but for what a subclass breaks. */
class ForwardingBackend implements BrokerBackend {

    final BrokerBackend sound;

    ForwardingBackend(BrokerBackend sound) {
        this.sound = sound;
    }

    @Override
    public BackendProfile profile() {
        return sound.profile();
    }

    @Override
    public void check(QueueName queue) {
        sound.check(queue);
    }

    @Override
    public void publish(List<Outgoing> messages) throws Exception {
        sound.publish(messages);
    }

    @Override
    public void send(Outgoing message) throws Exception {
        sound.send(message);
    }

    @Override
    public BackendConsumer consume(ConsumerSpec spec) throws Exception {
        return sound.consume(spec);
    }

    @Override
    public List<QueueStats> queues() throws Exception {
        return sound.queues();
    }

    @Override
    public void visitDeadLetters(QueueName queue, int max, Function<DeadLetter, LetterAction> visitor)
            throws Exception {
        sound.visitDeadLetters(queue, max, visitor);
    }

    @Override
    public void deleteGroup(QueueName queue) throws Exception {
        sound.deleteGroup(queue);
    }

    @Override
    public void ping() throws Exception {
        sound.ping();
    }

    @Override
    public void close() {
        sound.close();
    }

    @Override
    public String toString() {
        return "broken " + sound;
    }
}
