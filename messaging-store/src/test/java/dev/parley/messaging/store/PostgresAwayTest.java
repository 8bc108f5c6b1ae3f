package dev.parley.messaging.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.Subscription;
import dev.parley.messaging.Topic;
import dev.parley.testing.Fixture;
import dev.parley.testing.servers.PostgresServer;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A database that is away: it is tried again, told, and close leaves no thread. */
@Tag("long") // publishing and subscribing both wait out their time
class PostgresAwayTest {

    private static final Pattern OURS = Pattern.compile("#(\\d+) \"((?:parley-|PostgreSQL-JDBC).*?)\".*");

    @RegisterExtension
    final Fixture fixture = new Fixture();

    @TempDir
    private Path folder;

    private final Topic<String> topic = Topic.text("order.placed");

    private MessageBroker connect(String uri) {
        return fixture.open(MessageBroker.connect(
                uri + "?connectTimeout=500ms", BrokerOptions.defaults().withPublishTimeout(Duration.ofSeconds(10))));
    }

    /** By their ids, but for the timer, which is the whole process's; virtual threads are in no list but that of the diagnostic dump. */
    private Map<String, String> threads() throws Exception {
        Path dump = folder.resolve(UUID.randomUUID() + ".txt");
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .dumpThreads(dump.toString(), HotSpotDiagnosticMXBean.ThreadDumpFormat.TEXT_PLAIN);
        return Files.readAllLines(dump).stream()
                .map(OURS::matcher)
                .filter(ours -> ours.matches() && !ours.group(2).equals("parley-timer"))
                .collect(Collectors.toMap(ours -> ours.group(1), ours -> ours.group(2)));
    }

    private Map<String, String> threadsBeside(Map<String, String> before) throws Exception {
        Map<String, String> now = threads();
        now.keySet().removeAll(before.keySet());
        return now;
    }

    private void awaitNoneBeside(Map<String, String> before) throws Exception {
        long until = System.nanoTime() + Databases.PATIENCE.toNanos();
        Map<String, String> left = threadsBeside(before);
        while (!left.isEmpty()) {
            assertThat(System.nanoTime()).as("still there: " + left).isLessThan(until);
            Thread.sleep(50);
            left = threadsBeside(before);
        }
    }

    private static void await(String what, Callable<Boolean> condition) throws Exception {
        long until = System.nanoTime() + Databases.PATIENCE.toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime()).as(what).isLessThan(until);
            Thread.sleep(20);
        }
    }

    private static void isAway(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.UNAVAILABLE));
    }

    private static void isTriedAgain(Subscription subscription) throws Exception {
        await("it is told", () -> subscription.problem().isPresent());
        CallException first = subscription.problem().orElseThrow();
        assertThat(first.code()).isEqualTo(Code.UNAVAILABLE);
        await("it is tried again", () -> subscription.problem().orElseThrow() != first);
    }

    @Test
    void oneThatIsNotThere() throws Exception {
        Map<String, String> before = threads();
        MessageBroker broker = connect("postgresql://parley:secret@127.0.0.1:1/shop");
        isAway(() -> broker.publish(topic, "lost"));
        Subscription subscription = broker.subscribe(topic, "email", (call, delivery) -> Disposition.ack());
        assertThat(broker.problem().orElseThrow())
                .satisfies(problem -> assertThat(problem.code()).isEqualTo(Code.UNAVAILABLE))
                .hasMessageContaining("127.0.0.1:1")
                .hasMessageNotContaining("secret");
        isTriedAgain(subscription);
        await("a thread opens the database", () -> threadsBeside(before).containsValue("parley-queues-open"));

        broker.close();
        awaitNoneBeside(before);
    }

    @Test
    void oneThatDiesInUse() throws Exception {
        PostgresServer server = fixture.open(PostgresServer.start());
        Map<String, String> before = threads();
        MessageBroker broker = connect(server.uri());
        Subscription subscription = broker.subscribe(topic, "email", (call, delivery) -> Disposition.ack());
        broker.publish(topic, "hello");
        await("it is handled", () -> subscription.snapshot().acked() == 1);
        assertThat(threadsBeside(before).values())
                .as("what is to be gone in the end")
                .contains("parley-store-watch", "parley-store-listen", "parley-queues-sweeper");

        server.kill();
        isAway(() -> broker.publish(topic, "lost"));
        isTriedAgain(subscription);
        assertThat(broker.problem().orElseThrow().code()).isEqualTo(Code.UNAVAILABLE);

        broker.close();
        awaitNoneBeside(before);
    }
}
