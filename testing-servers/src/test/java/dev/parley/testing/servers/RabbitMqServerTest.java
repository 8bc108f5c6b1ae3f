package dev.parley.testing.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import com.rabbitmq.client.PossibleAuthenticationFailureException;
import dev.parley.testing.Fixture;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The real broker, asked with its own client. */
class RabbitMqServerTest {

    @RegisterExtension
    final Fixture fixture = new Fixture();

    private static Connection connect(String uri) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(uri);
        factory.setAutomaticRecoveryEnabled(false);
        return factory.newConnection("test");
    }

    private static void publish(String uri, String queue, String text) throws Exception {
        try (Connection connection = connect(uri);
                Channel channel = connection.createChannel()) {
            channel.queueDeclare(queue, true, false, false, Map.of("x-queue-type", "quorum"));
            channel.confirmSelect();
            channel.basicPublish("", queue, MessageProperties.PERSISTENT_BASIC, text.getBytes(StandardCharsets.UTF_8));
            channel.waitForConfirmsOrDie(30_000);
        }
    }

    /** A queue that has just been recovered may need a moment before it has its messages. */
    private static String take(String uri, String queue) throws Exception {
        try (Connection connection = connect(uri);
                Channel channel = connection.createChannel()) {
            long until = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            GetResponse found;
            while ((found = channel.basicGet(queue, true)) == null) {
                assertThat(System.nanoTime()).as("a message of " + queue).isLessThan(until);
                Thread.sleep(20);
            }
            return new String(found.getBody(), StandardCharsets.UTF_8);
        }
    }

    /**
     * RabbitMQ writes down half a second after its declaration that a quorum queue exists. One killed before knows the queue, and yet
     * never serves it again (seen with 3.10.8).
     */
    private static void awaitRegistered(RabbitMqServer server, String queue) throws Exception {
        Path register = server.process().folder().resolve("mnesia/rabbit@localhost/quorum/rabbit@localhost/names.dets");
        long until = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!Files.readString(register, StandardCharsets.ISO_8859_1).contains("%2F_" + queue)) {
            assertThat(System.nanoTime()).as("the registration of " + queue).isLessThan(until);
            Thread.sleep(20);
        }
    }

    @Test
    @Tag("long") // each start takes ten seconds; the adapter's tests of faults do the same
    void keepsItsDataAndPortWhenKilledAndRestarted() throws Exception {
        RabbitMqServer server = fixture.open(RabbitMqServer.start());
        int port = server.port();
        publish(server.uri(), "kept", "first");
        publish(server.uri(), "kept", "second");
        awaitRegistered(server, "kept");

        server.kill();
        assertThat(server.process().isRunning()).isFalse();
        assertThatThrownBy(() -> connect(server.uri())).isInstanceOf(IOException.class);
        server.restart();

        assertThat(server.port()).isEqualTo(port);
        assertThat(take(server.uri(), "kept")).isEqualTo("first");
        server.restart(); // now in order
        assertThat(take(server.uri(), "kept")).isEqualTo("second");
    }

    @Test
    void closeLeavesNoProcessAndNoFolderThoughAClientIsThere() throws Exception {
        RabbitMqServer server = RabbitMqServer.start(Map.of("heartbeat", "17"));
        try (Connection connection = connect(server.uri())) {
            assertThat(connection.getHeartbeat()).isEqualTo(17);
            List<ProcessHandle> all = new ArrayList<>(Processes.of(server.process()));
            all.addAll(Processes.of(server.mapper()));
            assertThat(all).hasSizeGreaterThan(2);

            server.close();

            assertThat(all).allMatch(Processes::hasEnded);
            assertThat(server.process().folder()).doesNotExist();
            assertThat(server.mapper().folder()).doesNotExist();
        } catch (com.rabbitmq.client.AlreadyClosedException expected) {
            assertThat(server.process().isRunning()).isFalse();
        }
        server.close();
    }

    @Test
    @Tag("long") // each start takes ten seconds
    void pausedItAnswersNothing() throws Exception {
        RabbitMqServer server = fixture.open(RabbitMqServer.start());
        publish(server.uri(), "q", "before");
        ConnectionFactory impatient = new ConnectionFactory();
        impatient.setUri(server.uri());
        impatient.setHandshakeTimeout(500);

        server.pause();
        assertThatThrownBy(() -> impatient.newConnection().close()).isInstanceOf(Exception.class);
        server.resume();

        assertThat(take(server.uri(), "q")).isEqualTo("before");
    }

    @Test
    void theSharedOneGivesEachTestAVirtualHost() throws Exception {
        RabbitMqServer server = RabbitMqServer.shared();
        assertThat(RabbitMqServer.shared()).isSameAs(server);
        String one = server.newVirtualHost();
        String other = server.newVirtualHost();

        publish(server.uri(one), "q", "here");

        assertThat(take(server.uri(one), "q")).isEqualTo("here");
        assertThat(server.control("list_queues", "-p", other, "name", "--no-table-headers"))
                .isBlank();
        assertThatThrownBy(() -> connect(server.uri().replace("guest:guest", "guest:wrong")))
                .isInstanceOf(PossibleAuthenticationFailureException.class);
        assertThatThrownBy(() -> server.control("no_such_command")).hasMessageContaining("no_such_command");
    }

    @Test
    @Tag("long") // each start takes ten seconds; the adapter's tests of figures ask it, too
    void theManagementApiAnswersOfTheOneThatIsStartedWithIt() throws Exception {
        RabbitMqServer server = fixture.open(RabbitMqServer.startWithManagement(Map.of()));
        publish(server.uri(), "q", "one");
        String basic = Base64.getEncoder().encodeToString("guest:guest".getBytes(StandardCharsets.UTF_8));
        URI queues = URI.create("http://127.0.0.1:" + server.managementPort() + "/api/queues/%2F?columns=name");
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(queues)
                            .header("Authorization", "Basic " + basic)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.body()).isEqualTo("[{\"name\":\"q\"}]");
        }
        assertThatThrownBy(() -> RabbitMqServer.shared().managementPort())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("startWithManagement");
    }

    @Test
    @Tag("long") // each start takes ten seconds
    void badSettingsSayWhyAndLeaveNoPortMapper() {
        assertThatThrownBy(() ->
                        RabbitMqServer.start(Map.of("no_such_setting", "1")).close())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no_such_setting");
        assertThat(ProcessHandle.current().children().filter(each -> !Processes.hasEnded(each)))
                .noneMatch(each -> each.info().command().orElse("").endsWith("epmd") && !each.equals(sharedMapper()));
    }

    private static ProcessHandle sharedMapper() {
        try {
            return ProcessHandle.of(RabbitMqServer.shared().mapper().pid()).orElseThrow();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
