package dev.parley.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.Outcome;
import dev.parley.RetryAdvice;
import dev.parley.chain.Chain;
import dev.parley.http.ClientLimits;
import dev.parley.http.HttpClient;
import dev.parley.rpc.echo.EchoRequest;
import dev.parley.rpc.echo.EchoResponse;
import dev.parley.rpc.echo.EchoService;
import dev.parley.testing.Direction;
import dev.parley.testing.Fault;
import dev.parley.testing.FaultProxy;
import dev.parley.testing.Fixture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a caller hears of a network that fails, in every protocol (but REST, for which the service has no rules); the
 * handler hears of it too, and the next call is served.
 */
@Timeout(30)
class RpcFaultsTest {

    private static final CallOptions SOON = CallOptions.defaults().withTimeout(Duration.ofMillis(300));
    private static final CallOptions LONG = CallOptions.defaults().withTimeout(Duration.ofSeconds(20));
    private static final int MANY = 1_000;

    @RegisterExtension
    final Fixture fixture = new Fixture();

    private final EchoImplementation echo = new EchoImplementation();
    private FaultProxy network;
    private HttpClient http;

    @BeforeEach
    void open() throws Exception {
        RpcServer server =
                RpcServer.builder().service(EchoService.DEFINITION, echo).start();
        fixture.open(() -> server.shutdown(Duration.ZERO));
        network = fixture.proxy(server.port());
        http = fixture.open(HttpClient.create(ClientLimits.defaults()
                .withConnectionLife(Duration.ofMinutes(5), Duration.ofMinutes(5), Duration.ofMillis(200))));
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        await("the client runs nothing", () -> http.running() == 0);
        http.close();
        await("no connection is open", () -> network.traffic().open() == 0);
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - until > 0) {
                throw new AssertionError("did not come in 10 seconds: " + what);
            }
            Thread.sleep(1);
        }
    }

    private EchoService.Client client(RpcProtocol protocol) {
        Channel channel = fixture.open(Channel.builder("http://" + network.authority())
                .client(http)
                .protocol(protocol)
                .chain(Chain.empty()) // what one attempt comes to
                .build());
        return EchoService.client(channel);
    }

    private static EchoRequest text(String text) {
        return EchoRequest.newBuilder().setText(text).build();
    }

    private static EchoRequest many(String text) {
        return EchoRequest.newBuilder().setText(text).setCount(MANY).build();
    }

    private void isServedWhenHealed(EchoService.Client client) throws Exception {
        network.heal();
        assertThat(client.with(LONG).echo(text("again")).getText()).isEqualTo("again");
    }

    private void fails(ThrowingCallable call, Code code, RetryAdvice advice) {
        CallException error = catchThrowableOfType(CallException.class, call);
        assertThat(error)
                .as("code of %s", network.report())
                .extracting(CallException::code)
                .isEqualTo(code);
        assertThat(error.retryAdvice()).isEqualTo(advice);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "REST")
    void latencyBeyondTheDeadline(RpcProtocol protocol) throws Exception {
        EchoService.Client client = client(protocol);
        client.echo(text("warm"));
        network.inject(Direction.DOWNSTREAM, new Fault.Latency(Duration.ofMinutes(1)));
        fails(() -> client.with(SOON).echo(text("late")), Code.DEADLINE_EXCEEDED, RetryAdvice.UNSTATED);
        isServedWhenHealed(client);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "REST")
    void aBlackholedConnectionIsNotUsedAgain(RpcProtocol protocol) throws Exception {
        EchoService.Client client = client(protocol);
        client.echo(text("warm"));
        network.inject(new Fault.Blackhole(true));
        fails(() -> client.with(SOON).echo(text("lost")), Code.DEADLINE_EXCEEDED, RetryAdvice.UNSTATED);
        await("it is given up", () -> http.openConnections() == 0);
        isServedWhenHealed(client);
        assertThat(network.traffic().accepted()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "REST")
    void aRefusedConnectionNeverLeft(RpcProtocol protocol) throws Exception {
        EchoService.Client client = client(protocol);
        network.inject(new Fault.Refuse());
        fails(() -> client.with(LONG).echo(text("x")), Code.UNAVAILABLE, RetryAdvice.NEVER_LEFT);
        isServedWhenHealed(client);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "REST")
    void aResetBeforeTheAnswer(RpcProtocol protocol) throws Exception {
        EchoService.Client client = client(protocol);
        client.echo(text("warm"));
        network.inject(Direction.DOWNSTREAM, new Fault.Reset(1));
        fails(() -> client.with(LONG).echo(text("x")), Code.UNAVAILABLE, RetryAdvice.UNSTATED);
        isServedWhenHealed(client);
    }

    /** The server's handler of a call whose connection is reset is cancelled, not left to block. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "REST")
    void aResetReachesTheHandler(RpcProtocol protocol) throws Exception {
        EchoService.Client client = client(protocol);
        var call = fixture.start(() -> client.with(LONG).echo(text(EchoImplementation.BLOCK)));
        assertThat(echo.started.await(10, TimeUnit.SECONDS)).isTrue();
        network.resetConnections();
        Outcome seen = echo.ends.poll(10, TimeUnit.SECONDS);
        assertThat(seen).isInstanceOf(Outcome.Failed.class);
        assertThat(((Outcome.Failed) seen).error().code()).isEqualTo(Code.CANCELLED);
        fails(() -> result(call), Code.UNAVAILABLE, RetryAdvice.UNSTATED);
        isServedWhenHealed(client);
    }

    private static void result(java.util.concurrent.Future<?> call) throws Throwable {
        try {
            call.get(10, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException e) {
            throw e.getCause();
        }
    }

    private void drain(EchoService.Client client, String text) {
        try (Messages<EchoResponse> stream = client.with(LONG).repeat(many(text))) {
            for (EchoResponse each : stream) {
                assertThat(each.getText()).isEqualTo(text);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "REST")
    void aResetInTheStream(RpcProtocol protocol) throws Exception {
        EchoService.Client client = client(protocol);
        network.inject(Direction.DOWNSTREAM, new Fault.Reset(20_000));
        fails(() -> drain(client, "x".repeat(100)), Code.UNAVAILABLE, RetryAdvice.UNSTATED);
        isServedWhenHealed(client);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "REST")
    void aStreamThatIsHalfClosedIsNotWhole(RpcProtocol protocol) throws Exception {
        EchoService.Client client = client(protocol);
        network.inject(Direction.DOWNSTREAM, new Fault.Truncate(20_000));
        fails(() -> drain(client, "x".repeat(100)), Code.UNAVAILABLE, RetryAdvice.UNSTATED);
        isServedWhenHealed(client);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "REST")
    void aNarrowNetworkLosesNothing(RpcProtocol protocol) throws Exception {
        network.inject(new Fault.Bandwidth(500_000));
        network.inject(new Fault.Slice(7, Duration.ZERO));
        network.inject(new Fault.Latency(Duration.ofMillis(5), Duration.ofMillis(5), 11));
        EchoService.Client client = client(protocol);
        try (Messages<EchoResponse> stream = client.with(LONG).repeat(many("y"))) {
            int next = 0;
            for (EchoResponse each : stream) {
                assertThat(each.getIndex()).isEqualTo(next++);
            }
            assertThat(next).isEqualTo(MANY);
        }
    }

    /** Who closed its side late, or never, does not keep a call from ending. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "REST")
    void slowCloseDoesNotDelayAnAnswer(RpcProtocol protocol) throws Exception {
        network.inject(new Fault.NeverClose());
        EchoService.Client client = client(protocol);
        assertThat(client.with(LONG).echo(text("prompt")).getText()).isEqualTo("prompt");
        http.close();
        await("nothing is open here", () -> http.openConnections() == 0);
        network.heal();
    }
}
