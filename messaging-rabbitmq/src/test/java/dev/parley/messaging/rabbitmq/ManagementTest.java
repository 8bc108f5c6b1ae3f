package dev.parley.messaging.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.Failure;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.MessagingTelemetry;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.QueueStats;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.ConsumerSpec;
import dev.parley.messaging.spi.Received;
import dev.parley.messaging.spi.Settlement;
import dev.parley.testing.Fixture;
import dev.parley.testing.servers.RabbitMqServer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What somebody sees who looks at groups of others: over a real management API, and without one. */
class ManagementTest {
    // The figures of the API are those of the last five seconds, on a machine that has time.
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static RabbitMqServer server;

    @RegisterExtension
    final Fixture fixture = new Fixture();

    private String uri;
    private BrokerBackend worker;

    @BeforeAll
    static void start() throws Exception {
        server = RabbitMqServer.startWithManagement(Map.of());
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @BeforeEach
    void open() throws Exception {
        uri = server.uri(server.newVirtualHost());
        worker = fixture.open(Broker.open(uri));
    }

    private String managed() {
        return uri + "?management=" + server.managementPort();
    }

    private static Failure failure() {
        Instant now = Instant.ofEpochMilli(1_750_000_000_000L);
        return new Failure(now, now, Code.UNAVAILABLE, "no stock");
    }

    private static Optional<QueueStats> find(BrokerBackend backend, QueueName queue) throws Exception {
        return backend.queues().stream()
                .filter(each -> each.queue().equals(queue))
                .findFirst();
    }

    private static QueueStats await(BrokerBackend backend, QueueName queue, Predicate<QueueStats> wanted)
            throws Exception {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            Optional<QueueStats> found = find(backend, queue);
            if (found.filter(wanted).isPresent()) {
                return found.get();
            }
            assertThat(System.nanoTime()).as("%s is %s", queue, found).isLessThan(until);
            Thread.sleep(100);
        }
    }

    private static void awaitExactly(BrokerBackend backend, QueueName... queues) throws Exception {
        long until = System.nanoTime() + PATIENCE.toNanos();
        List<QueueName> found = names(backend);
        while (!found.equals(List.of(queues))) {
            assertThat(System.nanoTime()).as("it lists %s", found).isLessThan(until);
            Thread.sleep(100);
            found = names(backend);
        }
    }

    private static List<QueueName> names(BrokerBackend backend) throws Exception {
        return backend.queues().stream().map(QueueStats::queue).toList();
    }

    @Test
    void aStrangerSeesEveryGroup() throws Exception {
        QueueName billing = new QueueName("order.placed", "billing");
        QueueName audit = new QueueName("order.*", "audit");
        BackendConsumer consumer = fixture.open(worker.consume(Broker.spec(billing)));
        worker.consume(Broker.spec(audit)).close();
        Broker.publish(worker, "order.placed", "dead", "later", "held");
        List<Received> all = Broker.take(consumer, 3);
        consumer.settle(List.of(
                new Settlement.DeadLettered(all.get(0), failure()),
                new Settlement.Retry(all.get(1), Duration.ofMinutes(10), failure())));
        Broker.plainClient(fixture, uri).queueDeclare("somebody/elses/queue", true, false, false, Map.of());
        BrokerBackend stranger = fixture.open(Broker.open(managed()));

        QueueStats seen = await(
                stranger,
                billing,
                each -> each.inFlight().orElse(-1) == 1
                        && each.deadLetters().orElse(-1) == 1
                        && each.consumers().orElse(-1) == 1
                        && each.delayed().isEmpty());
        assertThat(seen.depth()).isZero();
        assertThat(seen.boundTo()).isEmpty();
        assertThat(seen.oldestAge()).as("a quorum queue of 3.10 does not tell").isEmpty();
        QueueStats untouched = await(
                stranger, audit, each -> each.depth() == 3 && each.consumers().orElse(-1) == 0);
        assertThat(untouched.inFlight()).hasValue(0);
        assertThat(untouched.deadLetters()).hasValue(0);
        QueueName retries = new QueueName("parley.retry", "all-groups");
        assertThat(await(stranger, retries, each -> each.depth() == 1).delayed())
                .hasValue(1);
        awaitExactly(stranger, audit, billing, retries);
        assertThat(stranger.queue(audit)).map(QueueStats::depth).contains(3L);

        // What its consumer did not settle comes again, which the server counts.
        consumer.close();
        BackendConsumer next = fixture.open(worker.consume(Broker.spec(billing)));
        Broker.ack(next, Broker.take(next, 1));
        QueueStats again = await(
                stranger,
                billing,
                each -> each.redelivered().orElse(0) == 1 && each.inFlight().orElse(-1) == 0);
        assertThat(again.depth()).isZero();

        worker.deleteGroup(billing);
        awaitExactly(stranger, audit, retries);
        assertThat(stranger.queue(billing)).isEmpty();
    }

