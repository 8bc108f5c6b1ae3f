package dev.parley.broker;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.Failure;
import dev.parley.messaging.Message;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.Outgoing;
import dev.parley.messaging.spi.Received;
import dev.parley.messaging.spi.Settlement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Settlements in the wrong order: the source is acknowledged, and what is to become of it is kept for a while before it is written, as a
 * copy that has it done to itself when it arrives. A connection that is lost takes along what was kept. Without such a fault nobody sees a
 * difference.
 */
final class LateCopies implements AutoCloseable {

    private static final String MARK = "late";
    private static final Duration KEPT = Duration.ofSeconds(3);

    private record Kept(long since, Outgoing copy) {}

    private final BrokerBackend sound;
    private final Class<? extends Settlement> late;
    private final Deque<Kept> kept = new ArrayDeque<>(); // guarded by this
    private final Thread writer;

    LateCopies(BrokerBackend sound, Class<? extends Settlement> late) {
        this.sound = sound;
        this.late = late;
        this.writer = Thread.ofVirtual().name("late-copies").start(this::write);
    }

    private void write() {
        try {
            while (true) {
                Thread.sleep(20);
                List<Outgoing> due = due();
                if (!due.isEmpty()) {
                    sound.publish(due);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            lose(); // and nothing is written any more: it has failed
        }
    }

    private synchronized List<Outgoing> due() {
        List<Outgoing> due = new ArrayList<>();
        while (!kept.isEmpty() && System.nanoTime() - kept.getFirst().since > KEPT.toNanos()) {
            due.add(kept.removeFirst().copy);
        }
        return due;
    }

    private synchronized void keep(Received received) {
        Message<byte[]> copy = received.message().withHeader(MARK, "true");
        kept.add(new Kept(System.nanoTime(), Outgoing.now(received.topic(), copy)));
    }

    private synchronized void lose() {
        kept.clear();
    }

    private static boolean isCopy(Received received) {
        return received.attempt() == 1
                && received.message().metadata().header(MARK).isPresent();
    }

    private Settlement meant(Received copy) {
        Failure failure = new Failure(Instant.now(), Instant.now(), Code.UNAVAILABLE, "late");
        return late == Settlement.Retry.class
                ? new Settlement.Retry(copy, Duration.ZERO, failure)
                : new Settlement.DeadLettered(copy, failure);
    }

    BackendConsumer over(BackendConsumer consumer) {
        return new Consumer(consumer);
    }

    @Override
    public void close() {
        writer.interrupt();
    }

    private final class Consumer implements BackendConsumer {
        private final BackendConsumer consumer;

        Consumer(BackendConsumer consumer) {
            this.consumer = consumer;
        }

        @Override
        public List<Received> receive(int max, Duration wait) throws Exception {
            try {
                List<Received> all = consumer.receive(max, wait);
                List<Settlement> arrived = all.stream()
                        .filter(LateCopies::isCopy)
                        .map(LateCopies.this::meant)
                        .toList();
                if (!arrived.isEmpty()) {
                    consumer.settle(arrived);
                }
                return all.stream().filter(each -> !isCopy(each)).toList();
            } catch (CallException e) {
                lose();
                throw e;
            }
        }

        @Override
        public List<Received> settle(List<Settlement> settlements) throws Exception {
            try {
                List<Received> stale = consumer.settle(settlements.stream()
                        .map(each -> late.isInstance(each) ? new Settlement.Ack(each.received()) : each)
                        .toList());
                settlements.stream()
                        .filter(each -> late.isInstance(each) && !stale.contains(each.received()))
                        .forEach(each -> keep(each.received()));
                return stale;
            } catch (CallException e) {
                lose();
                throw e;
            }
        }

        @Override
        public void extend(List<Received> messages) throws Exception {
            consumer.extend(messages);
        }

        @Override
        public void close() {
            consumer.close();
        }
    }
}
