package dev.parley.tck.messaging;

import dev.parley.CallException;
import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.Delivery;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.Message;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.SubscribeOptions;
import dev.parley.messaging.Subscription;
import dev.parley.messaging.Topic;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A publisher or a consumer in a process of its own, to be killed. It appends what it does to files in its folder, each line with one
 * write, which the system has when it returns, whatever becomes of the process:
 *
 * <ul>
 *   <li>{@code history}: {@code try ID}, {@code ok ID}, {@code done ID}, see {@link History};
 *   <li>{@code signals}: what the test waits for.
 * </ul>
 *
 * <p>It ends when there is a file {@code stop}; a handler that waits goes on when there is a file {@code go}.
 */
final class Worker {

    private final Path folder;
    private final Topic<String> topic;
    private final FileOutputStream history;
    private final FileOutputStream signals;

    /** A process that has just started may need that long for its first publication on a busy machine. */
    private static final Duration PUBLISH = Duration.ofSeconds(60);

    /** Consumers may take a minute to start: what is published meanwhile must not be more than they can drain after that. */
    private static final int UNPACED = 1000;

    private static final int PACE_MILLIS = 10;

    private Worker(Path folder, String topic) throws IOException {
        this.folder = folder;
        this.topic = Topic.text(topic);
        this.history = append("history");
        this.signals = append("signals");
    }

    /** Not a channel: that is closed for all by the interrupt of one handler whose message is lost. */
    private FileOutputStream append(String name) throws IOException {
        return new FileOutputStream(folder.resolve(name).toFile(), true);
    }

    /**
     * {@code publish FOLDER URI TOPIC PREFIX BYTES} publishes with four threads until it is stopped, or a publication fails; {@code consume
     * FOLDER URI TOPIC GROUP POINT NTH PREFETCH LEASE_MILLIS ANSWERS} consumes, and waits at a point ({@code before}, {@code
     * during}, {@code after}, {@code never}) of its n-th message. It says {@code ack} to all, or to all but that a {@code mix}.
     */
    public static void main(String[] args) throws Exception {
        Worker worker = new Worker(Path.of(args[1]), args[3]);
        try (MessageBroker broker =
                MessageBroker.connect(args[2], BrokerOptions.defaults().withPublishTimeout(PUBLISH))) {
            switch (args[0]) {
                case "publish" -> worker.publish(broker, args[4], Integer.parseInt(args[5]));
                case "consume" ->
                    worker.consume(
                            broker,
                            args[4],
                            args[5],
                            Integer.parseInt(args[6]),
                            Integer.parseInt(args[7]),
                            Long.parseLong(args[8]),
                            args[9].equals("mix"));
                default -> throw new IllegalArgumentException("role " + args[0]);
            }
        }
        worker.signal("closed");
    }

    private void write(FileOutputStream file, String text) throws IOException {
        file.write(text.getBytes(StandardCharsets.UTF_8));
    }

    private void signal(String text) throws IOException {
        write(signals, text + '\n');
    }

    private boolean told(String name) {
        return Files.exists(folder.resolve(name));
    }

    private void publish(MessageBroker broker, String prefix, int bytes) throws Exception {
        AtomicInteger numbers = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int n = 0; n < 4; n++) {
            threads.add(Thread.ofVirtual().start(() -> publish(broker, prefix, bytes, numbers)));
        }
        for (Thread each : threads) {
            each.join();
        }
    }

    private void publish(MessageBroker broker, String prefix, int bytes, AtomicInteger numbers) {
        try {
            while (!told("stop")) {
                String id = prefix + numbers.incrementAndGet();
                write(history, "try " + id + '\n');
                broker.publish(topic, Message.of("tck", "x".repeat(bytes)).withId(id));
                write(history, "ok " + id + '\n');
                if (numbers.get() > UNPACED) {
                    Thread.sleep(PACE_MILLIS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (CallException | IOException e) {
            try {
                String kind = e instanceof CallException ? "call " : "file ";
                signal("failed " + kind + e.toString().replace('\n', ' '));
            } catch (IOException more) {
                e.addSuppressed(more);
                e.printStackTrace();
            }
        }
    }

    private void consume(
            MessageBroker broker, String group, String point, int nth, int prefetch, long leaseMillis, boolean mixed)
            throws Exception {
        AtomicInteger count = new AtomicInteger();
        Mix mix = new Mix();
        SubscribeOptions options = Mix.unlimited(SubscribeOptions.defaults())
                .withPrefetch(prefetch)
                .withHandlerTimeout(Duration.ofMinutes(10))
                .withDrain(Duration.ofSeconds(60))
                .withLease(Duration.ofMillis(leaseMillis));
        Subscription subscription = broker.subscribe(
                topic,
                group,
                (call, delivery) -> {
                    boolean at = count.incrementAndGet() == nth;
                    Disposition answer = mixed && !at ? mix.answer(delivery) : Disposition.ack();
                    return answer instanceof Disposition.Ack ? handle(delivery, at ? point : "never") : answer;
                },
                options);
        signal("subscribed");
        while (!told("stop")) {
            Thread.sleep(10);
        }
        subscription.close();
        signal("stale " + subscription.snapshot().stale());
    }

    private Disposition handle(Delivery<String> delivery, String point) throws IOException {
        String id = delivery.message().id();
        if (point.equals("before")) {
            pause("before", id);
        }
        if (point.equals("during")) {
            // Half an effect; what follows it makes it whole only if this process goes on.
            try (FileOutputStream own = append("half")) {
                write(own, "done " + id.substring(0, 1));
            }
            pause("during", id);
        }
        write(history, "done " + id + '\n');
        if (point.equals("after")) {
            pause("after", id);
        }
        return Disposition.ack();
    }

    /** Whatever happens to its message meanwhile: one that was frozen past its lease goes on with what it was at. */
    private void pause(String point, String id) throws IOException {
        signal("at " + point + ' ' + id);
        boolean interrupted = false;
        while (!told("go")) {
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
