package dev.parley.discovery.consul;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.discovery.Registration;
import dev.parley.discovery.RegistrationOptions;
import dev.parley.discovery.RegistryOptions;
import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.ServiceRegistry;
import dev.parley.discovery.ServiceSnapshot;
import dev.parley.testing.Direction;
import dev.parley.testing.Fault;
import dev.parley.testing.FaultProxy;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A network and processes that fail, between the adapter and our own registry server. */
class ConsulFaultsTest {

    private static final String SERVICE = "inventory-service";
    private static final RegistrationOptions LASTING =
            RegistrationOptions.defaults().withTtl(Duration.ofHours(1));

    private final Served served = new Served(null);
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final List<ServiceSnapshot> told = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
        served.close();
    }

    private static RegistryOptions options() {
        return RegistryOptions.defaults()
                .withMaxWait(Duration.ofSeconds(1))
                .withAnswerTimeout(Duration.ofSeconds(2))
                .withBackoff(Duration.ofMillis(20), Duration.ofMillis(200));
    }

    private ServiceRegistry connect(int port) {
        ServiceRegistry registry = ServiceRegistry.connect("consul://127.0.0.1:" + port, options());
        opened.add(registry);
        return registry;
    }

    private FaultProxy proxy() throws Exception {
        FaultProxy proxy = FaultProxy.to(served.port());
        opened.add(proxy);
        return proxy;
    }

    private static ServiceInstance instance(int n) {
        return ServiceInstance.of(SERVICE, "127.0.0.1", 7000 + n).withId("copy-" + n);
    }

    private Registration register(ServiceRegistry registry, int n) {
        Registration registration = registry.register(instance(n), LASTING);
        assertThat(registration.awaitRegistered(Duration.ofSeconds(30)))
                .as("registered, but %s", registration.problem())
                .isTrue();
        return registration;
    }

    private void awaitTold(String what, Predicate<ServiceSnapshot> wanted) throws Exception {
        Mocked.await(what, () -> !told.isEmpty() && wanted.test(told.getLast()));
    }

    private static Predicate<ServiceSnapshot> fresh(int count) {
        return found -> found.isFresh() && found.instances().size() == count;
    }

    @Test
    void aPartitionIsSeenAndOver() throws Exception {
        ServiceRegistry direct = connect(served.port());
        register(direct, 1);
        FaultProxy proxy = proxy();
        ServiceRegistry behind = connect(proxy.port());
        behind.watch(SERVICE, told::add);
        awaitTold("the first", fresh(1));
        // Nothing comes through any more, in either direction, and nobody says so.
        proxy.inject(new Fault.Blackhole(true));
        awaitTold(
                "that nothing comes",
                found -> !found.isFresh() && found.instances().size() == 1);
        register(direct, 2);
        Registration apart = behind.register(instance(3), LASTING);
        Mocked.await("that it is not taken", () -> apart.problem().isPresent());
        assertThat(apart.state()).isEqualTo(Registration.State.PENDING);
        proxy.heal();
        assertThat(apart.awaitRegistered(Duration.ofSeconds(30))).isTrue();
        awaitTold("all three", fresh(3));
    }

    @Test
    void aHalfOpenConnectionIsGivenUp() throws Exception {
        ServiceRegistry direct = connect(served.port());
        register(direct, 1);
        FaultProxy proxy = proxy();
        connect(proxy.port()).watch(SERVICE, told::add);
        awaitTold("the first", fresh(1));
        // Requests get through, answers do not.
        proxy.inject(Direction.DOWNSTREAM, new Fault.Blackhole(true));
        awaitTold("that no answer comes", found -> !found.isFresh());
        register(direct, 2);
        proxy.heal();
        awaitTold("both", fresh(2));
    }

    @Test
    void aSlowNetworkIsNoFailure() throws Exception {
        ServiceRegistry direct = connect(served.port());
        FaultProxy proxy = proxy();
        proxy.inject(new Fault.Latency(Duration.ofMillis(100), Duration.ofMillis(100), 7));
        proxy.inject(new Fault.Slice(200, Duration.ofMillis(5)));
        ServiceRegistry behind = connect(proxy.port());
        behind.watch(SERVICE, told::add);
        for (int n = 1; n <= 5; n++) {
            register(direct, n);
        }
        register(behind, 6);
        awaitTold("all", fresh(6));
    }

    @Test
    void connectionsThatAreResetAreMadeAnew() throws Exception {
        ServiceRegistry direct = connect(served.port());
        FaultProxy proxy = proxy();
        connect(proxy.port()).watch(SERVICE, told::add);
        for (int n = 1; n <= 5; n++) {
            proxy.resetConnections();
            register(direct, n);
            awaitTold("the next", fresh(n));
        }
    }

    @Test
    void aRegistryThatIsDownAtStartIsNamed() throws Exception {
        served.stop();
        ServiceRegistry registry = connect(served.port());
        assertThatThrownBy(() -> registry.discover(SERVICE))
                .isInstanceOf(CallException.class)
                .hasMessageContaining("consul://127.0.0.1:" + served.port())
                .hasMessageContaining(SERVICE);
        registry.watch(SERVICE, told::add);
        awaitTold("that it is down", found -> !found.isFresh());
        served.start();
        register(registry, 1);
        awaitTold("that it is up", fresh(1));
    }

    @Test
    void aProcessThatIsKilledRunsOut() throws Exception {
        ServiceRegistry registry = connect(served.port());
        register(registry, 1);
        registry.watch(SERVICE, told::add);
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Registering.class.getName(),
                        "consul://127.0.0.1:" + served.port())
                .redirectErrorStream(true)
                .redirectOutput(new File("/dev/null"))
                .start();
        try {
            awaitTold("it is there", fresh(2));
        } finally {
            process.destroyForcibly().waitFor(); // SIGKILL: it says nothing to anybody
        }
        awaitTold("it has run out", fresh(1));
        assertThat(told.getLast().instances()).containsExactly(instance(1));
    }

    @Test
    @Tag("long")
    void twoHundredServicesOfTwentyInstancesAreFollowed() throws Exception {
        int services = 200;
        List<Registration> all = new ArrayList<>();
        ServiceRegistry first = connectPatiently();
        ServiceRegistry others = connectPatiently();
        for (int n = 1; n <= 20; n++) {
            for (int s = 0; s < services; s++) {
                all.add((n == 1 ? first : others)
                        .register(
                                ServiceInstance.of("many-" + s, "127.0.0.1", 7000 + n)
                                        .withId("copy-" + n),
                                LASTING));
            }
        }
        for (Registration each : all) {
            assertThat(each.awaitRegistered(Duration.ofMinutes(2)))
                    .as("registered, but %s", each.problem())
                    .isTrue();
        }
        ServiceRegistry reader = connectPatiently();
        List<List<ServiceSnapshot>> seen = new ArrayList<>();
        for (int s = 0; s < services; s++) {
            List<ServiceSnapshot> of = new CopyOnWriteArrayList<>();
            seen.add(of);
            reader.watch("many-" + s, of::add);
        }
        for (List<ServiceSnapshot> each : seen) {
            Mocked.await("twenty", () -> !each.isEmpty() && fresh(20).test(each.getLast()));
        }
        // A change of each is seen, of those beyond what may block at a time, too.
        first.close();
        for (List<ServiceSnapshot> each : seen) {
            Mocked.await("nineteen", () -> fresh(19).test(each.getLast()));
        }
    }

    private ServiceRegistry connectPatiently() {
        ServiceRegistry registry = ServiceRegistry.connect("consul://127.0.0.1:" + served.port());
        opened.add(registry);
        return registry;
    }
}
