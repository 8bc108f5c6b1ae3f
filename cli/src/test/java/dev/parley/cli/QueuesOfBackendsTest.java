package dev.parley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.parley.Code;
import dev.parley.broker.BrokerServer;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.Message;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.Subscription;
import dev.parley.messaging.Topic;
import dev.parley.testing.Fixture;
import dev.parley.testing.servers.KafkaServer;
import dev.parley.testing.servers.PostgresServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code parley queues} of the brokers beside RabbitMQ, which {@link QueuesTest} has: the same for each. */
@Timeout(300)
class QueuesOfBackendsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @RegisterExtension
    final Fixture fixture = new Fixture();

    @TempDir
    private Path folder;

    private enum Kind {
        SQLITE,
        POSTGRESQL,
        KAFKA,
        PARLEY
    }

    private String uri(Kind kind) throws Exception {
        return switch (kind) {
            case SQLITE -> "sqlite:" + folder.resolve("broker");
            case POSTGRESQL ->
                PostgresServer.shared().uri(PostgresServer.shared().newDatabase());
            case KAFKA -> KafkaServer.shared().uri();
            case PARLEY ->
                "parley://127.0.0.1:"
                        + fixture.open(BrokerServer.builder()
                                        .port(0)
                                        .store("memory:")
                                        .start())
                                .port();
        };
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(String what, Condition condition) throws Exception {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as(what).isLessThan(until);
            Thread.sleep(100);
        }
    }

    private static JsonObject row(String uri, String queue) {
        Parley.Result result = Parley.run("queues", uri, "--json");
        assertThat(result.status()).as(result.err()).isEqualTo(ExitCode.OK);
        return result.out()
                .lines()
                .map(line -> JsonParser.parseString(line).getAsJsonObject())
                .filter(row -> queue.equals(
                        row.get("topic").getAsString() + "/" + row.get("group").getAsString()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no row of " + queue + ": " + result.out()));
    }

    @Test
    void aFolderThatIsMistypedIsNotFoundAndNotMade() {
        Path mistyped = folder.resolve("borker");
        Parley.Result result = Parley.run("queues", "sqlite:" + mistyped);
        assertThat(result.status()).isEqualTo(ExitCode.of(Code.NOT_FOUND));
        assertThat(result.err()).contains("NOT_FOUND", "no store in the folder", mistyped.toString());
        assertThat(mistyped).doesNotExist();
    }

    @ParameterizedTest
    @EnumSource
    void whatWaitsAndWhatWasGivenUpIsSeen(Kind kind) throws Exception {
        String uri = uri(kind);
        Topic<String> topic =
                Topic.text("order.placed-" + UUID.randomUUID().toString().substring(0, 8));
        try (MessageBroker shop = MessageBroker.connect(uri)) {
            shop.subscribe(topic, "billing", (call, delivery) -> Disposition.ack())
                    .close();
            Subscription email =
                    shop.subscribe(topic, "email", (call, delivery) -> Disposition.reject("no such address"));
            for (int n = 0; n < 3; n++) {
                shop.publish(topic, Message.of("order.placed", "o-" + n).withId("id-" + n));
            }
            await("all are given up", () -> email.snapshot().deadLettered() == 3);
        }
        String billing = topic.name() + "/billing";
        String email = topic.name() + "/email";
        await("three wait for billing", () -> row(uri, billing).get("depth").getAsInt() == 3);
        assertThat(row(uri, billing).get("deadLetters").getAsInt()).isZero();
        assertThat(row(uri, billing).get("inFlight").getAsInt()).isZero();
        await("none wait for email", () -> row(uri, email).get("depth").getAsInt() == 0);
        assertThat(row(uri, email).get("deadLetters").getAsInt()).isEqualTo(3);

        Parley.Result table = Parley.run("queues", uri);
        assertThat(table.out()).containsPattern("(?m)^" + billing + " +3 ").containsPattern("(?m)^" + email + " +0 ");
        List<String> letters = Parley.run("queues", uri, "--letters", email, "--json")
                .out()
                .lines()
                .map(line -> JsonParser.parseString(line)
                        .getAsJsonObject()
                        .get("messageId")
                        .getAsString())
                .toList();
        assertThat(letters).containsExactlyInAnyOrder("id-0", "id-1", "id-2");

        Parley.Result one = Parley.run("queues", uri, "--redrive", email, "--id", "id-1");
        assertThat(one.out()).as(one.err()).isEqualTo("redriven: 1" + System.lineSeparator());
        await("one waits again", () -> {
            JsonObject row = row(uri, email);
            return row.get("depth").getAsInt() == 1 && row.get("deadLetters").getAsInt() == 2;
        });
        Parley.Result rest = Parley.run("queues", uri, "--redrive", email);
        assertThat(rest.out()).as(rest.err()).isEqualTo("redriven: 2" + System.lineSeparator());
        await("all wait again", () -> {
            JsonObject row = row(uri, email);
            return row.get("depth").getAsInt() == 3 && row.get("deadLetters").getAsInt() == 0;
        });
        assertThat(row(uri, billing).get("depth").getAsInt())
                .as("the other group has them once")
                .isEqualTo(3);
    }
}
