package dev.parley.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.discovery.EmbeddedEntry.Event.Kind;
import dev.parley.discovery.EmbeddedRegistry.Scope;
import dev.parley.discovery.spi.RegistryBackend;
import dev.parley.http.HttpResponse;
import dev.parley.http.HttpServer;
import dev.parley.testing.FakeTimer;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The registry in this process; times by a clock that the tests move, probes against real servers. */
@Timeout(120)
class EmbeddedRegistryTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final FakeTimer timer = new FakeTimer();
    private final EmbeddedRegistry registry =
            new EmbeddedRegistry(EmbeddedRegistryOptions.defaults().withTimer(timer));

    private static EmbeddedCheck ttl(String id, Duration ttl, Duration reaped) {
        return new EmbeddedCheck(
                id, id, "", new EmbeddedCheck.Ttl(ttl), Optional.of(HealthStatus.PASSING), Optional.of(reaped));
    }

    private static EmbeddedCheck active(String url) {
        return new EmbeddedCheck(
                "active",
                "active",
                "",
                EmbeddedCheck.Active.of(url, Duration.ofMillis(10), Duration.ofSeconds(20)),
                Optional.empty(),
                Optional.empty());
    }

    private HealthStatus status(EmbeddedRegistry of) {
        return of.instances("web").getFirst().status();
    }

    @Test
    void a_ttl_runs_out_and_is_renewed_and_its_instance_is_forgotten_in_the_end() {
        List<Kind> events = new ArrayList<>();
        registry.listen(event -> events.add(event.kind()));
        EmbeddedService web = EmbeddedService.of("web-1", "web", "127.0.0.1", 80);
        registry.register(web, List.of(ttl("lease", MINUTE, MINUTE.multipliedBy(2))), true);
        timer.advance(Duration.ofSeconds(59));
        assertThat(registry.report(EmbeddedRegistry.NODE, "lease", HealthStatus.PASSING, "fine"))
                .isTrue();
        timer.advance(Duration.ofSeconds(59));
        assertThat(status(registry)).isEqualTo(HealthStatus.PASSING);
        timer.advance(Duration.ofSeconds(1));
        assertThat(status(registry)).isEqualTo(HealthStatus.CRITICAL);
        assertThat(registry.instances("web").getFirst().checks().getFirst().output())
                .isEqualTo("TTL expired (last output before it: fine)");
        timer.advance(Duration.ofSeconds(119));
        registry.report(EmbeddedRegistry.NODE, "lease", HealthStatus.WARNING, "");
        assertThat(status(registry)).isEqualTo(HealthStatus.WARNING);
        timer.advance(MINUTE);
        assertThat(status(registry)).isEqualTo(HealthStatus.CRITICAL);
        timer.advance(MINUTE.multipliedBy(2));
        assertThat(registry.instances()).isEmpty();
        assertThat(registry.services()).isEmpty();
        assertThat(timer.waiting()).isZero();
        assertThat(events).containsExactly(Kind.CAME, Kind.CRITICAL, Kind.RECOVERED, Kind.CRITICAL, Kind.GONE);
    }

    @Test
    void the_worst_check_counts_and_those_of_the_node_too() {
        registry.register(
                EmbeddedService.of("web-1", "web", "", 80),
                List.of(ttl("a", MINUTE, MINUTE), ttl("b", MINUTE, MINUTE)),
                true);
        registry.report(EmbeddedRegistry.NODE, "b", HealthStatus.WARNING, "");
        assertThat(status(registry)).isEqualTo(HealthStatus.WARNING);
        registry.report(EmbeddedRegistry.NODE, "a", HealthStatus.CRITICAL, "");
        assertThat(status(registry)).isEqualTo(HealthStatus.CRITICAL);
        registry.report(EmbeddedRegistry.NODE, "a", HealthStatus.PASSING, "");
        registry.report(EmbeddedRegistry.NODE, "b", HealthStatus.PASSING, "");
        assertThat(status(registry)).isEqualTo(HealthStatus.PASSING);
        registry.addCheck(
                EmbeddedRegistry.NODE,
                "",
                new EmbeddedCheck(
                        "disk",
                        "disk",
                        "",
                        new EmbeddedCheck.Passive(),
                        Optional.of(HealthStatus.CRITICAL),
                        Optional.empty()));
        assertThat(status(registry)).isEqualTo(HealthStatus.CRITICAL);
        registry.removeCheck(EmbeddedRegistry.NODE, "disk");
        assertThat(status(registry)).isEqualTo(HealthStatus.PASSING);
    }

    @Test
    void a_question_waits_for_its_service_and_for_no_other() throws Exception {
        EmbeddedWaits waits = registry.waits();
        long before = waits.await(Scope.service("web"), 0, MINUTE);
        BlockingQueue<Long> answers = new LinkedBlockingQueue<>();
        Thread.startVirtualThread(() -> {
            try {
                answers.add(waits.await(Scope.service("web"), before, MINUTE));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        awaitWaiting(1);
        // Nobody else's end or beginning wakes it.
        registry.register(EmbeddedService.of("other", "other", "", 1), List.of(), true);
        registry.deregister(EmbeddedRegistry.NODE, "other");
        assertThat(registry.waiting()).isEqualTo(1);
        registry.register(EmbeddedService.of("web-1", "web", "", 1), List.of(), true);
        assertThat(answers.poll(30, TimeUnit.SECONDS)).isGreaterThan(before);
        // The time is over by the clock of the registry.
        long now = waits.await(Scope.ALL, 0, MINUTE);
        Thread.startVirtualThread(() -> {
            try {
                answers.add(waits.await(Scope.ALL, now, MINUTE));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        timer.awaitWaiting(1);
        timer.advance(MINUTE);
        assertThat(answers.poll(30, TimeUnit.SECONDS)).isEqualTo(now);
        // From the future: another registry's.
        assertThat(waits.await(Scope.ALL, Long.MAX_VALUE, MINUTE)).isEqualTo(now);
    }

    private void awaitWaiting(int count) throws InterruptedException {
        while (registry.waiting() != count) {
            Thread.sleep(2);
        }
    }

    @Test
    void what_waits_is_bounded_and_ends_with_its_owner() throws Exception {
        EmbeddedRegistry small = new EmbeddedRegistry(
                EmbeddedRegistryOptions.defaults().withWaiters(1, 1).withTimer(timer));
        EmbeddedWaits waits = small.waits();
        long now = waits.await(Scope.ALL, 0, MINUTE);
        BlockingQueue<Long> answers = new LinkedBlockingQueue<>();
        Thread.startVirtualThread(() -> {
            try {
                answers.add(waits.await(Scope.ALL, now, MINUTE));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        while (small.waiting() == 0) {
            Thread.sleep(2);
        }
        assertThatThrownBy(() -> small.waits().await(Scope.ALL, now, MINUTE))
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.RESOURCE_EXHAUSTED))
                .hasMessageContaining("maxWaiters");
        waits.close();
        assertThat(answers.poll(30, TimeUnit.SECONDS)).isEqualTo(now);
        assertThat(small.waiting()).isZero();
        small.close();
        assertThatIllegalStateException().isThrownBy(small::instances).withMessageContaining("closed");
    }

    @Test
    void limits_are_named() {
        EmbeddedRegistry small = new EmbeddedRegistry(
                EmbeddedRegistryOptions.defaults().withInstances(2, 3).withTimer(timer));
        small.register(EmbeddedService.of("a", "a", "", 1), List.of(), true);
        small.register(EmbeddedService.of("b", "b", "", 1), List.of(), true);
        assertThatThrownBy(() -> small.register(EmbeddedService.of("c", "c", "", 1), List.of(), true))
                .hasMessageContaining("2 services")
                .hasMessageContaining("maxServices");
        small.register(EmbeddedService.of("b2", "b", "", 1), List.of(), true);
        assertThatThrownBy(() -> small.register(EmbeddedService.of("b3", "b", "", 1), List.of(), true))
                .hasMessageContaining("3 instances")
                .hasMessageContaining("maxInstances");
        small.register(EmbeddedService.of("b2", "b", "", 2), List.of(), true); // in place of itself
        ServiceInstance large = ServiceInstance.of("a", "h", 1).withMetadata("k", "x".repeat(513));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> small.backend().register(large, RegistrationOptions.defaults()))
                .withMessageContaining("Meta.k")
                .withMessageContaining("513");
        assertThat(small.instances()).hasSize(3);
    }

    @Test
    void a_lease_that_another_has_taken_says_so_and_takes_nothing_back() throws Exception {
        RegistryBackend backend = registry.backend();
        ServiceInstance web = ServiceInstance.of("web", "127.0.0.1", 80).withId("web-1");
        RegistryBackend.Lease old = backend.register(web, RegistrationOptions.defaults());
        assertThat(old.renew(true)).isTrue();
        RegistryBackend.Lease young = backend.register(web.withZone("b"), RegistrationOptions.defaults());
        assertThatThrownBy(() -> old.renew(true))
                .isInstanceOf(CallException.class)
                .hasMessageContaining("another has registered instance web-1 of web");
        old.release();
        assertThat(backend.query("web", "", Duration.ZERO).instances()).containsExactly(web.withZone("b"));
        young.renew(false);
        assertThat(backend.query("web", "", Duration.ZERO).instances()).isEmpty();
        young.renew(true);
        assertThat(backend.query("web", "", Duration.ZERO).instances()).hasSize(1);
        timer.advance(Duration.ofSeconds(15));
        assertThat(backend.query("web", "", Duration.ZERO).instances()).isEmpty();
        timer.advance(MINUTE);
        assertThat(young.renew(true)).isFalse();
        backend.close();
        assertThatThrownBy(() -> backend.query("web", "", Duration.ZERO)).isInstanceOf(IOException.class);
    }

    @Test
    void local_is_one_registry_for_the_process() {
        ServiceInstance web = ServiceInstance.of("web", "127.0.0.1", 80).withMetadata("version", "2");
        try (ServiceRegistry one = ServiceRegistry.connect("local://EmbeddedRegistryTest/");
                ServiceRegistry other = ServiceRegistry.connect("local://EmbeddedRegistryTest");
                ServiceRegistry elsewhere = ServiceRegistry.connect("local://EmbeddedRegistryTest-2")) {
            BlockingQueue<ServiceSnapshot> told = new LinkedBlockingQueue<>();
            try (Watch watch = other.watch("web", told::add);
                    Registration registration = one.register(web)) {
                awaitInstances(told, List.of(web));
                assertThat(registration.instance()).isEqualTo(web);
                assertThat(watch.latest()).isPresent();
                assertThat(elsewhere.discover("web").instances()).isEmpty();
            }
        }
        assertThat(EmbeddedRegistry.local("EmbeddedRegistryTest").instances()).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> ServiceRegistry.connect("local://a/b?x=1"));
        assertThatIllegalArgumentException().isThrownBy(() -> ServiceRegistry.connect("local://a:80/b"));
    }

    private static void awaitInstances(BlockingQueue<ServiceSnapshot> told, List<ServiceInstance> wanted) {
        try {
            ServiceSnapshot next;
            do {
                next = told.poll(30, TimeUnit.SECONDS);
                assertThat(next).as("a snapshot of " + wanted).isNotNull();
            } while (!next.instances().equals(wanted));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void await(EmbeddedRegistry registry, HealthStatus wanted) throws InterruptedException {
        while (registry.instances("web").getFirst().status() != wanted) {
            Thread.sleep(5); // the class has a time limit
        }
    }

    @Test
    void the_registry_asks_over_http_tcp_and_grpc() throws Exception {
        AtomicInteger status = new AtomicInteger(503);
        HealthStatusManager health = new HealthStatusManager();
        Server grpc = NettyServerBuilder.forAddress(
                        new InetSocketAddress("127.0.0.1", 0), InsecureServerCredentials.create())
                .addService(health.getHealthService())
                .build()
                .start();
        EmbeddedRegistry real = new EmbeddedRegistry(EmbeddedRegistryOptions.defaults());
        EmbeddedService web = EmbeddedService.of("web-1", "web", "127.0.0.1", 80);
        try (HttpServer server = HttpServer.builder()
                .handler((call, request) -> HttpResponse.of(status.get()))
                .start()) {
            real.register(web, List.of(active("http://127.0.0.1:" + server.port())), true);
            await(real, HealthStatus.CRITICAL);
            status.set(200);
            await(real, HealthStatus.PASSING);
            status.set(429);
            await(real, HealthStatus.WARNING);

            health.setStatus("web", ServingStatus.SERVING);
            real.register(web, List.of(active("grpc://127.0.0.1:" + grpc.getPort() + "/web")), true);
            await(real, HealthStatus.PASSING);
            health.setStatus("web", ServingStatus.NOT_SERVING);
            await(real, HealthStatus.CRITICAL);

            try (ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
                real.register(web, List.of(active("tcp://127.0.0.1:" + listening.getLocalPort())), true);
                await(real, HealthStatus.PASSING);
            }
            await(real, HealthStatus.CRITICAL);
        } finally {
            real.close();
            grpc.shutdownNow().awaitTermination();
        }
    }

    @Test
    void two_hundred_services_with_twenty_instances_each() throws Exception {
        EmbeddedRegistry large = new EmbeddedRegistry(EmbeddedRegistryOptions.defaults());
        RegistryBackend backend = large.backend();
        List<RegistryBackend.Lease> leases = new ArrayList<>();
        for (int s = 0; s < 200; s++) {
            for (int i = 0; i < 20; i++) {
                leases.add(backend.register(
                        ServiceInstance.of("service-" + s, "10.0." + s + '.' + i, 80)
                                .withMetadata("n", Integer.toString(i)),
                        RegistrationOptions.defaults().withTtl(Duration.ofHours(1))));
            }
        }
        assertThat(large.services()).hasSize(200);
        for (RegistryBackend.Lease lease : leases) {
            assertThat(lease.renew(true)).isTrue();
        }
        for (int s = 0; s < 200; s++) {
            assertThat(backend.query("service-" + s, "", Duration.ZERO).instances())
                    .hasSize(20);
        }
        EmbeddedState state = large.state();
        EmbeddedRegistry again = new EmbeddedRegistry(EmbeddedRegistryOptions.defaults());
        again.restore(state);
        assertThat(again.instances())
                .extracting(EmbeddedEntry::service)
                .isEqualTo(
                        large.instances().stream().map(EmbeddedEntry::service).toList());
        for (RegistryBackend.Lease lease : leases) {
            lease.release();
        }
        assertThat(large.instances()).isEmpty();
        large.close();
        again.close();
    }

    @Test
    void malformed_services_and_checks_are_refused_by_name() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EmbeddedService.of("a", "", "", 1))
                .withMessageContaining("Name");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EmbeddedService.of("a\n", "a", "", 1))
                .withMessageContaining("ID");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EmbeddedService.of("a", "a", "", 65_536))
                .withMessageContaining("65536");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new EmbeddedService("n", "a", "a", "", 1, List.of(), Map.of(), -1, 1, Optional.empty()))
                .withMessageContaining("Weights.Passing");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EmbeddedCheck.Ttl(Duration.ZERO))
                .withMessageContaining("TTL");
        assertThatIllegalArgumentException().isThrownBy(() -> active("nowhere")).withMessageContaining("nowhere");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> registry.removeNode(EmbeddedRegistry.NODE))
                .withMessageContaining("stays");
    }
}
