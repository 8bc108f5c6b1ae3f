package dev.parley.messaging.kafka;

import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.StartFrom;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.Backends;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.ConsumerSpec;
import dev.parley.messaging.spi.Received;
import dev.parley.testing.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A consumer in a JVM of its own, that tests freeze and kill. It says {@code got TEXT} of each message, and acknowledges at once, or, told to
 * hold, all that it has once a file appears; then {@code acked TEXT} or {@code stale TEXT}.
 */
final class ConsumerProcess {

    private static final String RELEASE = "release";

    private ConsumerProcess() {}

    /** Starts one; the group is known to the broker when this returns. */
    static ServerProcess start(String uri, QueueName queue, boolean hold) throws IOException, InterruptedException {
        return ServerProcess.builder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString())
                .name("consumer")
                .ports("none")
                .arguments(place -> List.of(
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ConsumerProcess.class.getName(),
                        uri,
                        queue.topic(),
                        queue.group(),
                        hold ? place.folder().resolve(RELEASE).toString() : ""))
                .readyWhen(process -> process.output().contains("ready"))
                .startTimeout(Duration.ofMinutes(3))
                .start();
    }

    /** Lets one that holds go on. */
    static void release(ServerProcess process) throws IOException {
        Files.writeString(process.folder().resolve(RELEASE), "");
    }

    static void main(String[] args) throws Exception {
        QueueName queue = new QueueName(args[1], args[2]);
        Optional<Path> file = args[3].isEmpty() ? Optional.empty() : Optional.of(Path.of(args[3]));
        // On a busy machine the first answers take their time.
        BrokerOptions patient = BrokerOptions.defaults().withConnectTimeout(Duration.ofMinutes(1));
        try (BrokerBackend backend = Backends.open(args[0], patient);
                BackendConsumer consumer = backend.consume(new ConsumerSpec(
                        queue,
                        Optional.empty(),
                        ConsumerSpec.Kind.DURABLE,
                        100,
                        false,
                        StartFrom.latest(),
                        Duration.ofSeconds(30)))) {
            System.out.println("ready");
            List<Received> held = new ArrayList<>();
            while (true) {
                for (Received message : consumer.receive(100 - held.size(), Duration.ofMillis(50))) {
                    System.out.println("got " + Backend.text(message.message()));
                    held.add(message);
                }
                if (file.isEmpty() || Files.exists(file.get())) {
                    List<Received> stale = Backend.ack(consumer, held);
                    held.forEach(message -> System.out.println(
                            (stale.contains(message) ? "stale " : "acked ") + Backend.text(message.message())));
                    held.clear();
                }
            }
        }
    }
}
