package dev.parley.messaging.kafka;

import dev.parley.messaging.QueueName;
import dev.parley.messaging.spi.ConsumerSpec;
import dev.parley.messaging.spi.Received;
import dev.parley.messaging.spi.Settlement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/** A consumer: takes and settles what its {@link PollLoop} fetches. */
final class GroupConsumer implements OpenConsumer {

    private static final Duration END = Duration.ofSeconds(15);

    private final ConsumerSpec spec;
    private final InFlight inFlight;
    private final Thread thread;
    private final Topics topics;
    private final Publisher publisher;
    private final LongAdder redelivered;
    private final InstantSource clock;
    private final Consumer<GroupConsumer> onClose;

    GroupConsumer(
            ConsumerSpec spec,
            InFlight inFlight,
            PollLoop loop,
            Topics topics,
            Publisher publisher,
            LongAdder redelivered,
            InstantSource clock,
            Consumer<GroupConsumer> onClose) {
        this.spec = spec;
        this.inFlight = inFlight;
        this.topics = topics;
        this.publisher = publisher;
        this.redelivered = redelivered;
        this.clock = clock;
        this.onClose = onClose;
        thread = Thread.ofPlatform()
                .daemon()
                .name("parley-kafka-" + spec.queue())
                .unstarted(loop);
    }

    void start() {
        thread.start();
    }

    @Override
    public QueueName queue() {
        return spec.queue();
    }

    @Override
    public int inFlight() {
        return inFlight.taken();
    }

    @Override
    public List<Received> receive(int max, Duration wait) throws Exception {
        List<Received> all = inFlight.receive(max, wait);
        OpenConsumer.count(all, redelivered);
        return all;
    }

    @Override
    public List<Received> settle(List<Settlement> settlements) throws Exception {
        if (spec.kind() == ConsumerSpec.Kind.DURABLE) {
            inFlight.awaitTurn();
            write(settlements);
        }
        return inFlight.settle(settlements);
    }

    /** What is to come again later, and what is given up, is confirmed elsewhere before its source is done. */
    private void write(List<Settlement> settlements) throws Exception {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (Settlement settlement : settlements) {
            Held held = (Held) settlement.received().receipt();
            Optional<ConsumerRecord<byte[], byte[]>> record = inFlight.current(held);
            if (record.isEmpty()) {
                continue;
            }
            switch (settlement) {
                case Settlement.Retry retry -> {
                    topics.ensureRetry(spec.queue());
                    records.add(Copies.retry(
                            spec.queue(),
                            record.get(),
                            held.origin(),
                            retry.failure().first(),
                            retry.after(),
                            clock.instant()));
                }
                case Settlement.DeadLettered letter -> {
                    topics.ensureDeadLetters(spec.queue());
                    records.add(Letters.letter(spec.queue(), record.get(), held.origin(), letter.failure()));
                }
                case Settlement.Ack ack -> {}
                case Settlement.Release release -> {}
            }
        }
        if (!records.isEmpty()) {
            publisher.confirmed(records);
        }
    }

    @Override
    public void extend(List<Received> messages) {
        // A member that polls keeps its partitions for as long as it lives.
    }

    /** Commits and leaves the group; what was not settled is not committed, so that it comes again. */
    @Override
    public void close() {
        onClose.accept(this);
        inFlight.end();
        boolean interrupted = Thread.interrupted();
        long deadline = System.nanoTime() + END.toNanos();
        while (thread.isAlive() && System.nanoTime() < deadline) {
            try {
                var _ = thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
            } catch (InterruptedException e) {
                interrupted = true;
                break; // it ends by itself
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
