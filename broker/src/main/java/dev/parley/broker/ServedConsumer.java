package dev.parley.broker;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.Pipe;
import dev.parley.broker.v1.ConsumeRequest;
import dev.parley.broker.v1.ConsumeResponse;
import dev.parley.broker.v1.Deliveries;
import dev.parley.broker.v1.Delivery;
import dev.parley.broker.v1.Done;
import dev.parley.broker.v1.Extend;
import dev.parley.broker.v1.Opened;
import dev.parley.broker.v1.Settle;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.ConsumerSpec;
import dev.parley.messaging.spi.Received;
import dev.parley.messaging.spi.Settlement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A consumer of the store on behalf of a client. One thread gives out what the client demands, another answers what it settles, so that a
 * wait for messages holds up no acknowledgement. When the stream ends, however that may be, what the client held is given back.
 */
final class ServedConsumer {

    private static final int WAITING = 64;

    private final BackendConsumer consumer;
    private final boolean settledByReceipt;
    private final Messages<ConsumeRequest> requests;
    private final Sessions sessions;
    private final Pipe<ConsumeResponse> responses = Messages.pipe(WAITING, Limits.HEARTBEAT.multipliedBy(6));
    private final Map<Long, Received> held = new ConcurrentHashMap<>();
    private final AtomicLong ids = new AtomicLong();
    private final AtomicBoolean ended = new AtomicBoolean();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private int demand; // guarded by lock; never more than the prefetch
    private final int prefetch;
    private volatile @Nullable Thread giving;

    private ServedConsumer(
            BackendConsumer consumer, ConsumerSpec spec, Messages<ConsumeRequest> requests, Sessions sessions) {
        this.consumer = consumer;
        this.prefetch = spec.prefetch();
        this.settledByReceipt = spec.kind() == ConsumerSpec.Kind.AT_MOST_ONCE;
        this.requests = requests;
        this.sessions = sessions;
    }

    static Messages<ConsumeResponse> start(
            BackendConsumer consumer, ConsumerSpec spec, Messages<ConsumeRequest> requests, Sessions sessions) {
        ServedConsumer served = new ServedConsumer(consumer, spec, requests, sessions);
        if (!sessions.add(served)) {
            consumer.close();
            throw new CallException(Code.UNAVAILABLE, "the broker is closing");
        }
        served.responses.send(ConsumeResponse.newBuilder()
                .setOpened(Opened.getDefaultInstance())
                .build());
        String name = "parley-broker " + spec.queue();
        served.giving = Thread.ofVirtual().name(name + " gives").start(() -> served.guarded(served::give));
        Thread.ofVirtual().name(name + " settles").start(() -> served.guarded(served::answer));
        return served.responses
                .messages()
                .onClose(outcome -> Thread.ofVirtual()
                        .name(name + " ends")
                        .start(() -> served.end(new CallException(Code.CANCELLED, "the consumer has left"))));
    }

    /** Ends it because the server does; the client tries elsewhere, or again. */
    void goAway() {
        end(new CallException(Code.UNAVAILABLE, "the broker is closing"));
    }

    private interface Work {
        void run() throws Exception;
    }

    private void guarded(Work work) {
        try {
            work.run();
            end(new CallException(Code.CANCELLED, "the consumer has left"));
        } catch (IllegalArgumentException e) {
            end(new CallException(Code.INVALID_ARGUMENT, String.valueOf(e.getMessage()), e));
        } catch (Exception e) {
            end(CallException.from(e));
        }
    }

    private void end(CallException why) {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        sessions.remove(this);
        Thread giver = giving;
        // Not the giver itself: what it holds is given back by statements that an interrupt would end.
        if (giver != null && !giver.equals(Thread.currentThread())) {
            giver.interrupt();
        }
        try {
            consumer.close();
        } finally {
            held.clear();
            responses.fail(why);
            requests.close();
        }
    }

    private void give() throws Exception {
        while (!ended.get()) {
            int wanted = awaitDemand();
            List<Received> messages = consumer.receive(wanted, Limits.RECEIVE);
            if (!messages.isEmpty()) {
                lock.lock();
                try {
                    demand -= messages.size();
                } finally {
                    lock.unlock();
                }
                send(messages);
            }
        }
    }

