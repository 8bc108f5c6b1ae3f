package dev.parley.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Messages;
import dev.parley.chain.Chain;
import dev.parley.chain.ChainEntry;
import dev.parley.chain.ClientPolicies;
import dev.parley.chain.ClientResilience;
import dev.parley.chain.DefaultChains;
import dev.parley.chain.ServerPolicies;
import dev.parley.chain.ServerResilience;
import dev.parley.resilience.BulkheadPolicy;
import dev.parley.resilience.CircuitBreaker;
import dev.parley.resilience.ResilienceEvent;
import dev.parley.rpc.echo.EchoRequest;
import dev.parley.rpc.echo.EchoResponse;
import dev.parley.rpc.echo.EchoService;
import dev.parley.rpc.health.HealthCheckRequest;
import dev.parley.rpc.health.HealthCheckResponse.ServingStatus;
import dev.parley.telemetry.Telemetry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a channel and a server do that nobody has told anything about policies. */
@Timeout(60)
class DefaultChainTest {

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final AtomicInteger asked = new AtomicInteger();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private volatile boolean failing = true;

    /** Echo fails or waits; Repeat works. */
    private final EchoService service = new EchoService() {
        @Override
        public EchoResponse echo(EchoRequest request) {
            asked.incrementAndGet();
            if (request.getText().equals("wait")) {
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    throw CallException.interrupted(e, "the test");
                }
            }
            if (failing) {
                throw new CallException(Code.INTERNAL, "broken");
            }
            return EchoResponse.newBuilder().setText(request.getText()).build();
        }

