package dev.parley.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Outcome;
import dev.parley.http.HttpResponse;
import dev.parley.http.HttpServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Endpoints that are asked whether they are well, over real connections. */
class HealthChecksTest {

    private final List<Asked> servers = new ArrayList<>();
    private final Queue<ClusterEvent> events = new ConcurrentLinkedQueue<>();
    private final AtomicInteger now = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();

    /** A server that says what {@code status} is when it is asked for {@code /healthz}. */
    private final class Asked implements AutoCloseable {
        final AtomicInteger status = new AtomicInteger(200);
        final AtomicInteger asked = new AtomicInteger();
        volatile boolean slow;
        final HttpServer server = HttpServer.builder()
                .handler((call, request) -> {
                    most.accumulateAndGet(now.incrementAndGet(), Math::max);
                    try {
                        asked.incrementAndGet();
                        if (slow) {
                            Thread.sleep(20);
                        }
                        return HttpResponse.of(request.target().equals("/healthz") ? status.get() : 404);
                    } finally {
                        now.decrementAndGet();
                    }
                })
                .start();

        ServiceInstance instance(int number) {
            return ServiceInstance.of("stock", "127.0.0.1", server.port()).withId("a" + number);
        }

        @Override
        public void close() {
            server.close();
        }
    }

    private ServiceInstance server() {
        Asked server = new Asked();
        servers.add(server);
        return server.instance(servers.size() - 1);
    }

    @AfterEach
    void close() {
        servers.forEach(Asked::close);
    }

    private ClusterPolicy policy(HealthCheckPolicy checks) {
        return ClusterPolicy.defaults()
                .withBalancer(RoundRobin::new)
                .withoutSlowStart()
                .withListener(events::add)
                .withHealthChecks(checks);
    }

    private static HealthCheckPolicy checks() {
        return HealthCheckPolicy.defaults()
                .withInterval(Duration.ofMillis(20), Duration.ofSeconds(10))
                .withTemplate("http://{host}:{port}/healthz");
    }

    private static void await(BooleanSupplier condition) {
        long until = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - until).as("waited for a minute").isNegative();
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static Set<String> picks(Cluster cluster) {
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < 30; i++) {
            Picked picked = cluster.tryPick(ClusterSpec.call());
            picked.end(Outcome.OK);
            ids.add(picked.endpoint().instance().id());
        }
        return ids;
    }

    @Test
    void whatFailsItsChecksGetsNoCallsUntilTheySucceed() {
        HandRegistry registry = HandRegistry.of(server(), server(), server());
        try (Cluster cluster = new Cluster(registry, "stock", policy(checks()))) {
            assertThat(picks(cluster)).containsExactlyInAnyOrder("a0", "a1", "a2");
            Endpoint ill = cluster.endpoints().get(1);
            servers.get(1).status.set(503);
            await(() -> !ill.isWell());
            assertThat(picks(cluster)).containsExactlyInAnyOrder("a0", "a2");
            assertThat(cluster.snapshot().endpoints().get(1).unhealthy().orElseThrow())
                    .contains("503");
            servers.get(1).status.set(200);
            await(ill::isWell);
            assertThat(picks(cluster)).containsExactlyInAnyOrder("a0", "a1", "a2");
            await(() -> events.contains(new ClusterEvent.Healthy("stock", ill)));
            assertThat(events)
                    .filteredOn(ClusterEvent.Unhealthy.class::isInstance)
                    .singleElement()
                    .satisfies(event -> assertThat(((ClusterEvent.Unhealthy) event).endpoint())
                            .isEqualTo(ill));
        }
    }

    @Test
    void whenMostAreIllAllAreCalled() {
        HandRegistry registry = HandRegistry.of(server(), server(), server());
        try (Cluster cluster = new Cluster(registry, "stock", policy(checks()))) {
            servers.get(0).status.set(500);
            servers.get(1).close(); // nobody there
            await(() -> cluster.snapshot().panic());
            assertThat(picks(cluster)).containsExactlyInAnyOrder("a0", "a1", "a2");
            servers.get(0).status.set(200);
            await(() -> !cluster.snapshot().panic());
            assertThat(picks(cluster)).containsExactlyInAnyOrder("a0", "a2");
            await(() -> events.stream().anyMatch(ClusterEvent.PanicLeft.class::isInstance));
        }
    }

    @Test
    void theRegistrysUrlGoesFirstAndWhoHasNoneIsNotAsked() {
        ServiceInstance other = server();
        ServiceInstance silent = server();
        HandRegistry registry = HandRegistry.of(
                other.withHealthCheck("http://127.0.0.1:" + other.port() + "/nowhere"),
                silent,
                silent.withId("odd").withHealthCheck("gopher://what"));
        HealthCheckPolicy none =
                HealthCheckPolicy.defaults().withInterval(Duration.ofMillis(20), Duration.ofSeconds(10));
        try (Cluster cluster = new Cluster(registry, "stock", policy(none))) {
            Endpoint ill = cluster.endpoints().getFirst();
            await(() -> !ill.isWell());
            assertThat(servers.get(1).asked).hasValue(0);
            assertThat(cluster.endpoints().get(2).isWell()).isTrue(); // its URL is malformed, which is logged

            registry.says(other, silent); // nobody asks any more
            await(ill::isWell);
        }
    }

    @Test
    void noMoreThanSoManyAreAskedAtATimeAndNobodyOnceItIsClosed() {
        ServiceInstance[] instances = new ServiceInstance[12];
        for (int i = 0; i < instances.length; i++) {
            instances[i] = server();
            servers.get(i).slow = true;
        }
        Cluster cluster = new Cluster(HandRegistry.of(instances), "stock", policy(checks().withMaxConcurrent(2)));
        await(() -> servers.stream().allMatch(each -> each.asked.get() >= 2));
        cluster.close();
        assertThat(most.get()).isBetween(1, 2);
        // What was being asked ends; then there is silence.
        await(() -> now.get() == 0);
        int before = servers.stream().mapToInt(each -> each.asked.get()).sum();
        LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
        int after = servers.stream().mapToInt(each -> each.asked.get()).sum();
        assertThat(after - before).isLessThanOrEqualTo(2);
    }
}
