package dev.parley.messaging.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.GetResponse;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.DeadLetter;
import dev.parley.messaging.Failure;
import dev.parley.messaging.Message;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.QueueStats;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.CloudEventJson;
import dev.parley.messaging.spi.ConsumerSpec;
import dev.parley.messaging.spi.LetterAction;
import dev.parley.messaging.spi.Outgoing;
import dev.parley.messaging.spi.Received;
import dev.parley.messaging.spi.Settlement;
import dev.parley.testing.Fixture;
import dev.parley.testing.servers.RabbitMqServer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is RabbitMQ's own: exchanges, queues, headers, buckets of delay, beside a plain client of the same server. */
class RabbitMqBackendTest {
    private static RabbitMqServer server;
    private static String uri;

    @RegisterExtension
    final Fixture fixture = new Fixture();

    private BrokerBackend backend;
    private String topic;
    private QueueName queue;

    @BeforeAll
    static void start() throws Exception {
        server = RabbitMqServer.shared();
        uri = server.uri(server.newVirtualHost());
    }

    @BeforeEach
    void open() {
        backend = fixture.open(Broker.open(uri));
        topic = Broker.fresh("order") + ".placed";
        queue = new QueueName(topic, "billing");
    }

    private BackendConsumer consume(ConsumerSpec spec) throws Exception {
        return fixture.open(backend.consume(spec));
    }