        @Override
        public Messages<EchoResponse> repeat(EchoRequest request) {
            return Messages.of(
                    EchoResponse.newBuilder().setText(request.getText()).build());
        }
    };

    private final RpcServer server =
            RpcServer.builder().service(EchoService.DEFINITION, service).start();

    @AfterEach
    void close() throws Exception {
        goOn.countDown();
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
        server.shutdown(Duration.ZERO);
    }

    private ChannelBuilder builder() {
        return Channel.builder("http://127.0.0.1:" + server.port());
    }

    private EchoService client(ChannelBuilder builder) {
        Channel channel = builder.build();
        opened.add(channel);
        return EchoService.client(channel);
    }

    private static EchoRequest text(String text) {
        return EchoRequest.newBuilder().setText(text).build();
    }

    private static CallException failure(EchoService client) {
        return catchThrowableOfType(CallException.class, () -> client.echo(text("a")));
    }

    @ParameterizedTest
    @EnumSource(value = RpcProtocol.class, mode = EnumSource.Mode.EXCLUDE, names = "REST")
    void aMethodThatFailsIsLeftAloneAndTheOthersAreCalled(RpcProtocol protocol) {
        EchoService client = client(builder().protocol(protocol));
        for (int i = 0; i < 5; i++) {
            assertThat(failure(client).code()).isEqualTo(Code.INTERNAL);
        }
        CallException refused = failure(client);
        assertThat(refused.code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(refused.message()).contains("127.0.0.1:" + server.port() + "/Echo", "broken");
        assertThat(asked).hasValue(5);
        try (Messages<EchoResponse> others = client.repeat(text("well"))) {
            assertThat(others.toList(2)).hasSize(1);
        }
    }

    @Test
    void aBreakerIsOneClients() {
        EchoService first = client(builder());
        for (int i = 0; i < 6; i++) {
            failure(first);
        }
        failing = false;
        assertThat(client(builder()).echo(text("b")).getText()).isEqualTo("b");
        assertThat(failure(first).code()).isEqualTo(Code.UNAVAILABLE);
    }

    @Test
    void policiesAreLookedAtForcedAndListenedTo() {
        ClientResilience echo = new ClientResilience("echo", ClientPolicies.defaults());
        Queue<ResilienceEvent> events = new ConcurrentLinkedQueue<>();
        Call.Registration listening = echo.listen(events::add);
        EchoService client = client(builder().chain(DefaultChains.client(echo, Telemetry.off())));
        failing = false;
        assertThat(client.echo(text("a")).getText()).isEqualTo("a");
        CircuitBreaker breaker = echo.breakers().getFirst();
        assertThat(breaker.toString()).contains("echo/Echo");
        breaker.forceOpen();
        assertThat(failure(client).code()).isEqualTo(Code.UNAVAILABLE);
        breaker.reset();
        assertThat(client.echo(text("b")).getText()).isEqualTo("b");
        assertThat(events)
                .hasSizeGreaterThanOrEqualTo(3)
                .allSatisfy(event -> assertThat(event.policy()).isEqualTo("echo/Echo"));
        listening.remove();
        int before = events.size();
        breaker.forceOpen();
        assertThat(events).hasSize(before);
    }

    @Test
    void anEntryIsTakenOutAndAnotherPutInForOneMethod() {
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        Interceptor noting = new Interceptor() {
            @Override
            public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
                seen.add(call.method().name());
                return next.handle(call, request);
            }
        };
        Chain chain = DefaultChains.client(new ClientResilience("echo", ClientPolicies.defaults()), Telemetry.off())
                .without("breaker")
                .withBefore("retry", ChainEntry.of("note", noting).on("parley.test.v1.EchoService/Echo"));
        EchoService client = client(builder().chain(chain));
        for (int i = 0; i < 8; i++) {
            assertThat(failure(client).code()).isEqualTo(Code.INTERNAL);
        }
        client.repeat(text("a")).toList(2);
        assertThat(asked).hasValue(8);
        assertThat(seen).hasSize(8).containsOnly("Echo");
    }

    @Test
    void aServersBulkheadRefusesWhatIsTooMuch() throws Exception {
        ServerResilience limited = new ServerResilience(
                "echo",
                ServerPolicies.defaults()
                        .withBulkhead(
                                BulkheadPolicy.defaults().withMaxConcurrent(1).withMaxWaiting(0)));
        RpcServer small = RpcServer.builder()
                .chain(DefaultChains.server(limited, Telemetry.off()))
                .service(EchoService.DEFINITION, service)
                .start();
        opened.add(() -> small.shutdown(Duration.ZERO));
        failing = false;
        EchoService client =
                client(Channel.builder("http://127.0.0.1:" + small.port()).chain(Chain.empty()));
        FutureTask<String> waits =
                new FutureTask<>(() -> client.echo(text("wait")).getText());
        Thread.ofVirtual().start(waits);
        while (asked.get() == 0) {
            Thread.onSpinWait();
        }
        CallException refused = failure(client);
        assertThat(refused.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
        assertThat(refused.message()).contains("echo/Echo", "maxConcurrent 1");
        try (Messages<EchoResponse> others = client.repeat(text("well"))) {
            assertThat(others.toList(2)).hasSize(1);
        }
        goOn.countDown();
        assertThat(waits.get(20, TimeUnit.SECONDS)).isEqualTo("wait");
        assertThat(client.echo(text("b")).getText()).isEqualTo("b");
    }

    @Test
    void probesAreAnsweredWhateverTheChainDoes() {
        Interceptor refusing = new Interceptor() {
            @Override
            public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) {
                throw new CallException(Code.UNAVAILABLE, "no");
            }
        };
        RpcHandler handler = RpcHandler.builder()
                .service(EchoService.DEFINITION, service)
                .chain(Chain.empty().withLast(ChainEntry.of("refuse", refusing)))
                .build();
        Channel channel = builder().inProcess(handler).chain(Chain.empty()).build();
        opened.add(channel);
        assertThat(failure(EchoService.client(channel)).message()).isEqualTo("no");
        assertThat(channel.call(HealthService.CHECK, CallOptions.defaults(), HealthCheckRequest.getDefaultInstance())
                        .getStatus())
                .isEqualTo(ServingStatus.SERVING);
    }
}
