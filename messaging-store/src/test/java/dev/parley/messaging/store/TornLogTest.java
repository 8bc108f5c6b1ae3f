package dev.parley.messaging.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.messaging.Disposition;
import dev.parley.messaging.Message;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.QueueStats;
import dev.parley.messaging.Topic;
import java.io.BufferedReader;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A log that ends inside its last write, as a disk may leave it that lost its power. */
@Timeout(180)
class TornLogTest {

    private static final Topic<String> PLACED = Topic.text("order.placed");
    private static final QueueName EMAIL = new QueueName("order.placed", "email");
    private static final String AFTER = "after the tear";
    private static final int COUNT = 200;

    @TempDir
    private Path folder;

    /** The process that is killed: publishes one message after the other to the broker of its first argument, and says which are confirmed. */
    public static void main(String[] args) throws InterruptedException {
        MessageBroker broker = MessageBroker.connect(args[0]);
        broker.subscribe(PLACED, "email", (call, delivery) -> Disposition.ack()).close();
        for (int n = 0; n < COUNT; n++) {
            broker.publish(PLACED, Message.of("order.placed", "o-" + n).withId("id-" + n));
            System.out.println("id-" + n);
        }
        new CountDownLatch(1).await();
    }

    private List<String> publishedByAKilledProcess(Path data) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        TornLogTest.class.getName(),
                        "sqlite:" + data)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> confirmed = new ArrayList<>();
        try (BufferedReader said = process.inputReader(StandardCharsets.UTF_8)) {
            while (confirmed.size() < COUNT) {
                String line = said.readLine();
                assertThat(line).as("after " + confirmed.size()).startsWith("id-");
                confirmed.add(line);
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        return confirmed;
    }

    /** All that a broker over the folder still has, one message that is new to it included. */
    private static Set<String> consumed(Path data) throws Exception {
        Set<String> came = ConcurrentHashMap.newKeySet();
        try (MessageBroker broker = MessageBroker.connect("sqlite:" + data)) {
            broker.publish(PLACED, Message.of("order.placed", "o").withId(AFTER));
            broker.subscribe(PLACED, "email", (call, delivery) -> {
                came.add(delivery.message().id());
                return Disposition.ack();
            });
            QueueStats stats = broker.queue(EMAIL).orElseThrow();
            while (stats.depth() > 0 || stats.inFlight().orElse(-1) != 0) {
                Thread.sleep(10); // the test's timeout ends it
                stats = broker.queue(EMAIL).orElseThrow();
            }
            assertThat(stats.deadLetters()).hasValue(0);
        }
        return came;
    }

    @Test
    void onlyWhatIsBehindTheTearIsLostAndTheBrokerServes() throws Exception {
        Path data = folder.resolve("broker");
        List<String> confirmed = publishedByAKilledProcess(data);
        Path log = data.resolve("store.db-wal");
        long size = Files.size(log);
        assertThat(size).as("a frame is 4120 bytes").isGreaterThan(100_000);
        // Each message is a commit of its own, so the tear of the last frame costs one at most.
        record Cut(long at, int mostLost) {}
        for (Cut cut : List.of(new Cut(size - 1, 1), new Cut(size - 2000, 1), new Cut(size / 2 + 13, COUNT))) {
            Path copy = Files.createTempDirectory(folder, "torn-");
            Files.copy(data.resolve("store.db"), copy.resolve("store.db"));
            Files.copy(log, copy.resolve("store.db-wal"));
            try (FileChannel channel = FileChannel.open(copy.resolve("store.db-wal"), StandardOpenOption.WRITE)) {
                channel.truncate(cut.at);
            }
            Set<String> came = consumed(copy);
            assertThat(came).contains(AFTER);
            int kept = came.size() - 1;
            assertThat(kept).as("cut at %s of %s", cut.at, size).isGreaterThanOrEqualTo(COUNT - cut.mostLost);
            assertThat(came).as("the first ones, without a gap").containsAll(confirmed.subList(0, kept));
        }
    }
}
