package dev.parley.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chain.ClientPolicies;
import dev.parley.chain.ClientResilience;
import dev.parley.chain.DefaultChains;
import dev.parley.discovery.Cluster;
import dev.parley.discovery.ClusterPolicy;
import dev.parley.discovery.RegistryOptions;
import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.ServiceRegistry;
import dev.parley.rpc.echo.EchoRequest;
import dev.parley.rpc.echo.EchoService;
import dev.parley.telemetry.Telemetry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Servers that register themselves, and take themselves out before they stop. */
@Timeout(120)
class RegisterTest {

    private static final String NAME = "echo-service";

    private final ListedRegistry list = new ListedRegistry();
    private final ServiceRegistry registry = ServiceRegistry.of(list, RegistryOptions.defaults());
    private final CountDownLatch over = new CountDownLatch(1);

    @AfterEach
    void close() {
        over.countDown();
        registry.close();
    }

    private RpcServer start(String id) {
        return RpcServer.builder()
                .service(EchoService.DEFINITION, new EchoImplementation())
                .register(
                        registry,
                        port -> ServiceInstance.of(NAME, "127.0.0.1", port).withId(id))
                .start();
    }

    private void awaitFound(int port) throws InterruptedException {
        while (registry.discover(NAME).instances().stream().noneMatch(each -> each.port() == port)) {
            Thread.sleep(5);
        }
    }

    private static String echo(Channel channel, String text) {
        return EchoService.client(channel)
                .echo(EchoRequest.newBuilder().setText(text).build())
                .getText();
    }

    @Test
    void isFoundWhileItRunsAndNoMoreOnceItIsShutDown() throws Exception {
        try (RpcServer server = start("echo-1")) {
            awaitFound(server.port());
        }
        assertThat(registry.discover(NAME).instances()).isEmpty();
        assertThat(list.told()).startsWith("registered echo-1").endsWith("released echo-1");
    }

    @Test
    void stillAnswersNewConnectionsWhileTheRegistryIsTold() throws Exception {
        AtomicReference<String> answer = new AtomicReference<>("nobody asked");
        RpcServer server = start("echo-1");
        awaitFound(server.port());
        list.listener = () -> {
            try (Channel channel =
                    Channel.builder("http://127.0.0.1:" + server.port()).build()) {
                answer.set(echo(channel, "still there"));
            }
        };
        assertThat(server.shutdown(Duration.ofSeconds(30))).isTrue();
        assertThat(list.told()).endsWith("released echo-1");
        assertThat(answer.get()).isEqualTo("still there");
    }

    @Test
    void noCallFailsWhileOneServerAfterTheOtherIsReplaced() throws Exception {
        int callers = 4;
        AtomicBoolean stop = new AtomicBoolean();
        RpcServer current = start("echo-0");
        try (Cluster cluster = new Cluster(registry, NAME, ClusterPolicy.defaults());
                Channel channel = Channel.builder("http://" + NAME)
                        .chain(DefaultChains.client(
                                new ClientResilience(NAME, ClientPolicies.defaults()),
                                Telemetry.off(),
                                Optional.of(cluster)))
                        .build();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> counts = new ArrayList<>();
            for (int caller = 0; caller < callers; caller++) {
                counts.add(threads.submit(() -> {
                    int calls = 0;
                    while (!stop.get()) {
                        echo(channel, "call " + calls++);
                        Thread.sleep(1);
                    }
                    return calls;
                }));
            }
            try {
                for (int generation = 1; generation <= 3; generation++) {
                    RpcServer next = start("echo-" + generation);
                    awaitFound(next.port());
                    assertThat(current.shutdown(Duration.ofSeconds(30))).isTrue();
                    current = next;
                }
            } finally {
                stop.set(true);
            }
            for (Future<Integer> count : counts) {
                assertThat(count.get()).isPositive();
            }
        } finally {
            current.shutdown(Duration.ofSeconds(30));
        }
    }

    @Test
    void aRegistryThatHangsHoldsTheShutdownForHalfTheGraceAtMost() throws Exception {
        RpcServer server = start("echo-1");
        awaitFound(server.port());
        list.listener = () -> {
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        // Nothing runs, so all calls have ended in time, although the registry has never answered.
        assertThat(server.shutdown(Duration.ofSeconds(2))).isTrue();
        assertThat(list.told()).doesNotContain("released echo-1");
    }

    @Test
    void doesNotListenIfItCannotBeRegistered() throws Exception {
        AtomicReference<Integer> port = new AtomicReference<>(0);
        try (ServiceRegistry fixed = ServiceRegistry.connect("static:127.0.0.1:7001")) {
            assertThatThrownBy(() -> RpcServer.builder()
                            .service(EchoService.DEFINITION, new EchoImplementation())
                            .register(fixed, got -> {
                                port.set(got);
                                return ServiceInstance.of(NAME, "127.0.0.1", got);
                            })
                            .start())
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("REGISTER");
        }
        assertThatThrownBy(() -> new java.net.Socket("127.0.0.1", port.get()).close())
                .isInstanceOf(java.net.ConnectException.class);
    }
}
