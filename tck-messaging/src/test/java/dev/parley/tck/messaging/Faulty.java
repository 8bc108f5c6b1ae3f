package dev.parley.tck.messaging;

import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.DeadLetter;
import dev.parley.messaging.Message;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.QueueStats;
import dev.parley.messaging.StartFrom;
import dev.parley.messaging.SubscribeOptions;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.BackendProfile;
import dev.parley.messaging.spi.Backends;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.ConsumerSpec;
import dev.parley.messaging.spi.ForwardingBackend;
import dev.parley.messaging.spi.LetterAction;
import dev.parley.messaging.spi.Outgoing;
import dev.parley.messaging.spi.Received;
import dev.parley.messaging.spi.Settlement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** A suite over a faulty memory. */
abstract class Faulty extends BrokerSuite {
    private static final AtomicInteger NAMES = new AtomicInteger();

    private final String uri = "memory:broken-" + NAMES.incrementAndGet();

    @Override
    protected BrokerUnderTest subject() {
        return () -> uri;
    }

    @Override
    protected BrokerBackend openBackend(BrokerOptions options) {
        return new ForwardingBackend(Backends.open(uri, options)) {
            @Override
            public BackendProfile profile() {
                return broken(super.profile());
            }

            @Override
            public void publish(List<Outgoing> messages) throws Exception {
                for (Outgoing each : messages) {
                    next().publish(broken(each));
                    published();
                }
            }

            @Override
            public BackendConsumer consume(ConsumerSpec spec) throws Exception {
                return consumer(next(), spec);
            }

            @Override
            public List<QueueStats> queues() throws Exception {
                return next().queues().stream().map(Faulty.this::broken).toList();
            }

            @Override
            public Optional<QueueStats> queue(QueueName queue) throws Exception {
                return next().queue(queue).map(Faulty.this::broken);
            }

            @Override
            public void visitDeadLetters(QueueName queue, int max, Function<DeadLetter, LetterAction> visitor)
                    throws Exception {
                next().visitDeadLetters(queue, max, each -> visited(next(), each, visitor));
            }

            @Override
            public void deleteGroup(QueueName queue) throws Exception {
                deleted(next(), queue);
            }
        };
    }

    @Override
    protected MessageBroker open(BrokerOptions options) throws Exception {
        return MessageBroker.of(openBackend(options), options);
    }

    /** What has not happened by then never will: memory is quick, also on a machine that is not. */
    @Override
    protected Duration patience() {
        return Duration.ofSeconds(10);
    }

    /** What waits for ever is not waited for when it closes. */
    @Override
    protected SubscribeOptions options() {
        return super.options().withDrain(Duration.ofMillis(200));
    }

    BackendProfile broken(BackendProfile profile) {
        return profile;
    }

    List<Outgoing> broken(Outgoing message) {
        return List.of(message);
    }

    /** A message was. */
    void published() {}

    BackendConsumer consumer(BrokerBackend sound, ConsumerSpec spec) throws Exception {
        return wrapped(sound, sound.consume(broken(spec)));
    }

    ConsumerSpec broken(ConsumerSpec spec) {
        return spec;
    }

    BackendConsumer wrapped(BrokerBackend backend, BackendConsumer sound) {
        return new ForwardingConsumer(sound) {
            @Override
            public List<Received> receive(int max, Duration wait) throws Exception {
                return sound.receive(max, wait).stream()
                        .map(Faulty.this::broken)
                        .toList();
            }

            @Override
            Settlement broken(Settlement settlement) {
                return Faulty.this.broken(backend, settlement);
            }
        };
    }

    /** Only for faults whose settlements do not look at what was received. */
    Received broken(Received received) {
        return received;
    }

    Settlement broken(BrokerBackend backend, Settlement settlement) {
        return settlement;
    }

    QueueStats broken(QueueStats stats) {
        return stats;
    }

    LetterAction visited(BrokerBackend sound, DeadLetter letter, Function<DeadLetter, LetterAction> visitor) {
        return visitor.apply(letter);
    }

    void deleted(BrokerBackend sound, QueueName queue) throws Exception {
        sound.deleteGroup(queue);
    }

    static ConsumerSpec spec(ConsumerSpec spec, QueueName queue, boolean ordered, StartFrom start) {
        return new ConsumerSpec(queue, spec.boundTo(), spec.kind(), spec.prefetch(), ordered, start, spec.lease());
    }

    static void publishAgain(BrokerBackend sound, String topic, Message<byte[]> message) {
        try {
            sound.publish(List.of(Outgoing.now(topic, message)));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
