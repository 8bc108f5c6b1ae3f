package dev.parley.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallScope;
import dev.parley.Deadline;
import dev.parley.Messages;
import dev.parley.Method;
import dev.parley.http.HttpClient;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.http.HttpVersion;
import dev.parley.rpc.Health.Status;
import dev.parley.rpc.echo.EchoService;
import dev.parley.rpc.health.HealthCheckRequest;
import dev.parley.rpc.health.HealthCheckResponse;
import dev.parley.rpc.health.HealthCheckResponse.ServingStatus;
import dev.parley.testing.FakeTimer;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Components, as probes see them over the network. */
@Timeout(60)
class HealthComponentsTest {

    private static final Duration INTERVAL = Duration.ofSeconds(10);

    private final Health health = new Health();
    private final RpcServer server = RpcServer.builder()
            .service(EchoService.DEFINITION, new EchoService() {})
            .health(health)
            .start();
    private final Channel channel = Channel.builder("http://127.0.0.1:" + server.port())
            .http(HttpVersion.HTTP_2)
            .build();
    private final HttpClient http = HttpClient.create();
    private final FakeTimer timer = new FakeTimer();

    @AfterEach
    void stop() {
        http.close();
        channel.close();
        server.close();
    }

    /** A component that is told by a test how each of its checks ends; empty for well. */
    private static final class Told implements HealthComponent.Check {
        final BlockingQueue<String> results = new SynchronousQueue<>();

        @Override
        public void check() throws Exception {
            String result = results.take();
            if (!result.isEmpty()) {
                throw new ConnectException(result);
            }
        }

        void ends(String result) throws InterruptedException {
            assertThat(results.offer(result, 20, TimeUnit.SECONDS)).isTrue();
        }
    }

    private HealthComponents start(HealthComponent... components) {
        return HealthComponents.start(health, List.of(components), timer);
    }

    private static HealthCheckRequest of(String service) {
        return HealthCheckRequest.newBuilder().setService(service).build();
    }

    private ServingStatus check(String service) {
        return channel.call(HealthService.CHECK, CallOptions.defaults(), of(service))
                .getStatus();
    }

    private Messages<ServingStatus> watch(String service) {
        return channel.call(HealthService.WATCH, CallOptions.defaults(), of(service))
                .map(HealthCheckResponse::getStatus);
    }

    private String page(String path) {
        CallScope call = CallScope.builder(Method.unary("http", "GET"))
                .deadline(Deadline.after(Duration.ofSeconds(20)))
                .build();
        HttpResponse response = http.handle(call, HttpRequest.of("GET", "127.0.0.1:" + server.port(), path));
        return response.status() + " " + new String(response.body().readAll(), StandardCharsets.UTF_8);
    }

    @Test
    void readinessFollowsACriticalComponent() throws Exception {
        Told database = new Told();
        try (HealthComponents parts = start(HealthComponent.critical("database", database));
                Messages<ServingStatus> server = watch("");
                Messages<ServingStatus> component = watch("database")) {
            assertThat(server.receive()).isEqualTo(ServingStatus.NOT_SERVING); // not checked yet
            assertThat(component.receive()).isEqualTo(ServingStatus.NOT_SERVING);
            assertThat(parts.statuses()).extracting(ComponentStatus::reason).containsExactly("not checked yet");
            assertThat(page("/readyz")).isEqualTo("503 {\"status\":\"NOT_SERVING\"}");
            assertThat(page("/healthz")).isEqualTo("200 {\"status\":\"ALIVE\"}");

            database.ends("");
            assertThat(server.receive()).isEqualTo(ServingStatus.SERVING);
            assertThat(component.receive()).isEqualTo(ServingStatus.SERVING);
            assertThat(page("/readyz")).isEqualTo("200 {\"status\":\"SERVING\"}");

            timer.awaitWaiting(1);
            timer.advance(INTERVAL);
            database.ends("connection refused by db.internal");
            assertThat(server.receive()).isEqualTo(ServingStatus.NOT_SERVING);
            assertThat(component.receive()).isEqualTo(ServingStatus.NOT_SERVING);
            assertThat(page("/readyz")).isEqualTo("503 {\"status\":\"NOT_SERVING\"}"); // and no word of the host
            assertThat(parts.statuses())
                    .extracting(ComponentStatus::reason)
                    .containsExactly("java.net.ConnectException: connection refused by db.internal");
            health.set("", Status.SERVING);
            assertThat(check("")).isEqualTo(ServingStatus.NOT_SERVING); // nothing talks a missing database away
        }
    }

