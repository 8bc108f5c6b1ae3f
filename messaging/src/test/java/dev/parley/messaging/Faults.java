package dev.parley.messaging;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.internal.memory.MemoryProvider;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.BackendProfile;
import dev.parley.messaging.spi.ConsumerSpec;
import dev.parley.messaging.spi.ForwardingBackend;
import dev.parley.messaging.spi.Outgoing;
import dev.parley.messaging.spi.Received;
import dev.parley.messaging.spi.Settlement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The broker in memory, which fails as it is told: what a network and a server would do to it. */
final class Faults extends ForwardingBackend {

    final ConcurrentLinkedQueue<String> publishedIds = new ConcurrentLinkedQueue<>();
    final AtomicInteger publications = new AtomicInteger();
    final AtomicInteger consumers = new AtomicInteger();
    final AtomicInteger extensions = new AtomicInteger();
    final AtomicInteger settlements = new AtomicInteger();
    volatile @Nullable CallException publishing;
    volatile @Nullable CallException consuming;
    volatile @Nullable CallException receiving;
    volatile @Nullable CallException settling;
    volatile @Nullable Set<Capability> capabilities;
    volatile @Nullable CountDownLatch extending;
    volatile boolean losesExtensions;
    volatile String name = "faulty memory:";
    /** An error of the machine's, which is no exception: thrown once. */
    final AtomicReference<@Nullable Error> error = new AtomicReference<>();
    /** Whether what comes is no CloudEvent. */
    volatile boolean foreign;

    Faults(BrokerOptions options) {
        this("memory:", options);
    }

    Faults(String uri, BrokerOptions options) {
        super(new MemoryProvider().open(BrokerUri.parse(uri), options));
    }

    static CallException away() {
        return new CallException(Code.UNAVAILABLE, "the broker is away, as it was told");
    }

    private void throwError() {
        Error now = error.getAndSet(null);
        if (now != null) {
            throw now;
        }
    }

    private static Received foreign(Received received) {
        ForeignMessage message = new ForeignMessage(
                received.topic(),
                Map.of(),
                "text/plain",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                received.position(),
                received.message().payload());
        return new Received(
                message, received.attempt(), received.firstFailure(), received.position(), received.receipt());
    }

    private static void check(@Nullable CallException fault) {
        if (fault != null) {
            throw fault;
        }
    }

    @Override
    public BackendProfile profile() {
        BackendProfile whole = super.profile();
        Set<Capability> fewer = capabilities;
        return fewer == null
                ? whole
                : new BackendProfile(whole.system(), fewer, whole.confirm(), whole.maxMessageBytes());
    }

    @Override
    public void publish(List<Outgoing> messages) throws Exception {
        publications.incrementAndGet();
        messages.forEach(message -> publishedIds.add(message.message().id()));
        check(publishing);
        super.publish(messages);
    }

    @Override
    public void send(Outgoing message) throws Exception {
        throwError();
        check(publishing);
        super.send(message);
    }

    @Override
    public BackendConsumer consume(ConsumerSpec spec) throws Exception {
        consumers.incrementAndGet();
        check(consuming);
        BackendConsumer consumer = super.consume(spec);
        return new BackendConsumer() {
            @Override
            public List<Received> receive(int max, Duration wait) throws Exception {
                check(receiving);
                List<Received> received = consumer.receive(max, wait);
                check(receiving);
                return foreign ? received.stream().map(Faults::foreign).toList() : received;
            }

            @Override
            public List<Received> settle(List<Settlement> all) throws Exception {
                throwError();
                check(settling);
                settlements.incrementAndGet();
                return consumer.settle(all);
            }

            @Override
            public void extend(List<Received> messages) throws Exception {
                CountDownLatch answered = extending;
                if (answered != null) {
                    answered.await();
                }
                if (!losesExtensions) {
                    consumer.extend(messages);
                }
                extensions.incrementAndGet();
            }

            @Override
            public void close() {
                consumer.close();
            }
        };
    }

    @Override
    public void ping() throws Exception {
        check(publishing);
        super.ping();
    }

    @Override
    public String toString() {
        return name;
    }
}
