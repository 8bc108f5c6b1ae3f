package dev.parley.broker;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.Pipe;
import dev.parley.broker.v1.BrokerService;
import dev.parley.broker.v1.ConsumeRequest;
import dev.parley.broker.v1.ConsumeResponse;
import dev.parley.broker.v1.Delivery;
import dev.parley.broker.v1.Demand;
import dev.parley.broker.v1.Done;
import dev.parley.broker.v1.Extend;
import dev.parley.broker.v1.Ping;
import dev.parley.broker.v1.Retry;
import dev.parley.broker.v1.Settle;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.ConsumerSpec;
import dev.parley.messaging.spi.Received;
import dev.parley.messaging.spi.Settlement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The client's end of a consumer's stream. A thread of its own reads it, another sends signs of life; a server that does not answer one
 * within three heartbeats is given up, since a connection that is cut without a word shows nothing else.
 */
final class RemoteConsumer implements BackendConsumer {

    private static final int WAITING = 256;
    private static final Duration ANSWER = Limits.HEARTBEAT.multipliedBy(3);

    private final String name;
    private final Pipe<ConsumeRequest> requests = Messages.pipe(WAITING, ANSWER);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Thread reader;
    private final Thread pulse;

    private final long leaseNanos;

    // Guarded by lock.
    private final ArrayDeque<Arrived> arrived = new ArrayDeque<>();
    private final Map<Long, List<Long>> done = new HashMap<>();
    private final Set<Long> awaited = new HashSet<>();
    private boolean opened;
    private int demanded;
    private long sequence;
    private @Nullable CallException ended;

    private RemoteConsumer(BrokerService.Client client, ConsumerSpec spec, String address) {
        this.name = spec.queue() + " at " + address;
        this.leaseNanos = spec.lease().toNanos();
        // Not the caller's thread: the stream must not inherit the deadline of the call in which somebody subscribes.
        this.reader = Thread.ofVirtual().name("parley-consumer " + name).unstarted(() -> read(client));
        this.pulse = Thread.ofVirtual().name("parley-consumer-pulse " + name).unstarted(this::beat);
        requests.send(ConsumeRequest.newBuilder().setOpen(Wire.open(spec)).build());
    }

    static RemoteConsumer open(BrokerService.Client client, ConsumerSpec spec, String address)
            throws InterruptedException {
        RemoteConsumer consumer = new RemoteConsumer(client, spec, address);
        consumer.reader.start();
        try {
            consumer.awaitOpened();
        } catch (CallException | InterruptedException e) {
            consumer.close();
            throw e;
        }
        consumer.pulse.start();
        return consumer;
    }