    private static Failure failure(String cause) {
        Instant now = Instant.ofEpochMilli(1_750_000_000_000L);
        return new Failure(now, now.plusSeconds(1), Code.UNAVAILABLE, cause);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    // ---- names, bindings, the wire

    @Test
    void aCloudEventIsWhatAPlainClientSees() throws Exception {
        Channel peer = Broker.plainClient(fixture, uri);
        peer.exchangeDeclare("parley", "topic", true);
        String theirs = peer.queueDeclare().getQueue();
        peer.queueBind(theirs, "parley", topic);
        Message<byte[]> message = Broker.message("id-ü");
        backend.publish(List.of(Outgoing.now(
                topic,
                message.withMetadata(message.metadata()
                        .withKey("k")
                        .withCorrelationId("c-1")
                        .withHeader("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")))));

        GetResponse got = peer.basicGet(theirs, true);

        assertThat(got.getEnvelope().getRoutingKey()).isEqualTo(topic);
        AMQP.BasicProperties properties = got.getProps();
        assertThat(properties.getContentType()).isEqualTo("text/plain");
        assertThat(properties.getMessageId()).isEqualTo("id-ü");
        assertThat(properties.getType()).isEqualTo("test");
        assertThat(properties.getCorrelationId()).isEqualTo("c-1");
        assertThat(properties.getDeliveryMode()).isEqualTo(2);
        assertThat(got.getBody()).isEqualTo(message.payload());
        Map<String, String> headers = new java.util.TreeMap<>();
        properties.getHeaders().forEach((name, value) -> headers.put(name, value.toString()));
        assertThat(headers)
                .containsEntry("cloudEvents:specversion", "1.0")
                .containsEntry("cloudEvents:id", "id-ü")
                .containsEntry("cloudEvents:source", "tests")
                .containsEntry("cloudEvents:type", "test")
                .containsEntry("cloudEvents:partitionkey", "k")
                .containsKey("cloudEvents:traceparent")
                .doesNotContainKey("cloudEvents:datacontenttype");
    }

    @Test
    void bothModesAndWhatIsNoCloudEventAreRead() throws Exception {
        BackendConsumer consumer = consume(Broker.spec(queue));
        Channel peer = Broker.plainClient(fixture, uri);
        Message<byte[]> structured = Broker.message("structured");
        peer.basicPublish(
                "parley",
                topic,
                new AMQP.BasicProperties.Builder()
                        .contentType(CloudEventJson.CONTENT_TYPE + "; charset=utf-8")
                        .build(),
                CloudEventJson.write(structured));
        peer.basicPublish(
                "parley",
                topic,
                new AMQP.BasicProperties.Builder()
                        .headers(Map.of(
                                "cloudEvents_specversion", "1.0",
                                "cloudEvents_id", "binary",
                                "cloudEvents_source", "peer",
                                "cloudEvents_type", "t"))
                        .build(),
                bytes("b"));
        peer.basicPublish(
                "parley",
                topic,
                new AMQP.BasicProperties.Builder()
                        .contentType("application/json")
                        .messageId("foreign-1")
                        .type("order.created")
                        .headers(Map.of("tenant", "t1", "number", 7))
                        .build(),
                bytes("{\"id\":1}"));

        List<Received> all = Broker.take(consumer, 3);

        assertThat(Broker.ids(all)).containsExactly("structured", "binary", "foreign-1");
        assertThat(all.get(0).message().payload()).isEqualTo(structured.payload());
        assertThat(all.get(0).foreign()).isEmpty();
        assertThat(all.get(1).message().payload()).isEqualTo(bytes("b"));
        assertThat(all.get(2).foreign()).hasValueSatisfying(foreign -> {
            assertThat(foreign.topic()).isEqualTo(topic);
            assertThat(foreign.headers()).containsEntry("tenant", "t1").containsEntry("number", "7");
            assertThat(foreign.type()).contains("order.created");
            assertThat(foreign.contentType()).isEqualTo("application/json");
            assertThat(foreign.body()).isEqualTo(bytes("{\"id\":1}"));
        });
        Broker.ack(consumer, all);
    }

    @Test
    void manyAttributesGoAsJson() throws Exception {
        BackendConsumer consumer = consume(Broker.spec(queue));
        Message<byte[]> message = Broker.message("big");
        for (int i = 0; i < 60; i++) {
            message = message.withMetadata(message.metadata().withHeader("h" + i, "ü".repeat(4000)));
        }
        backend.publish(List.of(Outgoing.now(topic, message)));

        Received received = Broker.take(consumer, 1).getFirst();

        assertThat(received.message()).usingRecursiveComparison().isEqualTo(message);
        Broker.ack(consumer, List.of(received));
    }

    @Test
    void patternsAreTheExchangesOwn() throws Exception {
        String base = Broker.fresh("pattern");
        BackendConsumer one = consume(Broker.spec(new QueueName(base + ".*", "g")));
        BackendConsumer many = consume(Broker.spec(new QueueName(base + ".#", "g")));

        Broker.publish(backend, base + ".a.b", "two-levels");
        Broker.publish(backend, base + ".a", "one-level");
        Broker.publish(backend, base, "bare");

        assertThat(Broker.ids(Broker.take(many, 3))).containsExactly("two-levels", "one-level", "bare");
        assertThat(Broker.ids(Broker.take(one, 1))).containsExactly("one-level");
        assertThat(one.receive(10, Duration.ofMillis(50))).isEmpty();
    }

    @Test
    void anExistingExchangeAndQueueAreUsedAsTheyAre() throws Exception {
        Channel peer = Broker.plainClient(fixture, uri);
        String orders = Broker.fresh("orders");
        peer.exchangeDeclare(orders, "fanout", false); // not durable: its owner's business
        String legacy = Broker.fresh("legacy");
        peer.queueDeclare(legacy, true, false, false, Map.of());
        peer.queueBind(legacy, orders, "");
        BrokerBackend on = fixture.open(Broker.open(uri + "?exchange=" + orders + "&exchange-type=fanout"));
        BackendConsumer named = fixture.open(on.consume(Broker.boundTo(legacy, queue)));
        BackendConsumer own = fixture.open(on.consume(Broker.spec(new QueueName("order.created", "audit"))));

        peer.basicPublish(orders, "order.created", null, bytes("{}"));
        Broker.publish(on, "order.created", "ours");

        List<Received> ofLegacy = Broker.take(named, 2);
        assertThat(ofLegacy).extracting(Received::topic).containsOnly("order.created");
        assertThat(ofLegacy.get(0).foreign()).isPresent();
        assertThat(ofLegacy.get(1).message().id()).isEqualTo("ours");
        assertThat(Broker.take(own, 2)).hasSize(2);

        // Retries and dead letters of it work, and come back to it alone.
        named.settle(List.of(
                new Settlement.Retry(ofLegacy.get(0), Duration.ofMillis(50), failure("again")),
                new Settlement.DeadLettered(ofLegacy.get(1), failure("given up"))));
        Received again = Broker.take(named, 1).getFirst();
        assertThat(again.attempt()).isEqualTo(2);
        assertThat(again.topic()).isEqualTo("order.created");
        on.visitDeadLetters(queue, 10, letter -> LetterAction.REDRIVE);
        assertThat(Broker.ids(Broker.take(named, 1))).containsExactly("ours");
        assertThat(own.receive(10, Duration.ofMillis(50))).isEmpty();
        on.deleteGroup(new QueueName("order.created", "audit"));
    }

    @Test
    void whatIsNotThereOrIsAnotherThingIsNamed() throws Exception {
        Channel peer = Broker.plainClient(fixture, uri);
        peer.exchangeDeclare("a-direct-one", "direct", true);
        peer.queueDeclare(topic + "/classic", true, false, false, Map.of());
        String user = uri.replace("guest:guest", "guest:geheim");

        assertFails(user, Code.UNAUTHENTICATED, "the user \"guest\"");
        assertFails(server.uri("nowhere"), Code.NOT_FOUND, "nowhere");
        assertFails(uri.replace("amqp://", "amqps://"), Code.UNAVAILABLE, "5671");
        ServerSocket silent = fixture.open(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
        assertFails("amqp://127.0.0.1:" + silent.getLocalPort(), Code.UNAVAILABLE, "5672");
        assertFails(uri + "?exchange=missing", Code.NOT_FOUND, "missing");
        assertFails(uri + "?exchange=a-direct-one", Code.FAILED_PRECONDITION, "a-direct-one");
        assertThatThrownBy(() -> backend.consume(Broker.boundTo("no-such-queue", queue)))
                .isInstanceOfSatisfying(CallException.class, e -> {
                    assertThat(e.code()).isEqualTo(Code.NOT_FOUND);
                    assertThat(e.message()).contains("\"no-such-queue\"");
                });
        assertThatThrownBy(() -> backend.consume(Broker.spec(new QueueName(topic, "classic"))))
                .isInstanceOfSatisfying(CallException.class, e -> {
                    assertThat(e.code()).isEqualTo(Code.FAILED_PRECONDITION);
                    assertThat(e.message())
                            .contains(topic + "/classic")
                            .contains("x-queue-type")
                            .contains("withQueue");
                });
        consume(Broker.spec(queue)).close();
        assertThatThrownBy(() -> backend.consume(Broker.spec(queue, ConsumerSpec.Kind.DURABLE, true)))
                .as("a group that was not ordered")
                .isInstanceOfSatisfying(
                        CallException.class,
                        e -> assertThat(e.message())
                                .contains("x-single-active-consumer")
                                .contains("use another group"));
        // All that was the channels', not the connection's: it goes on.
        backend.ping();
        assertThatThrownBy(() -> backend.check(new QueueName("t".repeat(200), "g".repeat(100))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("255");
    }

    private void assertFails(String at, Code code, String said) {
        BrokerBackend wrong = fixture.open(Broker.open(at));
        assertThatThrownBy(() -> Broker.publish(wrong, topic, "m")).isInstanceOfSatisfying(CallException.class, e -> {
            assertThat(e.code()).as(e.message()).isEqualTo(code);
            assertThat(e.message()).contains(said).doesNotContain("geheim");
        });
    }

    @Test
    void badUrisAreRefused() {
        for (String each : List.of(
                "?exhange=a",
                "?heartbeat=0",
                "?heartbeat=x",
                "?exchange-type=topic",
                "?exchange=a&exchange-type=x",
                "?exchange=" + "e".repeat(101))) {
            assertThatThrownBy(() -> Broker.open("amqp://127.0.0.1" + each).close())
                    .as(each)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("amqp://127.0.0.1");
        }
        assertThatThrownBy(() -> Broker.open("amqp:nowhere").close()).hasMessageContaining("names no server");
        BrokerBackend direct = fixture.open(Broker.open("amqp://127.0.0.1?exchange=d&exchange-type=direct"));
        assertThatThrownBy(() -> direct.check(new QueueName("a.*", "g"))).hasMessageContaining("is a direct one");
        assertThat(fixture.open(Broker.open("amqp://u:geheim@127.0.0.1")).toString())
                .doesNotContain("geheim");
    }

    // ---- redelivery

    @Test
    void aRetryWaitsForItsTimeAndIsCounted() throws Exception {
        BackendConsumer consumer = consume(Broker.spec(queue));
        Broker.publish(backend, topic, "m");
        Received first = Broker.take(consumer, 1).getFirst();
        assertThat(first.attempt()).isEqualTo(1);

        long before = System.nanoTime();
        consumer.settle(List.of(new Settlement.Retry(first, Duration.ofMillis(1500), failure("once"))));
        Received second = Broker.take(consumer, 1).getFirst();
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThanOrEqualTo(Duration.ofMillis(1500));
        assertThat(second.attempt()).isEqualTo(2);
        assertThat(second.firstFailure()).contains(failure("").first());
        assertThat(second.topic()).isEqualTo(topic);
        assertThat(second.message()).usingRecursiveComparison().isEqualTo(first.message());

        consumer.settle(List.of(new Settlement.Retry(second, Duration.ZERO, failure("twice"))));
        Received third = Broker.take(consumer, 1).getFirst();
        assertThat(third.attempt()).isEqualTo(3);
        Broker.ack(consumer, List.of(third));
        assertThat(consumer.receive(1, Duration.ofMillis(100))).isEmpty();
    }

    @Test
    void delaysOfDifferentLengthEndInTheirOrderAndBucketsAreFew() throws Exception {
        BackendConsumer consumer = consume(Broker.spec(queue));
        Instant now = Instant.now();
        List<Outgoing> all = new ArrayList<>();
        for (int millis : List.of(4000, 3000, 2000)) {
            all.add(new Outgoing(topic, Broker.message("after-" + millis), Optional.of(now.plusMillis(millis))));
        }
        backend.publish(all);

        List<Received> received = Broker.take(consumer, 3);

        assertThat(Broker.ids(received)).containsExactly("after-2000", "after-3000", "after-4000");
        assertThat(Instant.now()).isAfterOrEqualTo(now.plusMillis(4000));
        Broker.ack(consumer, received);
        // A wait of 1 ms to 30 days has one of these, and the longest in a bucket is a tenth longer than the shortest.
        long buckets = 0;
        for (long millis = 1; millis < Duration.ofDays(30).toMillis(); millis = (long) (millis * 1.01) + 1) {
            long bucket = QueueNames.bucket(Duration.ofMillis(millis));
            assertThat(bucket).isBetween(millis, Math.max(100, millis * 11 / 10 + 1));
            buckets = Math.max(buckets, Math.round(Math.log(bucket / 100.0) / Math.log(1.1)) + 1);
        }
        assertThat(buckets).isLessThan(190);
    }

    @Test
    void releasesDoNotCountAndDeathsDo() throws Exception {
        for (boolean ordered : List.of(false, true)) {
            QueueName group = new QueueName(topic, ordered ? "ordered" : "competing");
            BackendConsumer consumer = consume(Broker.spec(group, ConsumerSpec.Kind.DURABLE, ordered));
            Broker.publish(backend, topic, "m");
            for (int i = 0; i < 5; i++) {
                Received received = Broker.take(consumer, 1).getFirst();
                assertThat(received.attempt()).as("ordered: " + ordered).isEqualTo(1);
                assertThat(consumer.settle(List.of(new Settlement.Release(received))))
                        .isEmpty();
            }
            Received held = Broker.take(consumer, 1).getFirst();
            consumer.close();

            Received next = Broker.take(consume(Broker.spec(group, ConsumerSpec.Kind.DURABLE, ordered)), 1)
                    .getFirst();
            assertThat(next.attempt()).as("ordered: " + ordered).isEqualTo(2);
            assertThat(consumer.settle(List.of(new Settlement.Ack(held)))).containsExactly(held);
            backend.deleteGroup(group);
        }
    }

    @Test
    void anOrderedGroupHasOneActiveConsumerAndKeepsTheOrderWhenItGoes() throws Exception {
        ConsumerSpec spec = Broker.spec(queue, ConsumerSpec.Kind.DURABLE, true);
        BackendConsumer active = consume(spec);
        BackendConsumer idle = consume(spec);
        Broker.publish(backend, topic, "1", "2", "3", "4");
        List<Received> all = Broker.take(active, 4);
        assertThat(idle.receive(10, Duration.ofMillis(50))).isEmpty();
        Broker.publish(backend, topic, "5");
        Broker.ack(active, all.subList(0, 1));
        active.settle(all.subList(1, 4).stream()
                .<Settlement>map(Settlement.Release::new)
                .toList());
        List<Received> again = Broker.take(active, 4);
        assertThat(again.subList(again.size() - 3, again.size()))
                .as("in their place, behind what was with the consumer already")
                .extracting(each -> each.message().id())
                .containsExactly("2", "3", "4");
        Broker.ack(active, again.subList(0, 1));

        active.close();

        assertThat(Broker.ids(Broker.take(idle, 3))).containsExactly("2", "3", "4");
    }

    // ---- dead letters

    @Test
    void lettersTellWhatHappenedAndAreRedrivenToTheirGroupOnly() throws Exception {
        BackendConsumer consumer = consume(Broker.spec(queue));
        BackendConsumer other = consume(Broker.spec(new QueueName(topic, "other")));
        Broker.publish(backend, topic, "a", "b", "c");
        List<Received> all = Broker.take(consumer, 3);
        Broker.ack(other, Broker.take(other, 3));
        List<Settlement> dead = new ArrayList<>();
        all.forEach(each -> dead.add(new Settlement.DeadLettered(
                each, failure("no stock for " + each.message().id()))));
        consumer.settle(dead);

        List<DeadLetter> seen = new ArrayList<>();
        backend.visitDeadLetters(queue, 2, letter -> {
            seen.add(letter);
            return LetterAction.KEEP;
        });
        assertThat(seen).extracting(each -> each.message().id()).containsExactly("a", "b");
        DeadLetter letter = seen.getFirst();
        assertThat(letter.failure()).isEqualTo(failure("no stock for a"));
        assertThat(letter.topic()).isEqualTo(topic);
        assertThat(letter.attempts()).isEqualTo(1);
        assertThat(letter.message())
                .usingRecursiveComparison()
                .isEqualTo(all.getFirst().message());

        List<String> ids = new ArrayList<>();
        backend.visitDeadLetters(queue, 100, each -> {
            ids.add(each.id());
            return switch (each.message().id()) {
                case "a" -> LetterAction.KEEP;
                case "b" -> LetterAction.REDRIVE;
                default -> LetterAction.DISCARD;
            };
        });
        assertThat(ids.subList(0, 2))
                .isEqualTo(seen.stream().map(DeadLetter::id).toList());
        Received back = Broker.take(consumer, 1).getFirst();
        assertThat(back.message().id()).isEqualTo("b");
        assertThat(back.attempt()).isEqualTo(1);
        assertThat(back.topic()).isEqualTo(topic);
        assertThat(other.receive(10, Duration.ofMillis(50))).isEmpty();
        QueueStats stats = backend.queues().stream()
                .filter(each -> each.queue().equals(queue))
                .findFirst()
                .orElseThrow();
        assertThat(stats.deadLetters()).hasValue(1);
        assertThat(stats.inFlight()).hasValue(1);
        assertThat(stats.consumers()).hasValue(1);

        backend.deleteGroup(queue);
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 600; i++) {
                        consumer.receive(1, Duration.ofMillis(100));
                    }
                })
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.UNAVAILABLE));
        List<DeadLetter> none = new ArrayList<>();
        backend.visitDeadLetters(queue, 10, each -> {
            none.add(each);
            return LetterAction.KEEP;
        });
        assertThat(none).isEmpty();
    }

    // ---- consumers that leave nothing

    @Test
    void anEphemeralQueueGoesWithItsConsumer() throws Exception {
        BackendConsumer consumer = consume(Broker.spec(queue, ConsumerSpec.Kind.EPHEMERAL, false));
        BackendConsumer loose = consume(Broker.spec(queue, ConsumerSpec.Kind.AT_MOST_ONCE, false));
        Broker.publish(backend, topic, "m");
        Received received = Broker.take(consumer, 1).getFirst();
        consumer.settle(List.of(new Settlement.Retry(received, Duration.ZERO, failure("once"))));
        Received again = Broker.take(consumer, 1).getFirst();
        assertThat(again.attempt()).isEqualTo(2);
        consumer.settle(List.of(new Settlement.DeadLettered(again, failure("for good"))));
        assertThat(Broker.ids(Broker.take(loose, 1))).containsExactly("m");
        consumer.close();
        loose.close();
        assertThat(server.control(
                        "list_queues", "-p", uri.substring(uri.lastIndexOf('/') + 1), "name", "--no-table-headers"))
                .doesNotContain("amq.gen")
                .doesNotContain(topic);
    }

    @Test
    void manyPublishersShareTheChannelAndAnInterruptHarmsNone() throws Exception {
        BackendConsumer consumer = consume(Broker.spec(queue));
        List<java.util.concurrent.Future<Object>> all = new ArrayList<>();
        for (int n = 0; n < 50; n++) {
            String id = "m" + n;
            all.add(fixture.start(() -> {
                Broker.publish(backend, topic, id);
                return id;
            }));
        }
        for (int n = 0; n < 20; n++) {
            Thread doomed = Thread.ofVirtual().unstarted(() -> {
                try {
                    backend.ping();
                    Broker.publish(backend, topic + ".unheard", "doomed");
                    consumer.receive(1, Duration.ofSeconds(60));
                } catch (Exception e) {
                    // What it was interrupted for.
                }
            });
            doomed.start();
            doomed.interrupt();
        }
        for (var each : all) {
            each.get();
        }
        List<Received> received = Broker.take(consumer, 50);
        Broker.ack(consumer, received);
        assertThat(Broker.ids(received)).doesNotHaveDuplicates().hasSize(50);
    }
}
