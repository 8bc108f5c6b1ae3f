package dev.parley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.Message;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.Subscription;
import dev.parley.messaging.Topic;
import dev.parley.testing.servers.RabbitMqServer;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code parley queues} of a RabbitMQ whose groups are somebody else's. */
@Timeout(300)
class QueuesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Topic<String> PLACED = Topic.text("order.placed");

    private static RabbitMqServer server;
    private static MessageBroker shop;

    @BeforeAll
    static void start() throws Exception {
        server = RabbitMqServer.startWithManagement(Map.of());
        shop = MessageBroker.connect(server.uri());
        Subscription email = shop.subscribe(PLACED, "email", (call, delivery) -> Disposition.reject("no such address"));
        shop.subscribe(PLACED, "billing", (call, delivery) -> Disposition.ack()).close();
        for (int n = 0; n < 3; n++) {
            shop.publish(PLACED, Message.of("order.placed", "o-" + n).withId("id-" + n));
        }
        await(() -> email.snapshot().deadLettered() == 3);
    }

    @AfterAll
    static void stop() throws Exception {
        shop.close();
        server.close();
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(Condition condition) throws Exception {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("it comes to that").isLessThan(until);
            Thread.sleep(100);
        }
    }

    private static String managed() {
        return server.uri() + "?management=" + server.managementPort();
    }

    private static List<JsonObject> objects(Parley.Result result) {
        return result.out()
                .lines()
                .map(line -> JsonParser.parseString(line).getAsJsonObject())
                .toList();
    }

    @Test
    void allGroupsAreSeenThroughTheManagementApi() throws Exception {
        await(() -> {
            Parley.Result result = Parley.run("queues", managed());
            assertThat(result.status()).as(result.err()).isEqualTo(ExitCode.OK);
            assertThat(result.err()).isEmpty();
            assertThat(result.out().lines().toList().getFirst())
                    .matches("QUEUE +DEPTH +DELAYED +IN FLIGHT +OLDEST +REDELIVERED +DEAD LETTERS +CONSUMERS");
            return result.out()
                    .matches("(?s).*\norder.placed/billing +3 +0 +0 +unknown +\\S+ +0 +0\n"
                            + "order.placed/email +0 +0 +0 +- +\\S+ +3 +1\n.*");
        });
        List<JsonObject> rows = objects(Parley.run("queues", managed(), "--json", "--queue", "order.placed/email"));
        assertThat(rows).singleElement().satisfies(row -> {
            assertThat(row.get("group").getAsString()).isEqualTo("email");
            assertThat(row.get("inFlight").getAsInt()).isZero();
            assertThat(row.get("deadLetters").getAsInt()).isEqualTo(3);
        });
    }

    @Test
    void withoutItTheLineSaysWhatToAdd() {
        Parley.Result result = Parley.run("queues", server.uri());

        assertThat(result.status()).isEqualTo(ExitCode.OK);
        assertThat(result.out().lines()).as("only the heading").hasSize(1);
        assertThat(result.err().lines())
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .startsWith("parley: AMQP cannot list queues")
                        .contains("rabbitmq_management")
                        .contains("?management=15672")
                        .contains("--queue TOPIC/GROUP")
                        .doesNotContain("guest:guest"));
    }

    @Test
    void withoutItQueuesAreAskedForByName() {
        Parley.Result result = Parley.run(
                "queues",
                server.uri(),
                "--queue",
                "order.placed/email",
                "--queue",
                "order.placed/nobody",
                "--queue",
                "order.placed/billing");

        assertThat(result.status()).isEqualTo(69);
        assertThat(result.out().lines().skip(1))
                .satisfiesExactly(
                        row -> assertThat(row)
                                .matches("order.placed/email +0 +unknown +unknown +unknown +unknown +3 +1"),
                        row -> assertThat(row).matches("order.placed/billing +3 +unknown +0 +unknown +unknown +0 +0"));
        assertThat(result.err())
                .contains("parley: NOT_FOUND: the broker knows no queue order.placed/nobody")
                .contains("management=15672");
    }

    @Test
    void lettersAreListedRedrivenAndDiscarded() throws Exception {
        QueueName refund = new QueueName("order.refunded", "email");
        Topic<String> refunded = Topic.text(refund.topic());
        try (Subscription failing =
                shop.subscribe(refunded, refund.group(), (call, delivery) -> Disposition.reject("broken"))) {
            shop.publish(refunded, Message.of("order.refunded", "1").withId("first"));
            shop.publish(refunded, Message.of("order.refunded", "2").withId("second"));
            await(() -> failing.snapshot().deadLettered() == 2);
        }
        Parley.Result listed = Parley.run("queues", server.uri(), "--letters", "order.refunded/email", "--json");
        assertThat(objects(listed))
                .extracting(row -> row.get("messageId").getAsString())
                .containsExactly("first", "second");

        assertThat(Parley.run("queues", server.uri(), "--redrive", "order.refunded/email", "--id", "first")
                        .out())
                .isEqualTo("redriven: 1" + System.lineSeparator());
        assertThat(Parley.run("queues", server.uri(), "--discard", "order.refunded/email", "--id", "second")
                        .out())
                .isEqualTo("discarded: 1" + System.lineSeparator());

        assertThat(shop.deadLetters(refund).list(10)).isEmpty();
        assertThat(shop.queue(refund).orElseThrow().depth()).isEqualTo(1);
    }

    @Test
    void watchingShowsThemAgain() throws Exception {
        Process process = Parley.process(
                        "queues", server.uri(), "--queue", "order.placed/billing", "--json", "--watch", "200ms")
                .start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (int round = 0; round < 3; round++) {
                assertThat(JsonParser.parseString(out.readLine())
                                .getAsJsonObject()
                                .get("depth")
                                .getAsInt())
                        .isEqualTo(3);
                assertThat(out.readLine()).isEmpty();
            }
            process.toHandle().destroy();
            assertThat(process.waitFor()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void aServerThatIsAwayOrRefusesIsAnError() {
        Parley.Result refused = Parley.run("queues", server.uri().replace("guest:guest", "guest:geheim"));
        assertThat(refused.status()).isEqualTo(80);
        assertThat(refused.err())
                .contains("UNAUTHENTICATED")
                .contains("the user \"guest\"")
                .doesNotContain("geheim");
        Parley.Result nowhere = Parley.run("queues", server.uri("nowhere"));
        assertThat(nowhere.status()).isEqualTo(69);
        assertThat(nowhere.err()).contains("nowhere");
        Parley.Result wrongPort = Parley.run("queues", server.uri() + "?management=" + server.port());
        assertThat(wrongPort.status()).isEqualTo(78);
        assertThat(wrongPort.err()).contains("rabbitmq_management");
    }

    @Test
    void aWrongCommandLineIsNamed() {
        assertThat(Parley.run("queues", server.uri(), "--queue", "order.placed").err())
                .contains("a queue is TOPIC/GROUP")
                .contains("\"order.placed\"");
        assertThat(Parley.run("queues", server.uri(), "--queue", "a/b", "--letters", "a/b")
                        .status())
                .isEqualTo(ExitCode.USAGE);
        assertThat(Parley.run("queues", server.uri() + "?managment=1").err()).contains("known: [");
    }
}