    private void awaitOpened() throws InterruptedException {
        long left = Limits.CALL.toNanos();
        lock.lockInterruptibly();
        try {
            while (!opened) {
                checkEnded();
                if (left <= 0) {
                    throw new CallException(Code.UNAVAILABLE, "%s did not open within %s".formatted(name, Limits.CALL));
                }
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private void checkEnded() {
        CallException error = ended;
        if (error != null) {
            throw new CallException(error.code(), error.message(), error);
        }
    }

    /** A message that was demanded, and when it came. */
    private record Arrived(Received received, long at) {}

    /**
     * What nobody has asked for since it came, as while a subscription is paused: nobody renews its lease. It is given back while that is
     * certain to last, and not handled behind its end.
     */
    private void giveBackWhatIsOld() throws InterruptedException {
        List<Settlement> old = new ArrayList<>();
        lock.lockInterruptibly();
        try {
            long now = System.nanoTime();
            while (!arrived.isEmpty() && now - arrived.element().at >= leaseNanos / 2) {
                old.add(new Settlement.Release(arrived.remove().received));
            }
        } finally {
            lock.unlock();
        }
        if (!old.isEmpty()) {
            var _ = settle(old);
        }
    }

    @Override
    public List<Received> receive(int max, Duration wait) throws InterruptedException {
        giveBackWhatIsOld();
        int more;
        lock.lockInterruptibly();
        try {
            checkEnded();
            more = max - arrived.size() - demanded;
            if (more > 0) {
                demanded += more;
            }
        } finally {
            lock.unlock();
        }
        if (more > 0) {
            requests.send(ConsumeRequest.newBuilder()
                    .setDemand(Demand.newBuilder().setMessages(more))
                    .build());
        }
        long left = wait.toNanos();
        lock.lockInterruptibly();
        try {
            while (arrived.isEmpty() && left > 0) {
                checkEnded();
                left = changed.awaitNanos(left);
            }
            List<Received> messages = new ArrayList<>();
            while (messages.size() < max && !arrived.isEmpty()) {
                messages.add(arrived.remove().received);
            }
            return messages;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<Received> settle(List<Settlement> settlements) throws InterruptedException {
        List<Received> stale = new ArrayList<>();
        for (int from = 0; from < settlements.size(); from += Limits.MAX_BATCH) {
            List<Settlement> part = settlements.subList(from, Math.min(settlements.size(), from + Limits.MAX_BATCH));
            Map<Long, Received> byId = new HashMap<>();
            Settle.Builder settle = Settle.newBuilder();
            for (Settlement each : part) {
                byId.put(id(each.received()), each.received());
                settle.addSettlements(wire(each));
            }
            long number = expect();
            for (long id : ask(number, ConsumeRequest.newBuilder().setSettle(settle.setSequence(number)))) {
                Received received = byId.get(id);
                if (received != null) {
                    stale.add(received);
                }
            }
        }
        return stale;
    }

    @Override
    public void extend(List<Received> messages) throws InterruptedException {
        if (!messages.isEmpty()) {
            long number = expect();
            ask(
                    number,
                    ConsumeRequest.newBuilder()
                            .setExtend(Extend.newBuilder()
                                    .setSequence(number)
                                    .addAllDeliveries(messages.stream()
                                            .map(RemoteConsumer::id)
                                            .toList())));
        }
    }

    private static long id(Received received) {
        return (Long) received.receipt();
    }

    private static dev.parley.broker.v1.Settlement wire(Settlement settlement) {
        dev.parley.broker.v1.Settlement.Builder wire = dev.parley.broker.v1.Settlement.newBuilder();
        switch (settlement) {
            case Settlement.Ack ack -> wire.setAck(true);
            case Settlement.Retry retry ->
                wire.setRetry(Retry.newBuilder()
                        .setAfterMillis(retry.after().toMillis())
                        .setFailure(Wire.failure(retry.failure())));
            case Settlement.DeadLettered letter -> wire.setDeadLettered(Wire.failure(letter.failure()));
            case Settlement.Release release -> wire.setRelease(true);
        }
        return wire.setDelivery(id(settlement.received())).build();
    }

    private long expect() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            checkEnded();
            long number = ++sequence;
            awaited.add(number);
            return number;
        } finally {
            lock.unlock();
        }
    }

    /** Sends a request and waits for its {@code Done}. */
    private List<Long> ask(long number, ConsumeRequest.Builder request) throws InterruptedException {
        try {
            requests.send(request.build());
            long left = Limits.CALL.toNanos();
            lock.lockInterruptibly();
            try {
                while (!done.containsKey(number)) {
                    checkEnded();
                    if (left <= 0) {
                        throw new CallException(
                                Code.UNAVAILABLE, "%s did not answer within %s".formatted(name, Limits.CALL));
                    }
                    left = changed.awaitNanos(left);
                }
                return done.getOrDefault(number, List.of());
            } finally {
                lock.unlock();
            }
        } finally {
            lock.lock();
            try {
                awaited.remove(number);
                done.remove(number);
            } finally {
                lock.unlock();
            }
        }
    }

    private void beat() {
        try {
            while (true) {
                TimeUnit.NANOSECONDS.sleep(Limits.HEARTBEAT.toNanos());
                long number = expect();
                ask(
                        number,
                        ConsumeRequest.newBuilder().setPing(Ping.newBuilder().setSequence(number)));
            }
        } catch (InterruptedException e) {
            // closed
        } catch (CallException e) {
            end(e);
        }
    }

    private void read(BrokerService.Client client) {
        try (Messages<ConsumeResponse> responses = client.consume(requests.messages())) {
            for (ConsumeResponse response : responses) {
                lock.lock();
                try {
                    switch (response.getResponseCase()) {
                        case OPENED -> opened = true;
                        case DELIVERIES ->
                            response.getDeliveries().getDeliveriesList().forEach(this::arrive);
                        case DONE -> finish(response.getDone());
                        case RESPONSE_NOT_SET -> {} // of a newer server
                    }
                    changed.signalAll();
                } finally {
                    lock.unlock();
                }
            }
            end(new CallException(Code.UNAVAILABLE, name + " was ended by the server"));
        } catch (RuntimeException e) {
            end(CallException.from(e));
        }
    }

    private void arrive(Delivery delivery) {
        demanded--;
        Received received = new Received(
                delivery.getTopic(),
                Wire.message(delivery.getEvent()),
                delivery.getAttempt(),
                Wire.instant(delivery.getFirstFailureNanos()),
                delivery.getPosition(),
                delivery.getId());
        arrived.add(new Arrived(received, System.nanoTime()));
    }

    private void finish(Done answer) {
        if (awaited.contains(answer.getSequence())) {
            done.put(answer.getSequence(), answer.getStaleList());
        }
    }

    private void end(CallException why) {
        lock.lock();
        try {
            if (ended == null) {
                ended = why;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        requests.complete();
        pulse.interrupt();
    }

    /** The server gives back what was not settled when the stream ends. */
    @Override
    public void close() {
        end(new CallException(Code.CANCELLED, name + " is closed"));
        reader.interrupt();
    }
}
