package dev.parley.messaging.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Consumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.Failure;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.ConsumerSpec;
import dev.parley.messaging.spi.Received;
import dev.parley.messaging.spi.Settlement;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Consumes on one channel, which lives as long as this does. What the server has pushed waits in a queue that its prefetch bounds. Thread-safe.
 */
final class RabbitMqConsumer implements BackendConsumer {
    // Deliveries are of a channel, so the mark of its end is one of them.
    private static final Taken END =
            new Taken(new Object(), new Envelope(0, false, "", ""), new BasicProperties(), new byte[0]);

    private final RabbitMqBackend backend;
    private final ConsumerSpec spec;
    private final Group group;
    private final LinkedBlockingQueue<Taken> deliveries = new LinkedBlockingQueue<>();
    private final OpenTags open = new OpenTags();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicBoolean counted = new AtomicBoolean();
    private volatile @Nullable Channel channel;
    private volatile @Nullable CallException failure;
    private volatile String queue = "";

    RabbitMqConsumer(RabbitMqBackend backend, ConsumerSpec spec, Group group) {
        this.backend = backend;
        this.spec = spec;
        this.group = group;
    }

    private boolean isDurable() {
        return spec.kind() == ConsumerSpec.Kind.DURABLE;
    }

    /** Declares what it needs and starts; returns when one may count on it. Called on a worker. */
    long open() throws IOException, TimeoutException {
        Connection connection = backend.consuming().connection();
        long settled = System.nanoTime();
        if (spec.boundTo().isPresent()) {
            queue = existing(connection, spec.boundTo().get());
            settled = backend.topology().declareLetters(connection, spec.queue(), spec.boundTo());
        } else if (isDurable()) {
            settled = backend.topology().declareGroup(connection, spec.queue(), spec.ordered());
            queue = QueueNames.group(backend.settings(), spec.queue());
        }
        group.bindTo(spec.boundTo());
        Channel made = connection.createChannel();
        if (made == null) {
            throw new IOException("the connection has no channel left");
        }
        channel = made;
        if (queue.isEmpty()) {
            queue = ephemeral(connection, made);
        }
        made.addShutdownListener(this::ended);
        made.basicQos(spec.prefetch());
        made.basicConsume(queue, false, new Deliveries());
        group.consumerCame(open);
        counted.set(true);
        if (failure != null) {
            uncount(); // it may have ended before it was counted
        }
        if (closed.get()) {
            made.abort();
        }
        return settled;
    }

    private String existing(Connection connection, String name) throws IOException, TimeoutException {
        if (!Topology.exists(connection, name)) {
            throw new CallException(
                    Code.NOT_FOUND,
                    "RabbitMQ at %s: there is no queue \"%s\" in the virtual host \"%s\""
                            .formatted(
                                    backend.settings().where(),
                                    name,
                                    backend.settings().virtualHost()));
        }
        return name;
    }

    private String ephemeral(Connection connection, Channel on) throws IOException, TimeoutException {
        backend.topology().declareExchange(connection, on);
        String name = on.queueDeclare("", false, true, true, Map.of()).getQueue();
        boolean fanOut = backend.settings().exchangeType() == com.rabbitmq.client.BuiltinExchangeType.FANOUT;
        on.queueBind(
                name, backend.settings().exchange(), fanOut ? "" : spec.queue().topic());
        return name;
    }

    /** What the server pushes; called on a thread of the client, one call at a time. */
    private final class Deliveries implements Consumer {
        @Override
        public void handleConsumeOk(String tag) {}

        @Override
        public void handleCancelOk(String tag) {}

        @Override
        public void handleCancel(String tag) {
            end(new CallException(
                    Code.UNAVAILABLE,
                    "RabbitMQ at %s: the queue \"%s\" was deleted, or its leader is away"
                            .formatted(backend.settings().where(), queue)));
        }

        @Override
        public void handleShutdownSignal(String tag, ShutdownSignalException signal) {
            ended(signal);
        }

        @Override
        public void handleRecoverOk(String tag) {}

        @Override
        public void handleDelivery(String tag, Envelope envelope, BasicProperties properties, byte[] body) {
            if (spec.kind() != ConsumerSpec.Kind.AT_MOST_ONCE) {
                open.add(envelope.getDeliveryTag());
            }
            deliveries.add(new Taken(RabbitMqConsumer.this, envelope, properties, body));
        }
    }