    @Test
    void anOptionalComponentLeavesTheServerReady() throws Exception {
        Told recommendations = new Told();
        try (HealthComponents parts = start(HealthComponent.optional("recommendations", recommendations));
                Messages<ServingStatus> component = watch("recommendations")) {
            assertThat(component.receive()).isEqualTo(ServingStatus.NOT_SERVING);
            recommendations.ends("");
            assertThat(component.receive()).isEqualTo(ServingStatus.SERVING);
            assertThat(parts.statuses()).extracting(ComponentStatus::reason).containsExactly("");
            timer.awaitWaiting(1);
            timer.advance(INTERVAL);
            recommendations.ends("gone");
            assertThat(component.receive()).isEqualTo(ServingStatus.NOT_SERVING);
            assertThat(check("")).isEqualTo(ServingStatus.SERVING);
            assertThat(page("/readyz")).startsWith("200");
        }
    }

    @Test
    void oneThatHangsIsDownAndNoOtherCheckBeginsBesideIt() throws Exception {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch givesIn = new CountDownLatch(1);
        CountDownLatch first = new CountDownLatch(1);
        BlockingQueue<String> begun = new LinkedBlockingQueue<>();
        HealthComponent.Check check = () -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            begun.add("check");
            first.countDown();
            try {
                if (begun.size() == 1) {
                    hang(givesIn);
                }
            } finally {
                running.decrementAndGet();
            }
        };
        try (HealthComponents parts =
                        start(HealthComponent.critical("broker", check).withTimeout(Duration.ofSeconds(3)));
                Messages<ServingStatus> component = watch("broker")) {
            assertThat(component.receive()).isEqualTo(ServingStatus.NOT_SERVING);
            first.await();
            timer.advance(Duration.ofSeconds(3));
            assertThat(parts.statuses()).extracting(ComponentStatus::reason).containsExactly("no answer within PT3S");
            timer.advance(INTERVAL.multipliedBy(5));
            assertThat(begun).hasSize(1); // it hangs still
            givesIn.countDown();
            timer.awaitWaiting(1); // only now the next one is planned
            timer.advance(INTERVAL);
            assertThat(component.receive()).isEqualTo(ServingStatus.SERVING);
            assertThat(most).hasValue(1);
        }
    }

    /** As code does that takes no interrupt for an answer. */
    private static void hang(CountDownLatch until) {
        boolean waits = true;
        while (waits) {
            try {
                until.await();
                waits = false;
            } catch (InterruptedException ignored) {
                // that is the point
            }
        }
    }

    @Test
    void aCheckThatIsLateIsInterrupted() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        try (HealthComponents parts = start(HealthComponent.critical("database", () -> {
            begun.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
        }))) {
            begun.await();
            timer.advance(Duration.ofSeconds(2));
            interrupted.await();
            assertThat(parts.statuses()).extracting(ComponentStatus::reason).containsExactly("no answer within PT2S");
        }
    }

    @Test
    void thePageListsComponentsIfAskedTo() throws Exception {
        Told database = new Told();
        Told broker = new Told();
        try (HealthComponents parts =
                start(HealthComponent.critical("database", database), HealthComponent.optional("broker", broker))) {
            parts.listedAtReadyz();
            try (Messages<ServingStatus> server = watch("")) {
                assertThat(server.receive()).isEqualTo(ServingStatus.NOT_SERVING);
                database.ends("");
                assertThat(server.receive()).isEqualTo(ServingStatus.SERVING);
            }
            assertThat(page("/readyz"))
                    .isEqualTo("200 {\"status\":\"SERVING\",\"components\":{\"broker\":\"NOT_SERVING\","
                            + "\"database\":\"SERVING\"}}");
            assertThat(page("/healthz")).isEqualTo("200 {\"status\":\"ALIVE\"}");
        }
    }

    @Test
    void closedItChecksNoMore() throws Exception {
        Told database = new Told();
        HealthComponents parts = start(HealthComponent.critical("database", database));
        try (Messages<ServingStatus> component = watch("database")) {
            component.receive();
            database.ends("");
            assertThat(component.receive()).isEqualTo(ServingStatus.SERVING);
        }
        timer.awaitWaiting(1);
        parts.close();
        assertThat(timer.waiting()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a\"b", "a/b", "ä"})
    void aNameIsChecked(String name) {
        assertThatThrownBy(() -> HealthComponent.critical(name, () -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining('"' + name + '"');
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1})
    void timesAreChecked(long seconds) {
        HealthComponent component = HealthComponent.critical("database", () -> {});
        assertThatThrownBy(() -> component.withInterval(Duration.ofSeconds(seconds)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("interval");
        assertThatThrownBy(() -> component.withTimeout(Duration.ofSeconds(seconds)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("timeout");
    }

    @Test
    void aNameThatIsTakenIsRefused() {
        HealthComponent service = HealthComponent.critical("parley.test.v1.EchoService", () -> {});
        assertThatThrownBy(() -> start(service))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("parley.test.v1.EchoService");
    }
}
