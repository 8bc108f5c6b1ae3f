package dev.parley.messaging.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.messaging.Delivery;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.Message;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.Topic;
import dev.parley.testing.Fixture;
import dev.parley.testing.servers.RabbitMqServer;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The npm package {@code amqplib} consumes what we publish, and publishes what we consume. */
class NodeAmqplibTest {

    @RegisterExtension
    final Fixture fixture = new Fixture();

    record Order(String id, int total) {}

    @Test
    void amqplibAndWeUnderstandEachOther() throws Exception {
        RabbitMqServer server = RabbitMqServer.shared();
        String uri = server.uri(server.newVirtualHost());
        Broker.plainClient(fixture, uri).exchangeDeclare("orders", "topic", true);
        MessageBroker broker = fixture.open(MessageBroker.connect(uri));
        MessageBroker orders = fixture.open(MessageBroker.connect(uri + "?exchange=orders"));
        CompletableFuture<Delivery<String>> answer = new CompletableFuture<>();
        broker.subscribe(Topic.text("answers"), "tests", (call, delivery) -> {
            answer.complete(delivery);
            return Disposition.ack();
        });
        CompletableFuture<Delivery<Order>> order = new CompletableFuture<>();
        orders.subscribe(Topic.json("order.created", Order.class), "tests", (call, delivery) -> {
            order.complete(delivery);
            return Disposition.ack();
        });
        Process node = new ProcessBuilder("node", "peer.mjs", uri, "order.placed", "answers")
                .directory(Path.of("src/test/node").toFile())
                .redirectErrorStream(true)
                .start();
        fixture.open(node::destroyForcibly);
        BufferedReader says = node.inputReader();
        assertThat(says.readLine()).isEqualTo("ready");

        broker.publish(
                Topic.json("order.placed", Order.class),
                Message.of("order.placed", new Order("o-7", 99)).withId("m-1").withKey("o-7"));

        assertThat(says.readLine())
                .startsWith("received ")
                .contains("\"key\":\"order.placed\"")
                .contains("\"contentType\":\"application/json\"")
                .contains("\"messageId\":\"m-1\"")
                .contains("\"cloudEvents:specversion\":\"1.0\"")
                .contains("\"cloudEvents:id\":\"m-1\"")
                .contains("\"cloudEvents:partitionkey\":\"o-7\"")
                .endsWith("\"body\":{\"id\":\"o-7\",\"total\":99}}");
        Delivery<String> answered = answer.get(60, TimeUnit.SECONDS);
        assertThat(answered.message().id()).isEqualTo("answer-1");
        assertThat(answered.message().type()).isEqualTo("answer.given");
        assertThat(answered.message().metadata().correlationId()).contains("m-1");
        assertThat(answered.message().payload()).isEqualTo("{\"answer\":42}");
        Delivery<Order> created = order.get(60, TimeUnit.SECONDS);
        assertThat(created.message().payload()).isEqualTo(new Order("o-1", 1250));
        assertThat(created.message().type()).isEqualTo("order.created");
        assertThat(says.readLine()).isEqualTo("done");
        assertThat(node.waitFor()).isZero();
    }
}
