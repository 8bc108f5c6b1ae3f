package dev.parley.messaging.store;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.Capability;
import dev.parley.messaging.Confirm;
import dev.parley.messaging.DeadLetter;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.QueueStats;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.BackendProfile;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.ConsumerSpec;
import dev.parley.messaging.spi.LetterAction;
import dev.parley.messaging.spi.Outgoing;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One user of {@link Queues}: its consumers end with it, the queues may go on. */
final class StoreBackend implements BrokerBackend {

    static final int MAX_BYTES = BackendProfile.DEFAULT_MAX_BYTES;

    private final Queues queues;
    private final BackendProfile profile;
    private final String name;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Set<StoreConsumer> consumers = ConcurrentHashMap.newKeySet();

    StoreBackend(Queues queues, String system, String name) {
        this.queues = queues;
        this.name = name;
        this.profile = new BackendProfile(
                system,
                EnumSet.of(
                        Capability.ORDERED_BY_KEY,
                        Capability.DELAY,
                        Capability.NATIVE_RETRY_COUNT,
                        Capability.NATIVE_DLQ,
                        Capability.REPLAY,
                        Capability.LEASE_EXTEND,
                        Capability.EXACT_DEPTH,
                        Capability.PATTERNS),
                Confirm.FSYNCED,
                MAX_BYTES);
    }

    @Override
    public BackendProfile profile() {
        return profile;
    }

    @Override
    public void publish(List<Outgoing> messages) throws InterruptedException {
        checkOpen();
        if (!messages.isEmpty()) {
            queues.publications().publish(messages.stream().map(Envelope::of).toList());
        }
    }

    @Override
    public void send(Outgoing message) {
        checkOpen();
        queues.sends().offer(Envelope.of(message));
    }

    @Override
    public BackendConsumer consume(ConsumerSpec spec) throws InterruptedException {
        checkOpen();
        StoreConsumer consumer = queues.consume(spec, consumers::remove);
        consumers.add(consumer);
        if (closed.get()) {
            consumer.close(); // close() may not have seen it
        }
        return consumer;
    }

    @Override
    public List<QueueStats> queues() throws InterruptedException {
        checkOpen();
        return queues.database().read(Stats::all);
    }

    @Override
    public void visitDeadLetters(QueueName queue, int max, Function<DeadLetter, LetterAction> visitor)
            throws InterruptedException {
        checkOpen();
        queues.letters().visit(queue, max, visitor);
    }

    @Override
    public void deleteGroup(QueueName queue) throws InterruptedException {
        checkOpen();
        queues.database().run(transaction -> {
            Long id = Groups.id(transaction, queue);
            if (id != null) {
                Groups.delete(transaction, id);
            }
        });
    }

    @Override
    public void ping() throws InterruptedException {
        checkOpen();
        queues.database().<@Nullable Object>read(transaction -> {
            transaction.prepare("select version from parley_routing").executeQuery();
            return null;
        });
    }

    private void checkOpen() {
        if (closed.get()) {
            throw new CallException(Code.FAILED_PRECONDITION, name + " is closed");
        }
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            List.copyOf(consumers).forEach(StoreConsumer::close);
            queues.flush();
            queues.leave();
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
