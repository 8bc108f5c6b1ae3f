package dev.parley.messaging.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConfirmListener;
import com.rabbitmq.client.ReturnCallback;
import com.rabbitmq.client.ShutdownSignalException;
import dev.parley.CallException;
import dev.parley.Code;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Publishes over one channel of a connection of its own, which an alarm of the server may block: one platform thread writes what many have
 * queued, and their confirmations come as the server sends them, in any number at a time. Thread-safe.
 */
final class Publisher implements AutoCloseable {
    private static final int MAX_WAITING = 10_000;
    private static final int MAX_UNCONFIRMED = 5_000;

    private final Settings settings;
    private final Link link;
    private final Topology topology;
    private final Duration timeout;
    private final ArrayBlockingQueue<Publication> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
    private final LongAdder unroutable = new LongAdder();
    private @Nullable Thread thread; // guarded by this
    private volatile boolean closed;
    private volatile @Nullable Session session; // written by the thread

    Publisher(Settings settings, Link link, Topology topology, Duration timeout) {
        this.settings = settings;
        this.link = link;
        this.topology = topology;
        this.timeout = timeout;
    }

    /** How many publications no queue was bound for. */
    long unroutable() {
        return unroutable.sum();
    }

    /** Sends what there is in its order, and waits until all of it is done. */
    void publish(List<Publication> publications, Publication.Batch batch) throws InterruptedException {
        String alarm = link.blocked();
        if (alarm != null) {
            throw blocked(alarm);
        }
        start();
        long until = System.nanoTime() + timeout.toNanos();
        try {
            for (Publication each : publications) {
                if (!waiting.offer(each, until - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    throw late("to be sent, behind " + MAX_WAITING + " others");
                }
            }
            batch.done().get(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof CallException known
                    ? known
                    : new CallException(Code.INTERNAL, "internal error", e.getCause());
        } catch (TimeoutException e) {
            throw late("for its confirmation");
        } finally {
            batch.fail(new CallException(Code.CANCELLED, "nobody waits for it"));
        }
    }

    private CallException late(String waited) {
        String alarm = link.blocked();
        return alarm != null
                ? blocked(alarm)
                : new CallException(
                        Code.UNAVAILABLE,
                        "RabbitMQ at %s: a publication waited %s for %s".formatted(settings.where(), waited, timeout));
    }

    private CallException blocked(String alarm) {
        return new CallException(
                Code.UNAVAILABLE,
                "RabbitMQ at %s blocks publishers, its alarm says: %s".formatted(settings.where(), alarm));
    }

    private synchronized void start() {
        if (closed) {
            throw new CallException(Code.UNAVAILABLE, "RabbitMQ at " + settings.where() + ": closed");
        }
        if (thread == null) {
            thread = Thread.ofPlatform()
                    .daemon()
                    .name("parley-rabbitmq-publisher")
                    .start(this::run);
        }
    }

    private void run() {
        while (!closed) {
            try {
                Publication next = waiting.take();
                if (!next.batch().isOver()) {
                    send(next);
                }
            } catch (InterruptedException e) {
                // Only close does that.
                break;
            }
        }
        failWaiting(new CallException(Code.UNAVAILABLE, "RabbitMQ at " + settings.where() + ": closed"));
    }

    private void send(Publication next) throws InterruptedException {
        Session now = session;
        try {
            if (now == null || !now.channel.isOpen()) {
                now = new Session(open());
                session = now;
            }
        } catch (IOException | TimeoutException | RuntimeException e) {
            CallException error = RabbitErrors.of(settings, "publish", e);
            next.batch().fail(error);
            // They would each fail in the same way, one connect timeout after the other.
            failWaiting(error);
            return;
        }
        now.send(next);
    }

    private Channel open() throws IOException, TimeoutException {
        Channel channel = link.connection().createChannel();
        if (channel == null) {
            throw new IOException("the connection has no channel left");
        }
        try {
            topology.declareExchange(link.connection(), channel);
            channel.confirmSelect();
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.abort();
            throw e;
        }
    }

    private void failWaiting(CallException error) {
        List<Publication> all = new ArrayList<>();
        waiting.drainTo(all);
        all.forEach(each -> each.batch().fail(error));
    }

    @Override
    public void close() {
        closed = true;
        link.close();
        synchronized (this) {
            if (thread != null) {
                thread.interrupt();
            }
        }
    }

    /** One channel, until it ends. */
    private final class Session implements ConfirmListener, ReturnCallback {
        private final Channel channel;
        private final ConcurrentSkipListMap<Long, Publication> unconfirmed = new ConcurrentSkipListMap<>();
        private final ConcurrentSkipListMap<Long, Boolean> returned = new ConcurrentSkipListMap<>();
        private final Semaphore free = new Semaphore(MAX_UNCONFIRMED);

        Session(Channel channel) {
            this.channel = channel;
            channel.addConfirmListener(this);
            channel.addReturnListener(this);
            channel.addShutdownListener(this::ended);
        }

        void send(Publication next) throws InterruptedException {
            while (!free.tryAcquire(1, TimeUnit.SECONDS)) {
                if (!channel.isOpen() || next.batch().isOver()) {
                    next.batch().fail(ended());
                    return;
                }
            }
            long sequence = channel.getNextPublishSeqNo();
            unconfirmed.put(sequence, next);
            try {
                channel.basicPublish(next.exchange(), next.routingKey(), true, properties(next, sequence), next.body());
                if (next.until() == Publication.Until.WRITTEN) {
                    next.batch().oneIsDone();
                }
            } catch (IOException | RuntimeException e) {
                if (unconfirmed.remove(sequence) != null) { // or the channel's end has failed it
                    next.batch().fail(RabbitErrors.of(settings, "publish", e));
                    free.release();
                }
            }
            if (!channel.isOpen()) {
                // It may have ended before this one was put there.
                failAll(ended());
            }
        }

        private CallException ended() {
            return new CallException(
                    Code.UNAVAILABLE, "RabbitMQ at " + settings.where() + ": the connection has ended");
        }

        private BasicProperties properties(Publication next, long sequence) {
            if (!next.mustArrive()) {
                return next.properties();
            }
            Map<String, Object> headers = new HashMap<>(Wire.headers(next.properties()));
            headers.put(Marks.SEQUENCE, sequence);
            return next.properties().builder().headers(headers).build();
        }

        @Override
        public void handle(com.rabbitmq.client.Return message) {
            Object sequence = Wire.headers(message.getProperties()).get(Marks.SEQUENCE);
            if (sequence instanceof Number number) {
                returned.put(number.longValue(), true);
            } else {
                unroutable.increment();
            }
        }

        @Override
        public void handleAck(long sequence, boolean multiple) {
            settle(sequence, multiple, true);
        }

        @Override
        public void handleNack(long sequence, boolean multiple) {
            settle(sequence, multiple, false);
        }

        private void settle(long sequence, boolean multiple, boolean confirmed) {
            if (!multiple) {
                Publication one = unconfirmed.remove(sequence);
                if (one != null) {
                    settle(one, sequence, confirmed);
                }
                return;
            }
            Map.Entry<Long, Publication> first;
            while ((first = unconfirmed.firstEntry()) != null && first.getKey() <= sequence) {
                if (unconfirmed.remove(first.getKey(), first.getValue())) {
                    settle(first.getValue(), first.getKey(), confirmed);
                }
            }
        }

        private void settle(Publication one, long sequence, boolean confirmed) {
            free.release();
            boolean nowhere = one.mustArrive() && returned.remove(sequence) != null;
            if (one.until() == Publication.Until.WRITTEN) {
                return;
            }
            if (nowhere) {
                topology.forget();
                one.batch()
                        .fail(new CallException(
                                Code.UNAVAILABLE,
                                "RabbitMQ at %s: no queue took \"%s\" of the exchange \"%s\": it was deleted"
                                        .formatted(settings.where(), one.routingKey(), one.exchange())));
            } else if (confirmed) {
                one.batch().oneIsDone();
            } else {
                one.batch()
                        .fail(new CallException(
                                Code.UNAVAILABLE,
                                "RabbitMQ at %s did not take a publication to \"%s\": a queue is full or away"
                                        .formatted(settings.where(), one.routingKey())));
            }
        }

        private void ended(ShutdownSignalException signal) {
            CallException error = RabbitErrors.of(settings, "publish", signal);
            if (RabbitErrors.replyCode(signal) == AMQP.NOT_FOUND) {
                // An exchange was deleted under us. The next channel declares ours again, and says so of one that is
                // not ours.
                topology.forget();
                error = new CallException(Code.UNAVAILABLE, error.message(), signal);
            }
            failAll(error);
        }

        private void failAll(CallException error) {
            Map.Entry<Long, Publication> first;
            while ((first = unconfirmed.pollFirstEntry()) != null) {
                first.getValue().batch().fail(error);
                free.release();
            }
        }
    }
}