    @Test
    void aGroupOfAnExistingQueueIsSeenAndMarked() throws Exception {
        Channel peer = Broker.plainClient(fixture, uri);
        peer.queueDeclare("legacy", true, false, false, Map.of());
        Date hourAgo = Date.from(Instant.now().minusSeconds(3600));
        peer.basicPublish(
                "",
                "legacy",
                new AMQP.BasicProperties.Builder().timestamp(hourAgo).build(),
                new byte[3]);
        QueueName queue = new QueueName("order.created", "import");
        worker.consume(Broker.boundTo("legacy", queue)).close();
        MessageBroker stranger = fixture.open(MessageBroker.connect(managed()));
        BrokerBackend backend = fixture.open(Broker.open(managed()));

        QueueStats seen = await(
                backend, queue, each -> each.depth() == 1 && each.oldestAge().isPresent());
        assertThat(seen.boundTo()).contains("legacy");
        assertThat(seen.oldestAge().orElseThrow()).isBetween(Duration.ofMinutes(59), Duration.ofMinutes(120));
        assertThat(seen.delayed()).as("nothing waits in any queue of delays").hasValue(0);

        // The same as metrics.
        InMemoryMetricReader reader = InMemoryMetricReader.create();
        SdkMeterProvider meters =
                SdkMeterProvider.builder().registerMetricReader(reader).build();
        OpenTelemetrySdk telemetry =
                OpenTelemetrySdk.builder().setMeterProvider(meters).build();
        fixture.open(telemetry);
        fixture.open(MessagingTelemetry.of(telemetry).observe(stranger));
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (gauge(reader, "depth") != 1 || gauge(reader, "lag") != 1 || gauge(reader, "dead_letters") != 0) {
            assertThat(System.nanoTime()).as("the gauges have it").isLessThan(until);
            Thread.sleep(200);
        }
    }

    /** Of the group {@code import}; -1 if there is none. */
    private static long gauge(InMemoryMetricReader reader, String name) {
        return reader.collectAllMetrics().stream()
                .filter(metric -> metric.getName().equals("parley.messaging.queue." + name))
                .map(MetricData::getLongGaugeData)
                .flatMap(data -> data.getPoints().stream())
                .filter(point -> "import"
                        .equals(point.getAttributes().get(AttributeKey.stringKey("messaging.consumer.group.name"))))
                .mapToLong(point -> point.getValue())
                .findFirst()
                .orElse(-1);
    }

    @Test
    void groupsOfAnotherExchangeAreThatOnes() throws Exception {
        Channel peer = Broker.plainClient(fixture, uri);
        peer.exchangeDeclare("orders", "topic", true);
        BrokerBackend other = fixture.open(Broker.open(uri + "?exchange=orders"));
        QueueName queue = new QueueName("created", "g");
        other.consume(Broker.spec(queue)).close();
        BrokerBackend stranger = fixture.open(Broker.open(managed()));
        BrokerBackend strangerThere = fixture.open(Broker.open(managed() + "&exchange=orders"));

        awaitExactly(strangerThere, queue);
        assertThat(stranger.queues()).isEmpty();
    }