    private void ended(ShutdownSignalException signal) {
        CallException error = RabbitErrors.of(backend.settings(), "consume " + queue, signal);
        // What goes on the next time: a handler that was slower than the server's patience is closed with another code.
        boolean again = error.code() != Code.PERMISSION_DENIED && error.code() != Code.NOT_FOUND;
        end(again ? new CallException(Code.UNAVAILABLE, error.message(), signal) : error);
    }

    private void end(CallException error) {
        if (failure == null) {
            failure = error;
        }
        uncount();
        deliveries.add(END);
    }

    private void uncount() {
        if (counted.compareAndSet(true, false)) {
            group.consumerWent(open);
        }
    }

    // ---- receiving

    @Override
    public List<Received> receive(int max, Duration wait) throws Exception {
        List<Taken> taken = new ArrayList<>();
        Taken first = deliveries.poll(wait.toNanos(), TimeUnit.NANOSECONDS);
        if (first != null) {
            taken.add(first);
            deliveries.drainTo(taken, Math.max(0, max - 1));
        }
        CallException over = failure;
        if (over != null) {
            // Nothing of an ended channel can be acknowledged; it comes again.
            deliveries.add(END);
            throw over;
        }
        List<Received> all = new ArrayList<>(taken.size());
        for (Taken each : taken) {
            Received received = counted(Wire.decode(each, spec.queue().topic()));
            all.add(received);
            if (spec.kind() != ConsumerSpec.Kind.AT_MOST_ONCE) {
                open.received(tag(received), published(received));
                group.delivered(received.attempt(), each.envelope().isRedeliver());
            }
        }
        if (spec.kind() == ConsumerSpec.Kind.AT_MOST_ONCE && !taken.isEmpty()) {
            acknowledge(taken);
        }
        return all;
    }

    private static Optional<Instant> published(Received received) {
        Optional<Instant> said = received.foreign().isPresent()
                ? received.foreign().get().timestamp()
                : Optional.of(received.message().metadata().timestamp());
        return said.filter(time -> time.isAfter(Instant.EPOCH)); // as which an event without a time is read
    }

    /** The server counts what was given back as well; as far as we know of it, we do not. */
    private Received counted(Received received) {
        int released = group.releasesOf(received.message().id());
        Taken taken = (Taken) received.receipt();
        if (released == 0 || received.attempt() == 1) {
            return received;
        }
        int attempt = Math.max(1 + Marks.of(taken.properties()).failures(), received.attempt() - released);
        return received.foreign()
                .map(foreign -> new Received(
                        foreign, attempt, received.firstFailure(), received.position(), received.receipt()))
                .orElseGet(() -> new Received(
                        received.topic(),
                        received.message(),
                        attempt,
                        received.firstFailure(),
                        received.position(),
                        received.receipt()));
    }

    // ---- settling

    @Override
    public List<Received> settle(List<Settlement> settlements) throws Exception {
        List<Received> lost = new ArrayList<>();
        List<Settlement> ours = new ArrayList<>();
        for (Settlement each : settlements) {
            Received received = each.received();
            boolean mine = received.receipt() instanceof Taken taken
                    && taken.consumer().equals(this);
            if (mine && open.contains(tag(received)) && failure == null) {
                ours.add(each);
            } else {
                lost.add(received);
            }
        }
        publishCopies(ours);
        if (!backend.call("settle messages of " + queue, () -> finish(ours))) {
            ours.forEach(each -> lost.add(each.received()));
        }
        ours.forEach(each -> open.remove(tag(each.received())));
        return lost;
    }

