package dev.parley.messaging.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.testing.Fixture;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Something that is not RabbitMQ's management API, or none that can be trusted; and what the option may say. */
class ManagementAnswersTest {

    @RegisterExtension
    final Fixture fixture = new Fixture();

    private BrokerBackend at(HttpHandler handler) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", handler);
        server.setExecutor(task -> Thread.ofVirtual().start(task));
        server.start();
        fixture.open(() -> server.stop(0));
        return fixture.open(Broker.open("amqp://me:geheim@127.0.0.1:1/shop?management="
                + server.getAddress().getPort()));
    }

    private static HttpHandler answers(int status, String body) {
        return exchange -> {
            try (OutputStream out = started(exchange, status)) {
                out.write(body.getBytes(StandardCharsets.UTF_8));
            }
        };
    }

    private static OutputStream started(HttpExchange exchange, int status) throws IOException {
        exchange.sendResponseHeaders(status, 0);
        return exchange.getResponseBody();
    }

    private static void assertFails(BrokerBackend backend, Code code, String said) {
        assertThatThrownBy(backend::queues).isInstanceOfSatisfying(CallException.class, e -> {
            assertThat(e.code()).as(e.message()).isEqualTo(code);
            assertThat(e.message()).contains(said).contains("http://127.0.0.1:").doesNotContain("geheim");
        });
    }

    @Test
    void whatIsNotRabbitMqIsSaidToBeNone() throws Exception {
        assertFails(at(answers(200, "<html>It works!</html>")), Code.UNAVAILABLE, "no JSON object");
        assertFails(at(answers(200, "{\"queues\": []}")), Code.UNAVAILABLE, "it lists no queues");
        assertFails(at(answers(503, "busy")), Code.UNAVAILABLE, "503");
        assertFails(at(answers(302, "")), Code.UNAVAILABLE, "302");
        assertFails(
                at(answers(200, "{\"total_count\": 10001, \"page_count\": 21, \"items\": []}")),
                Code.RESOURCE_EXHAUSTED,
                "more than 10000 queues");
    }

    @Test
    void figuresThatAreNoneAreNotTaken() throws Exception {
        BrokerBackend backend = at(answers(
                200,
                "{\"total_count\": 2, \"page_count\": 1, \"items\": [{\"name\": \"a/g\", \"messages_ready\": 7,"
                        + " \"messages_unacknowledged\": \"many\", \"consumers\": -1, \"head_message_timestamp\": \"\"},"
                        + " {\"name\": 7}, 3]}"));
        assertThat(backend.queues()).singleElement().satisfies(stats -> {
            assertThat(stats.depth()).isEqualTo(7);
            assertThat(stats.inFlight()).isEmpty();
            assertThat(stats.consumers()).isEmpty();
            assertThat(stats.oldestAge()).isEmpty();
            assertThat(stats.redelivered()).isEmpty();
            assertThat(stats.deadLetters()).isEmpty();
        });
    }

    @Test
    void anAnswerWithoutEndIsGivenUp() throws Exception {
        byte[] more = new byte[64 << 10];
        assertFails(
                at(exchange -> {
                    try (OutputStream out = started(exchange, 200)) {
                        while (true) {
                            out.write(more);
                        }
                    }
                }),
                Code.UNAVAILABLE,
                Integer.toString(ManagementApi.MAX_BYTES));
    }

    @Test
    void anAnswerThatTricklesIsGivenUp() throws Exception {
        assertFails(
                at(exchange -> {
                    try (OutputStream out = started(exchange, 200)) {
                        while (true) {
                            out.write(' ');
                            out.flush();
                            Thread.sleep(100);
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                }),
                Code.UNAVAILABLE,
                "no answer in 10 s");
    }

    @Test
    void ofSeveralServersTheFirstThatIsThereIsAsked() throws Exception {
        AtomicReference<String> asked = new AtomicReference<>("");
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.createContext("/", exchange -> {
            asked.set(exchange.getRequestURI().getRawPath()
                    + ' '
                    + exchange.getRequestHeaders().getFirst("Authorization"));
            answers(200, "{\"total_count\": 0, \"page_count\": 1, \"items\": []}")
                    .handle(exchange);
        });
        server.start();
        fixture.open(() -> server.stop(0));
        int port = server.getAddress().getPort();
        BrokerBackend backend =
                fixture.open(Broker.open("amqp://me:geheim@[::1]:1,127.0.0.1:1/a%2Fb%20c?management=" + port));

        assertThat(backend.queues()).isEmpty();

        assertThat(asked.get()).isEqualTo("/api/queues/a%2Fb%20c Basic bWU6Z2VoZWlt");
    }

    @Test
    void badOptionsAreRefusedAndNothingSecretIsTold() {
        for (String each : List.of(
                "amqp://h?management=0",
                "amqp://h?management=65536",
                "amqp://h?management=",
                "amqp://h?management=h:15672",
                "amqp://h?management=ftp://h",
                "amqp://h?management=http://me:geheim@h:15672",
                "amqp://h?management=http://geheim^@h",
                "amqp://h?management=http%3A%2F%2Fme:geheim%40h",
                "amqp://h?management=http://h/?a=b",
                "amqps://h?management=http://h:15672",
                "amqp://h?exhange=x&management=http://me:geheim@h")) {
            assertThatThrownBy(() -> Broker.open(each).close())
                    .as(each)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("management")
                    .hasMessageNotContaining("geheim");
        }
        for (String each : List.of(
                "amqp://h?management=15672",
                "amqp://h?management=https://h:15671/rabbit/",
                "amqps://h?management=15671",
                "amqps://h?management=http://127.0.0.1:15672")) {
            fixture.open(Broker.open(each));
        }
    }
}
