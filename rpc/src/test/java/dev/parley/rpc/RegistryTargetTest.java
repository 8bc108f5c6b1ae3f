package dev.parley.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Explanation;
import dev.parley.Messages;
import dev.parley.chain.Chain;
import dev.parley.chain.ClientPolicies;
import dev.parley.chain.ClientResilience;
import dev.parley.chain.DefaultChains;
import dev.parley.discovery.ClusterPolicy;
import dev.parley.discovery.Pick;
import dev.parley.discovery.RoundRobin;
import dev.parley.resilience.ResilienceEvent.RetryScheduled;
import dev.parley.resilience.ResilienceEvent.RetryStopped;
import dev.parley.rpc.echo.EchoRequest;
import dev.parley.rpc.echo.EchoResponse;
import dev.parley.rpc.echo.EchoService;
import dev.parley.telemetry.Telemetry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Channels whose target is a service in a registry, over real connections. */
@Timeout(60)
class RegistryTargetTest {

    private static final ClusterPolicy IN_TURN = ClusterPolicy.defaults().withBalancer(RoundRobin::new);

    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
    }

    /** A server that answers with its own port and the name that it was asked for. */
    private int serve() {
        AtomicInteger port = new AtomicInteger();
        RpcServer server = RpcServer.builder()
                .service(EchoService.DEFINITION, new EchoService() {
                    @Override
                    public EchoResponse echo(EchoRequest request) {
                        return answer(port.get());
                    }

                    @Override
                    public Messages<EchoResponse> repeat(EchoRequest request) {
                        return Messages.of(answer(port.get()), answer(port.get()));
                    }
                })
                .start();
        port.set(server.port());
        opened.add(() -> server.shutdown(Duration.ZERO));
        return server.port();
    }

    private static EchoResponse answer(int port) {
        return EchoResponse.newBuilder().setText(Integer.toString(port)).build();
    }

    /** A port that nothing listens on, which nobody else gets for as long as the test runs. */
    private int nobody() throws IOException {
        ServerSocket bound = new ServerSocket();
        bound.bind(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
        int port = bound.getLocalPort();
        bound.close();
        return port;
    }

    private EchoService.Client client(ChannelBuilder builder) {
        Channel channel = builder.build();
        opened.add(channel);
        return EchoService.client(channel);
    }

    private static ChannelBuilder to(int... ports) {
        List<String> addresses = new ArrayList<>();
        for (int port : ports) {
            addresses.add("127.0.0.1:" + port);
        }
        return Channel.builder("static://" + String.join(",", addresses) + "/echo-service");
    }

    private static EchoRequest text() {
        return EchoRequest.newBuilder().setText("who?").build();
    }

    @ParameterizedTest
    @EnumSource(value = RpcProtocol.class, mode = EnumSource.Mode.EXCLUDE, names = "REST")
    void callsAreSharedOut(RpcProtocol protocol) {
        int one = serve();
        int other = serve();
        EchoService.Client client = client(to(one, other).protocol(protocol).balancing(IN_TURN));
        List<String> answered = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            answered.add(client.echo(text()).getText());
        }
        assertThat(answered).filteredOn(Integer.toString(one)::equals).hasSize(3);
        assertThat(answered).filteredOn(Integer.toString(other)::equals).hasSize(3);
        Set<String> streamed = new HashSet<>();
        for (int i = 0; i < 2; i++) {
            try (Messages<EchoResponse> all = client.repeat(text())) {
                streamed.add(all.toList(2).getFirst().getText());
            }
        }
        assertThat(streamed).containsExactlyInAnyOrder(Integer.toString(one), Integer.toString(other));
    }

    @Test
    void anEndpointThatIsNotThereIsTriedElsewhereAndExplained() throws Exception {
        int dead = nobody();
        int live = serve();
        EchoService.Client client = client(to(dead, live).balancing(IN_TURN));
        List<Explanation> asked = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Explanation why = new Explanation();
            asked.add(why);
            EchoResponse response =
                    client.with(CallOptions.defaults().withExplanation(why)).echo(text());
            assertThat(response.getText()).isEqualTo(Integer.toString(live));
        }
        // One of two calls began at the dead one.
        List<Explanation.Decision> decided = asked.stream()
                .map(Explanation::decisions)
                .filter(each -> each.stream().anyMatch(RetryScheduled.class::isInstance))
                .findFirst()
                .orElseThrow();
        List<Pick> picks = decided.stream()
                .filter(Pick.class::isInstance)
                .map(Pick.class::cast)
                .toList();
        assertThat(picks)
                .extracting(pick -> pick.chosen().authority())
                .containsExactly("127.0.0.1:" + dead, "127.0.0.1:" + live);
        assertThat(picks.getFirst().considered()).hasSize(2);
        assertThat(decided.stream().map(Explanation.Decision::by))
                .containsExactly("balance", "retry", "balance", "call");
        assertThat(decided.get(1).what()).contains("attempt 2", "UNAVAILABLE", "could not connect");
        assertThat(decided.getLast().what()).contains("OK");
    }

    @Test
    void whatIsNotTriedAgainIsExplained() throws Exception {
        EchoService.Client client = client(to(nobody()));
        Explanation why = new Explanation();
        CallException error = catchThrowableOfType(
                CallException.class,
                () -> client.with(CallOptions.defaults().withExplanation(why)).echo(text()));
        assertThat(error.code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(why.decisions())
                .filteredOn(RetryStopped.class::isInstance)
                .singleElement()
                .satisfies(stopped -> {
                    assertThat(stopped.by()).isEqualTo("retry");
                    assertThat(stopped.what()).contains("third", "all attempts are used up", "could not connect");
                });
        assertThat(why.decisions().getLast().what()).contains("UNAVAILABLE");
    }

    @Test
    void aChainOfOnesOwnGetsTheBalancerBeforeTheAttempt() {
        int one = serve();
        int other = serve();
        for (Chain chain : List.of(
                Chain.empty(),
                DefaultChains.client(new ClientResilience("echo", ClientPolicies.defaults()), Telemetry.off()))) {
            EchoService.Client client = client(to(one, other).balancing(IN_TURN).chain(chain));
            Set<String> answered = new HashSet<>();
            for (int i = 0; i < 2; i++) {
                answered.add(client.echo(text()).getText());
            }
            assertThat(answered).hasSize(2);
        }
    }

    @Test
    void aNamesTargetMayBeARegistry() {
        int port = serve();
        EchoService.Client client = client(
                Channel.builder("echo-service").environment(Map.of("ECHO_SERVICE_URL", "static:127.0.0.1:" + port)));
        assertThat(client.echo(text()).getText()).isEqualTo(Integer.toString(port));
    }

    @Test
    void theServerIsToldTheServicesNameAndNotTheEndpoints() {
        List<String> told = new ArrayList<>();
        RpcServer server = RpcServer.builder()
                .service(EchoService.DEFINITION, new EchoImplementation())
                .interceptors(List.of(new dev.parley.Interceptor() {
                    @Override
                    public <Q, R> R intercept(Call call, Q request, dev.parley.Handler<Q, R> next) throws Exception {
                        told.add(call.endpoint().orElse("none"));
                        return next.handle(call, request);
                    }
                }))
                .start();
        opened.add(() -> server.shutdown(Duration.ZERO));
        client(to(server.port())).echo(text());
        assertThat(told).as("an endpoint is the client's alone").containsExactly("none");
    }

    @Test
    void targetsThatLeadNowhereAreRefusedAtOnce() {
        assertThatThrownBy(() ->
                        Channel.builder("consull://127.0.0.1:8500/echo-service").build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("consull")
                .hasMessageContaining("static");
        assertThatThrownBy(() -> Channel.builder("static:127.0.0.1:70000").build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("70000");
        assertThatThrownBy(() -> Channel.builder("dns:///").build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("names no service");
        assertThatThrownBy(() ->
                        Channel.builder("echo-service").environment(Map.of()).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ECHO_SERVICE_URL");
    }
}
