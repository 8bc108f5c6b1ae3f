package dev.parley.broker;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.BrokerUri;
import dev.parley.messaging.DeadLetter;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.QueueStats;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.BackendProfile;
import dev.parley.messaging.spi.Backends;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.BrokerProvider;
import dev.parley.messaging.spi.ConsumerSpec;
import dev.parley.messaging.spi.LetterAction;
import dev.parley.messaging.spi.Outgoing;
import dev.parley.messaging.spi.Received;
import dev.parley.messaging.spi.Settlement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;

/** {@code failing:}, the broker in memory whose consumers fail once they are asked for messages, and which notes how they are closed. */
public final class FailingStore implements BrokerProvider {

    /** For each consumer that was closed, whether that was on a thread that was interrupted. */
    static final BlockingQueue<Boolean> CLOSED_INTERRUPTED = new LinkedBlockingQueue<>();

    /** For {@link java.util.ServiceLoader}. */
    public FailingStore() {}

    @Override
    public Set<String> schemes() {
        return Set.of("failing");
    }

    @Override
    public BrokerBackend open(BrokerUri uri, BrokerOptions options) {
        return new Backend(Backends.open("memory:", options));
    }

    private record Consumer(BackendConsumer sound) implements BackendConsumer {
        @Override
        public List<Received> receive(int max, Duration wait) {
            throw new CallException(Code.UNAVAILABLE, "the store has failed, as it was told");
        }

        @Override
        public List<Received> settle(List<Settlement> settlements) throws Exception {
            return sound.settle(settlements);
        }

        @Override
        public void extend(List<Received> messages) throws Exception {
            sound.extend(messages);
        }

        @Override
        public void close() {
            CLOSED_INTERRUPTED.add(Thread.currentThread().isInterrupted());
            sound.close();
        }
    }

    private record Backend(BrokerBackend sound) implements BrokerBackend {
        @Override
        public BackendProfile profile() {
            return sound.profile();
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
            return new Consumer(sound.consume(spec));
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
    }
}