    private int awaitDemand() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (demand <= 0) {
                changed.await();
            }
            return demand;
        } finally {
            lock.unlock();
        }
    }

    private void send(List<Received> messages) {
        Deliveries.Builder batch = Deliveries.newBuilder();
        long bytes = 0;
        for (Received received : messages) {
            long id = ids.incrementAndGet();
            if (!settledByReceipt) {
                held.put(id, received);
            }
            Delivery delivery = Delivery.newBuilder()
                    .setId(id)
                    .setTopic(received.topic())
                    .setEvent(Wire.event(received.message()))
                    .setAttempt(received.attempt())
                    .setFirstFailureNanos(
                            received.firstFailure().map(Wire::nanos).orElse(0L))
                    .setPosition(received.position())
                    .build();
            if (bytes > 0 && bytes + delivery.getSerializedSize() > Limits.BATCH_BYTES) {
                responses.send(ConsumeResponse.newBuilder().setDeliveries(batch).build());
                batch = Deliveries.newBuilder();
                bytes = 0;
            }
            batch.addDeliveries(delivery);
            bytes += delivery.getSerializedSize();
        }
        responses.send(ConsumeResponse.newBuilder().setDeliveries(batch).build());
    }

    private void answer() throws Exception {
        for (ConsumeRequest request = requests.receive(); request != null; request = requests.receive()) {
            switch (request.getRequestCase()) {
                case DEMAND -> demand(request.getDemand().getMessages());
                case SETTLE -> settle(request.getSettle());
                case EXTEND -> extend(request.getExtend());
                case PING -> done(request.getPing().getSequence(), List.of());
                case OPEN, REQUEST_NOT_SET ->
                    throw new IllegalArgumentException("a request of Consume is " + request.getRequestCase());
            }
        }
    }

    private void demand(int more) {
        lock.lock();
        try {
            if (more < 0 || demand + held.size() + (long) more > 2L * prefetch) {
                throw new IllegalArgumentException(
                        "%d messages more are demanded, with %d on their way and %d held; the prefetch is %d"
                                .formatted(more, demand, held.size(), prefetch));
            }
            demand += more;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void settle(Settle request) throws Exception {
        BrokerApi.checkCount("settlements", request.getSettlementsCount());
        List<Settlement> settlements = new ArrayList<>(request.getSettlementsCount());
        IdentityHashMap<Received, Long> ofReceived = new IdentityHashMap<>();
        List<Long> stale = new ArrayList<>();
        for (dev.parley.broker.v1.Settlement each : request.getSettlementsList()) {
            Received received = held.remove(each.getDelivery());
            if (received == null) {
                stale.add(each.getDelivery());
            } else {
                ofReceived.put(received, each.getDelivery());
                settlements.add(settlement(received, each));
            }
        }
        if (!settlements.isEmpty()) {
            consumer.settle(settlements).forEach(received -> stale.add(ofReceived.get(received)));
        }
        done(request.getSequence(), stale);
    }

    private static Settlement settlement(Received received, dev.parley.broker.v1.Settlement wire) {
        return switch (wire.getOutcomeCase()) {
            case ACK -> new Settlement.Ack(received);
            case RETRY ->
                new Settlement.Retry(
                        received,
                        Duration.ofMillis(wire.getRetry().getAfterMillis()),
                        Wire.failure(wire.getRetry().getFailure()));
            case DEAD_LETTERED -> new Settlement.DeadLettered(received, Wire.failure(wire.getDeadLettered()));
            case RELEASE -> new Settlement.Release(received);
            case OUTCOME_NOT_SET ->
                throw new IllegalArgumentException("a settlement says not what became of its message");
        };
    }

    private void extend(Extend request) throws Exception {
        BrokerApi.checkCount("deliveries", request.getDeliveriesCount());
        List<Received> messages = new ArrayList<>(request.getDeliveriesCount());
        List<Long> unknown = new ArrayList<>();
        for (long id : request.getDeliveriesList()) {
            Received received = held.get(id);
            if (received == null) {
                unknown.add(id);
            } else {
                messages.add(received);
            }
        }
        consumer.extend(messages);
        done(request.getSequence(), unknown);
    }

    private void done(long sequence, List<Long> stale) {
        responses.send(ConsumeResponse.newBuilder()
                .setDone(Done.newBuilder().setSequence(sequence).addAllStale(stale))
                .build());
    }
}
