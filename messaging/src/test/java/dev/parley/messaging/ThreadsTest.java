package dev.parley.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Threads that end with their broker. */
class ThreadsTest {

    @TempDir
    private Path folder;

    @Test
    void noneIsLeftBehind() throws Exception {
        String name = "threads-" + UUID.randomUUID();
        Topic<String> topic = Topic.text(name);
        BrokerOptions hasty = BrokerOptions.defaults().withPublishTimeout(Duration.ofMillis(50));
        Faults away = new Faults(hasty);
        away.consuming = Faults.away();
        away.publishing = Faults.away();
        MessageBroker unreachable = MessageBroker.of(away, hasty);
        unreachable.subscribe(topic, "unreachable", (call, delivery) -> Disposition.ack());
        MessageBroker broker = MessageBroker.connect("memory:");
        broker.subscribe(topic, "one", (call, delivery) -> Disposition.ack());
        broker.subscribe(topic, "two", (call, delivery) -> Disposition.ack());
        broker.fireAndForget().listen(topic, (sent, message) -> {});
        broker.respond(
                Topic.text(name + ".ask"),
                "answers",
                (call, delivery) -> delivery.payload(),
                PayloadCodec.text(),
                SubscribeOptions.defaults());
        broker.publish(topic, "hello");
        assertThat(broker.request(
                        Topic.text(name + ".ask"), Message.of("ask", "?"), PayloadCodec.text(), Duration.ofSeconds(30)))
                .isEqualTo("?");
        assertThat(threadsOf(name)).isNotEmpty();

        broker.close();
        unreachable.close();
        Await.until("all have ended", () -> threadsOf(name).isEmpty());
    }

    /** Virtual threads are in no list but that of the diagnostic dump. */
    private List<String> threadsOf(String name) throws Exception {
        Path dump = folder.resolve(UUID.randomUUID() + ".txt");
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .dumpThreads(dump.toString(), HotSpotDiagnosticMXBean.ThreadDumpFormat.TEXT_PLAIN);
        return Files.readAllLines(dump).stream()
                .filter(line -> line.startsWith("#") && line.contains(name))
                .toList();
    }
}
