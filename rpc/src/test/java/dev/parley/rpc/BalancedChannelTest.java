package dev.parley.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.chain.ClientPolicies;
import dev.parley.chain.ClientResilience;
import dev.parley.chain.DefaultChains;
import dev.parley.discovery.ClusterEvent;
import dev.parley.discovery.ClusterPolicy;
import dev.parley.discovery.RoundRobin;
import dev.parley.resilience.CircuitBreaker;
import dev.parley.resilience.RejectedException;
import dev.parley.resilience.ResilienceEvent;
import dev.parley.rpc.echo.EchoRequest;
import dev.parley.rpc.echo.EchoResponse;
import dev.parley.rpc.echo.EchoService;
import dev.parley.telemetry.Telemetry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * An endpoint ejected, a breaker opened and a retry sent elsewhere are one coherent thing: the default chain in front of real servers, of
 * which some are dead, hang, or answer errors.
 */
@Timeout(120)
class BalancedChannelTest {

    private static final ClusterPolicy POLICY = ClusterPolicy.defaults().withBalancer(RoundRobin::new);

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final Queue<ClusterEvent> cluster = new ConcurrentLinkedQueue<>();
    private final Queue<ResilienceEvent> policies = new ConcurrentLinkedQueue<>();

    /** Answers with its number; fails with {@code INTERNAL} if it is {@code broken}. */
    private record Numbered(int number, boolean broken) implements EchoService {
        @Override
        public EchoResponse echo(EchoRequest request) {
            if (broken) {
                throw new CallException(Code.INTERNAL, "broken");
            }
            return EchoResponse.newBuilder().setText(Integer.toString(number)).build();
        }

        @Override
        public Messages<EchoResponse> repeat(EchoRequest request) {
            return Messages.of(echo(request));
        }
    }

    private int server(int number, boolean broken) {
        RpcServer server = RpcServer.builder()
                .service(EchoService.DEFINITION, new Numbered(number, broken))
                .start();
        opened.add(() -> server.shutdown(Duration.ZERO));
        return server.port();
    }

    /** A port where nobody listens, and nobody else can while the test runs: it is bound. */
    private int dead() throws IOException {
        Socket bound = new Socket();
        opened.add(bound);
        bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        return bound.getLocalPort();
    }

    private EchoService.Client client(RpcProtocol protocol, ClusterPolicy balancing, int... ports) {
        String target = java.util.Arrays.stream(ports)
                .mapToObj(port -> "127.0.0.1:" + port)
                .collect(Collectors.joining(",", "static:", ""));
        ClientResilience echo = new ClientResilience("echo", ClientPolicies.defaults());
        echo.listen(policies::add);
        Channel channel = Channel.builder(target)
                .protocol(protocol)
                .chain(DefaultChains.client(echo, Telemetry.off()))
                .balancing(balancing.withListener(cluster::add))
                .build();
        opened.add(channel);
        return EchoService.client(channel);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
    }

    private static EchoRequest text() {
        return EchoRequest.newBuilder().setText("a").build();
    }

    private long ejections() {
        return cluster.stream().filter(ClusterEvent.Ejected.class::isInstance).count();
    }

    private boolean breakerOpened() {
        return policies.stream()
                .anyMatch(event -> event instanceof ResilienceEvent.BreakerChanged changed
                        && changed.to() == CircuitBreaker.State.OPEN);
    }

    @ParameterizedTest
    @EnumSource(
            value = RpcProtocol.class,
            names = {"GRPC", "CONNECT"})
    void oneDeadEndpointOfThreeFailsNoCallAndOpensNoBreaker(RpcProtocol protocol) throws IOException {
        EchoService client = client(protocol, POLICY, server(1, false), dead(), server(3, false));
        Set<String> answers = new HashSet<>();
        for (int i = 0; i < 60; i++) {
            answers.add(client.echo(text()).getText());
        }
        assertThat(answers).containsExactlyInAnyOrder("1", "3");
        assertThat(ejections()).isOne();
        assertThat(breakerOpened()).isFalse();
        // The five that found it dead, and no more, were tried again.
        assertThat(policies)
                .filteredOn(ResilienceEvent.RetryScheduled.class::isInstance)
                .hasSize(5);
    }

    @Test
    void twoDeadEndpointsOfThreeFailNoCallThoughOnlyOneMayBeEjected() throws IOException {
        EchoService client = client(RpcProtocol.GRPC, ClusterPolicy.defaults(), dead(), server(2, false), dead());
        for (int i = 0; i < 60; i++) {
            assertThat(client.echo(text()).getText()).isEqualTo("2");
        }
        assertThat(breakerOpened()).isFalse();
    }

    @Test
    void allDeadOpenTheBreaker() throws IOException {
        EchoService client = client(RpcProtocol.GRPC, POLICY, dead(), dead(), dead());
        for (int i = 0; i < 5; i++) {
            CallException failure = catchThrowableOfType(CallException.class, () -> client.echo(text()));
            assertThat(failure.code()).isEqualTo(Code.UNAVAILABLE);
            assertThat(failure).isNotInstanceOf(RejectedException.class);
        }
        assertThat(breakerOpened()).isTrue();
        RejectedException refused = catchThrowableOfType(RejectedException.class, () -> client.echo(text()));
        assertThat(refused.reason()).isEqualTo(RejectedException.Reason.BREAKER_OPEN);
        assertThat(ejections()).isLessThanOrEqualTo(1);
    }

    @Test
    void whatAnswersErrorsIsEjectedBeforeItOpensTheBreaker() {
        EchoService client = client(RpcProtocol.GRPC, POLICY, server(1, false), server(2, true), server(3, false));
        int failed = 0;
        for (int i = 0; i < 60; i++) {
            try {
                client.echo(text());
            } catch (CallException e) {
                assertThat(e.code()).isEqualTo(Code.INTERNAL); // not repeated: it may have acted
                failed++;
            }
        }
        assertThat(failed).isEqualTo(5);
        assertThat(ejections()).isOne();
        assertThat(breakerOpened()).isFalse();
    }

    @Test
    void whatHangsIsEjectedToo() throws IOException {
        int first = server(1, false);
        int third = server(3, false);
        // Code is loaded and warm before a deadline decides.
        EchoService.Client warm = client(RpcProtocol.CONNECT, POLICY, first, third);
        for (int i = 0; i < 50; i++) {
            warm.echo(text());
        }
        ServerSocket hung =
                new ServerSocket(0, 50, InetAddress.getLoopbackAddress()); // takes connections, says nothing
        opened.add(hung);
        EchoService.Client client = client(RpcProtocol.CONNECT, POLICY, first, hung.getLocalPort(), third);
        int failed = 0;
        for (int i = 0; i < 1_000 && ejections() == 0; i++) {
            try {
                client.with(CallOptions.defaults().withTimeout(Duration.ofSeconds(3)))
                        .echo(text());
            } catch (CallException e) {
                assertThat(e.code()).as(e.toString()).isEqualTo(Code.DEADLINE_EXCEEDED);
                failed++;
            }
        }
        assertThat(ejections()).isOne();
        assertThat(failed).isGreaterThanOrEqualTo(5);
        assertThat(cluster)
                .filteredOn(ClusterEvent.Ejected.class::isInstance)
                .allSatisfy(event -> assertThat(
                                ((ClusterEvent.Ejected) event).endpoint().authority())
                        .endsWith(":" + hung.getLocalPort()));
    }
}