    @Test
    void thereMayBeMoreQueuesThanAPageHolds() throws Exception {
        Channel peer = Broker.plainClient(fixture, uri);
        for (int n = 0; n < 1100; n++) {
            peer.queueDeclare("another-" + n, false, true, true, Map.of());
        }
        QueueName first = new QueueName("a", "a");
        QueueName last = new QueueName("z", "z");
        worker.consume(Broker.spec(first)).close();
        worker.consume(Broker.spec(last)).close();
        BrokerBackend stranger = fixture.open(Broker.open(managed()));

        awaitExactly(stranger, first, last);
    }

    @Test
    void whatIsWrongIsSaid() throws Exception {
        server.control("add_user", "plain", "geheim");
        String virtualHost = uri.substring(uri.lastIndexOf('/') + 1);
        server.control("set_permissions", "-p", virtualHost, "plain", ".*", ".*", ".*");
        int port = server.managementPort();

        fails(managed().replace("guest:guest", "guest:geheim"), Code.UNAUTHENTICATED, "the user \"guest\"");
        fails(managed().replace("guest:guest", "plain:geheim"), Code.PERMISSION_DENIED, "the user \"plain\"");
        fails(server.uri("nowhere") + "?management=" + port, Code.NOT_FOUND, "\"nowhere\"");
        fails(uri + "?management=" + server.port(), Code.UNAVAILABLE, "rabbitmq_management");
        fails(uri + "?management=http://127.0.0.1:" + port + "/elsewhere", Code.UNAVAILABLE, "elsewhere");
    }

    private void fails(String at, Code code, String said) {
        BrokerBackend stranger = fixture.open(Broker.open(at));
        assertThatThrownBy(stranger::queues).isInstanceOfSatisfying(CallException.class, e -> {
            assertThat(e.code()).as(e.message()).isEqualTo(code);
            assertThat(e.message()).contains(said).doesNotContain("geheim");
        });
    }

    @Test
    void withoutItAQueueIsAskedForByName() throws Exception {
        QueueName queue = new QueueName("order.placed", "billing");
        BrokerBackend stranger = fixture.open(Broker.open(uri));
        BackendConsumer consumer = fixture.open(worker.consume(Broker.spec(queue)));
        Broker.publish(worker, "order.placed", "1", "2");
        List<Received> all = Broker.take(consumer, 2);
        Broker.publish(worker, "order.shipped", "none of its");
        consumer.settle(List.of(new Settlement.DeadLettered(all.get(0), failure())));

        assertThat(stranger.queues()).as("AMQP has no list").isEmpty();
        QueueStats seen = stranger.queue(queue).orElseThrow();
        assertThat(seen.depth()).isZero();
        assertThat(seen.deadLetters()).hasValue(1);
        assertThat(seen.consumers()).hasValue(1);
        assertThat(seen.inFlight()).as("with somebody else's consumer").isEmpty();
        assertThat(seen.redelivered()).isEmpty();
        assertThat(seen.delayed()).isEmpty();
        assertThat(worker.queue(queue).orElseThrow().inFlight()).as("its own").hasValue(1);
        // What goes with its consumer counts for nothing, though it has the name.
        BackendConsumer loose = fixture.open(worker.consume(Broker.spec(queue, ConsumerSpec.Kind.EPHEMERAL, false)));
        assertThat(worker.queue(queue).orElseThrow().inFlight()).hasValue(1);
        loose.close();

        consumer.close();
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (!stranger.queue(queue).orElseThrow().inFlight().equals(OptionalLong.of(0))) {
            assertThat(System.nanoTime()).as("nobody has anything").isLessThan(until);
            Thread.sleep(20);
        }
        assertThat(stranger.queue(queue).orElseThrow().depth()).isEqualTo(1);
        assertThat(stranger.queue(new QueueName("order.placed", "nobody"))).isEmpty();
    }
}
