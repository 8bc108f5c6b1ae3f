package dev.parley.messaging.internal.memory;

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

/** One user of a {@link MemoryStore}: its consumers end with it, the store may go on. */
final class MemoryBackend implements BrokerBackend {

    private static final BackendProfile PROFILE = new BackendProfile(
            "memory",
            EnumSet.of(
                    Capability.ORDERED_BY_KEY,
                    Capability.DELAY,
                    Capability.NATIVE_RETRY_COUNT,
                    Capability.NATIVE_DLQ,
                    Capability.REPLAY,
                    Capability.LEASE_EXTEND,
                    Capability.EXACT_DEPTH,
                    Capability.PATTERNS),
            Confirm.MEMORY,
            BackendProfile.DEFAULT_MAX_BYTES);

    private final MemoryStore store;
    private final String name;
    private final Runnable onClose;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Set<MemoryConsumer> consumers = ConcurrentHashMap.newKeySet();

    MemoryBackend(MemoryStore store, String name, Runnable onClose) {
        this.store = store;
        this.name = name;
        this.onClose = onClose;
    }

    @Override
    public BackendProfile profile() {
        return PROFILE;
    }

    @Override
    public void publish(List<Outgoing> messages) {
        checkOpen();
        store.publish(messages);
    }

    @Override
    public void send(Outgoing message) {
        publish(List.of(message));
    }

    @Override
    public BackendConsumer consume(ConsumerSpec spec) {
        checkOpen();
        MemoryConsumer consumer = store.consume(spec);
        consumers.removeIf(MemoryConsumer::isClosed);
        consumers.add(consumer);
        if (closed.get()) {
            consumer.close(); // close() may not have seen it
        }
        return consumer;
    }

    @Override
    public List<QueueStats> queues() {
        checkOpen();
        return store.queues();
    }

    @Override
    public void visitDeadLetters(QueueName queue, int max, Function<DeadLetter, LetterAction> visitor) {
        checkOpen();
        store.visitDeadLetters(queue, max, visitor);
    }

    @Override
    public void deleteGroup(QueueName queue) {
        checkOpen();
        store.deleteGroup(queue);
    }

    @Override
    public void ping() {
        checkOpen();
    }

    private void checkOpen() {
        if (closed.get()) {
            throw new CallException(Code.FAILED_PRECONDITION, name + " is closed");
        }
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            consumers.forEach(MemoryConsumer::close);
            onClose.run();
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
