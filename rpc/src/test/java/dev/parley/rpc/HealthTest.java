package dev.parley.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Interceptor;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.rpc.Health.Status;
import dev.parley.rpc.echo.EchoService;
import dev.parley.rpc.health.HealthCheckRequest;
import dev.parley.rpc.health.HealthCheckResponse;
import dev.parley.rpc.health.HealthCheckResponse.ServingStatus;
import dev.parley.rpc.health.HealthListRequest;
import dev.parley.rpc.library.LibraryService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HealthTest {

    private static final String ECHO = "parley.test.v1.EchoService";

    private final RpcHandler handler = RpcHandler.builder()
            .service(EchoService.DEFINITION, new EchoService() {})
            .build();
    private final Channel channel = Channel.inProcess(handler);
    private final Health health = handler.health();

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

    @Test
    void allThatIsServedIsServing() {
        assertThat(check("")).isEqualTo(ServingStatus.SERVING);
        assertThat(check(ECHO)).isEqualTo(ServingStatus.SERVING);
        health.set(ECHO, Status.NOT_SERVING);
        assertThat(check(ECHO)).isEqualTo(ServingStatus.NOT_SERVING);
        assertThat(check("")).isEqualTo(ServingStatus.SERVING);
        assertThatThrownBy(() -> check("parley.test.v1.Nope"))
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.NOT_FOUND));
        assertThat(channel.call(HealthService.LIST, CallOptions.defaults(), HealthListRequest.getDefaultInstance())
                        .getStatusesMap())
                .isEqualTo(Map.of(
                        "",
                        HealthCheckResponse.newBuilder()
                                .setStatus(ServingStatus.SERVING)
                                .build(),
                        ECHO,
                        HealthCheckResponse.newBuilder()
                                .setStatus(ServingStatus.NOT_SERVING)
                                .build()));
    }

    @Test
    void aWatcherHearsOfEachChange() {
        try (Messages<ServingStatus> statuses = watch(ECHO)) {
            assertThat(statuses.receive()).isEqualTo(ServingStatus.SERVING);
            health.set(ECHO, Status.NOT_SERVING);
            assertThat(statuses.receive()).isEqualTo(ServingStatus.NOT_SERVING);
            health.set("another", Status.NOT_SERVING);
            health.remove(ECHO);
            assertThat(statuses.receive()).isEqualTo(ServingStatus.SERVICE_UNKNOWN);
            health.set(ECHO, Status.SERVING);
            assertThat(statuses.receive()).isEqualTo(ServingStatus.SERVING);
        }
    }

    @Test
    void aServiceThatIsNotKnownIsWatchedUntilItIs() {
        try (Messages<ServingStatus> statuses = watch("later.v1.Service")) {
            assertThat(statuses.receive()).isEqualTo(ServingStatus.SERVICE_UNKNOWN);
            health.set("later.v1.Service", Status.SERVING);
            assertThat(statuses.receive()).isEqualTo(ServingStatus.SERVING);
        }
    }

    @Test
    void aWatcherThatDoesNotReadSeesTheLatestAndDelaysNobody() {
        try (Messages<ServingStatus> statuses = watch(ECHO)) {
            assertThat(statuses.receive()).isEqualTo(ServingStatus.SERVING);
            for (int i = 0; i < 200_000; i++) {
                health.set(ECHO, i % 2 == 0 ? Status.NOT_SERVING : Status.SERVING);
            }
            health.remove(ECHO);
            int seen = 0;
            while (statuses.receive() != ServingStatus.SERVICE_UNKNOWN) {
                seen++;
            }
            assertThat(seen).isLessThan(200_000);
        }
    }

    @Test
    void atMostSoManyWatch() throws Exception {
        Health small = new Health(1);
        try (Channel few = Channel.inProcess(RpcHandler.builder()
                .service(EchoService.DEFINITION, new EchoService() {})
                .health(small)
                .build())) {
            Messages<HealthCheckResponse> one = few.call(HealthService.WATCH, CallOptions.defaults(), of(""));
            one.receive();
            Messages<HealthCheckResponse> two = few.call(HealthService.WATCH, CallOptions.defaults(), of(""));
            assertThatThrownBy(two::receive)
                    .isInstanceOfSatisfying(
                            CallException.class, e -> assertThat(e.code()).isEqualTo(Code.RESOURCE_EXHAUSTED))
                    .hasMessageContaining("maxWatchers");
            one.close();
            small.awaitNoWatchers(Duration.ofSeconds(20));
            try (Messages<HealthCheckResponse> three = few.call(HealthService.WATCH, CallOptions.defaults(), of(""))) {
                assertThat(three.receive()).isNotNull();
            }
        }
    }

    @Test
    void everyoneWhoWatchesHearsOfTheEndAndWhoComesLaterIsNotAnswered() throws Exception {
        int many = 50;
        CountDownLatch watching = new CountDownLatch(many);
        List<Thread> threads = new ArrayList<>();
        List<List<ServingStatus>> seen = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            List<ServingStatus> mine = new ArrayList<>();
            seen.add(mine);
            threads.add(Thread.ofVirtual().start(() -> {
                try {
                    watch(ECHO).forEach(status -> {
                        mine.add(status);
                        watching.countDown();
                    });
                } catch (CallException end) {
                    mine.add(end.code() == Code.UNAVAILABLE ? ServingStatus.UNKNOWN : ServingStatus.SERVICE_UNKNOWN);
                }
            }));
        }
        assertThat(watching.await(20, TimeUnit.SECONDS)).isTrue();
        health.shutdown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(seen)
                .allSatisfy(mine -> assertThat(mine)
                        .containsExactly(ServingStatus.SERVING, ServingStatus.NOT_SERVING, ServingStatus.UNKNOWN));
        health.setAll(Status.SERVING);
        assertThat(check(ECHO)).isEqualTo(ServingStatus.NOT_SERVING);
        assertThatThrownBy(() -> watch(ECHO).receive())
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.UNAVAILABLE));
    }

    @Test
    void probesNeedNoCredentialsButNamesDo() {
        Interceptor nobody = new Interceptor() {
            @Override
            public <Q, R> R intercept(dev.parley.Call call, Q request, dev.parley.Handler<Q, R> next) {
                throw new CallException(Code.UNAUTHENTICATED, "who are you");
            }
        };
        try (Channel closed = Channel.inProcess(RpcHandler.builder()
                .service(EchoService.DEFINITION, new EchoService() {})
                .interceptors(List.of(nobody))
                .build())) {
            assertThat(closed.call(HealthService.CHECK, CallOptions.defaults(), of(""))
                            .getStatus())
                    .isEqualTo(ServingStatus.SERVING);
            assertThatThrownBy(() -> closed.call(
                            HealthService.LIST, CallOptions.defaults(), HealthListRequest.getDefaultInstance()))
                    .isInstanceOfSatisfying(
                            CallException.class, e -> assertThat(e.code()).isEqualTo(Code.UNAUTHENTICATED));
        }
    }

    @Test
    void pagesForProbes() throws Exception {
        Requests requests = new Requests(handler);
        Requests.Answer ready = requests.get("/readyz");
        assertThat(ready.status()).isEqualTo(200);
        assertThat(ready.text()).isEqualTo("{\"status\":\"SERVING\"}");
        assertThat(ready.header("content-type")).isEqualTo("application/json");
        assertThat(requests.get("/healthz").text()).isEqualTo("{\"status\":\"ALIVE\"}");

        health.set("", Status.NOT_SERVING);
        assertThat(requests.get("/readyz").status()).isEqualTo(503);
        assertThat(requests.get("/readyz").text()).isEqualTo("{\"status\":\"NOT_SERVING\"}");
        assertThat(requests.get("/healthz").status()).isEqualTo(200);
        health.setAlive(false);
        assertThat(requests.get("/healthz").status()).isEqualTo(503);

        assertThat(requests.send("HEAD", "/readyz", new Metadata(), new byte[0]).status())
                .isEqualTo(503);
        Requests.Answer refused = requests.json("POST", "/readyz", "{}");
        assertThat(refused.status()).isEqualTo(405);
        assertThat(refused.header("allow")).isEqualTo("GET, HEAD");
        assertThat(requests.get("/readyz/").status()).isEqualTo(404);
    }

    @Test
    void healthCanBeSwitchedOffAndOwned() throws Exception {
        Health own = new Health();
        own.set(ECHO, Status.NOT_SERVING);
        RpcHandler off = RpcHandler.builder()
                .service(EchoService.DEFINITION, new EchoService() {})
                .service(LibraryService.DEFINITION, new LibraryService() {})
                .health(own)
                .healthChecks(false)
                .build();
        assertThat(own.statuses())
                .containsEntry(ECHO, Status.NOT_SERVING)
                .containsEntry("parley.test.v1.LibraryService", Status.SERVING);
        assertThat(new Requests(off).get("/readyz").status()).isEqualTo(404);
        try (Channel closed = Channel.inProcess(off)) {
            assertThatThrownBy(() -> closed.call(HealthService.CHECK, CallOptions.defaults(), of("")))
                    .isInstanceOfSatisfying(
                            CallException.class, e -> assertThat(e.code()).isEqualTo(Code.UNIMPLEMENTED));
        }
    }

    @Test
    void aNameOfAnyLengthIsNotKept() {
        assertThatThrownBy(() -> watch("x".repeat(1_001)).receive())
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.INVALID_ARGUMENT))
                .hasMessageContaining("1001");
    }
}