    /** Publishes what takes the place of messages; when this returns the server has it all. */
    private void publishCopies(List<Settlement> settlements) throws Exception {
        List<Settlement> copied = settlements.stream().filter(this::needsCopy).toList();
        if (copied.isEmpty()) {
            return;
        }
        Publication.Batch batch = new Publication.Batch(copied.size());
        List<Publication> publications = new ArrayList<>();
        long settled = System.nanoTime();
        for (Settlement each : copied) {
            Taken taken = (Taken) each.received().receipt();
            if (each instanceof Settlement.Retry retry && retry.after().toMillis() > 0) {
                settled = Math.max(settled, backend.delay("", retry.after()));
                publications.add(
                        RabbitMqBackend.delayed("", queue, properties(each), taken.body(), retry.after(), batch));
            } else {
                String target = each instanceof Settlement.DeadLettered
                        ? QueueNames.deadLetters(backend.settings(), spec.queue())
                        : queue;
                publications.add(new Publication(
                        "", target, properties(each), taken.body(), true, Publication.Until.CONFIRMED, batch));
            }
        }
        try {
            backend.publisher().publish(publications, batch);
        } catch (CallException e) {
            if (copied.stream().anyMatch(Settlement.DeadLettered.class::isInstance)) {
                // Perhaps somebody has deleted it; the next try finds it again.
                backend.call(
                        "declare the dead letters of " + spec.queue(),
                        () -> backend.topology()
                                .declareLetters(backend.consuming().connection(), spec.queue(), spec.boundTo()));
            }
            throw e;
        }
        Topology.awaitSettled(settled);
    }

    private boolean needsCopy(Settlement settlement) {
        return switch (settlement) {
            case Settlement.Ack ack -> false;
            case Settlement.Retry retry -> true;
            // A queue that goes with its consumer has no dead letters.
            case Settlement.DeadLettered letter -> isDurable();
            // A copy is not counted by the server, as what is given back is. It goes to the end of the queue, where
            // order allows.
            case Settlement.Release release -> isDurable() && !spec.ordered();
        };
    }

    private BasicProperties properties(Settlement settlement) {
        Received received = settlement.received();
        BasicProperties original = ((Taken) received.receipt()).properties();
        Optional<String> topic = Optional.of(received.topic());
        return switch (settlement) {
            case Settlement.Retry retry ->
                marks(received, retry.failure()).copy(original).build();
            case Settlement.DeadLettered letter ->
                marks(received, letter.failure())
                        .letter(original, UUID.randomUUID().toString(), queue, letter.failure())
                        .build();
            case Settlement.Release release ->
                new Marks(received.attempt() - 1, received.firstFailure(), topic)
                        .copy(original)
                        .build();
            case Settlement.Ack ack -> original;
        };
    }

    private static Marks marks(Received received, Failure failure) {
        return new Marks(received.attempt(), Optional.of(failure.first()), Optional.of(received.topic()));
    }

    /** Acknowledges or gives back; false if the channel has ended, and with it what was delivered on it. */
    private boolean finish(List<Settlement> settlements) throws IOException {
        Channel now = channel;
        if (now == null) {
            return false;
        }
        List<Long> all = new ArrayList<>(settlements.size());
        List<Long> acknowledged = new ArrayList<>(settlements.size());
        try {
            for (Settlement each : settlements) {
                long tag = tag(each.received());
                String id = each.received().message().id();
                all.add(tag);
                if (each instanceof Settlement.Release && !needsCopy(each)) {
                    group.released(id);
                    now.basicNack(tag, false, true);
                } else {
                    group.forgetReleases(id);
                    acknowledged.add(tag);
                }
            }
            for (OpenTags.Frame frame : open.frames(acknowledged, all)) {
                now.basicAck(frame.tag(), frame.multiple());
            }
            return true;
        } catch (AlreadyClosedException e) {
            return false;
        }
    }

    private static long tag(Received received) {
        return ((Taken) received.receipt()).envelope().getDeliveryTag();
    }

    private void acknowledge(List<Taken> taken) throws Exception {
        Channel now = channel;
        if (now == null) {
            return;
        }
        backend.call("settle messages of " + queue, () -> {
            now.basicAck(taken.getLast().envelope().getDeliveryTag(), true);
            return true;
        });
    }

    @Override
    public void extend(List<Received> messages) {
        // RabbitMQ has no leases: a message is its consumer's until the channel ends.
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        end(new CallException(Code.UNAVAILABLE, "the consumer of " + queue + " is closed"));
        Channel now = channel;
        if (now == null) {
            return;
        }
        try {
            backend.workers().call(() -> {
                now.abort(); // what was not acknowledged goes back to its place
                return true;
            });
        } catch (InterruptedException | RejectedExecutionException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            // The server is away, and gives it back by itself.
        }
    }
}
