package dev.parley.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.consul.BlockingQueryOptions;
import io.vertx.ext.consul.CheckOptions;
import io.vertx.ext.consul.CheckQueryOptions;
import io.vertx.ext.consul.CheckStatus;
import io.vertx.ext.consul.ConsulClient;
import io.vertx.ext.consul.ConsulClientOptions;
import io.vertx.ext.consul.ServiceEntry;
import io.vertx.ext.consul.ServiceEntryList;
import io.vertx.ext.consul.ServiceList;
import io.vertx.ext.consul.ServiceOptions;
import io.vertx.ext.consul.ServiceQueryOptions;
import io.vertx.ext.consul.Watch;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Vert.x's Consul client, which is not ours either. */
@Timeout(120)
class VertxConsulTest {

    private final RegistryServer server = RegistryServer.builder().start();
    private final Vertx vertx = Vertx.vertx();
    private final ConsulClientOptions options = new ConsulClientOptions().setHost("127.0.0.1");
    private final ConsulClient consul;

    VertxConsulTest() {
        options.setPort(server.port());
        consul = ConsulClient.create(vertx, options);
    }

    @AfterEach
    void close() throws Exception {
        consul.close();
        get(vertx.close());
        server.close();
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private static ServiceOptions service(int n) {
        return new ServiceOptions()
                .setName("order-service")
                .setId("order-" + n)
                .setAddress("127.0.0." + n)
                .setPort(7000 + n)
                .setTags(List.of("tag" + n))
                .setMeta(Map.of("n", Integer.toString(n)))
                .setCheckOptions(new CheckOptions().setTtl("1h").setStatus(CheckStatus.PASSING));
    }

    @Test
    void registersAndFindsServices() throws Exception {
        get(consul.registerService(service(1)));
        get(consul.registerService(service(2)));
        ServiceEntryList found = get(consul.healthServiceNodes("order-service", true));
        assertThat(found.getIndex()).isPositive();
        assertThat(found.getList())
                .extracting(each -> each.getService().getId())
                .containsExactly("order-1", "order-2");
        ServiceEntry first = found.getList().getFirst();
        assertThat(first.getService().getAddress()).isEqualTo("127.0.0.1");
        assertThat(first.getService().getPort()).isEqualTo(7001);
        assertThat(first.getService().getMeta()).containsEntry("n", "1");
        assertThat(first.getNode().getAddress()).isEqualTo("127.0.0.1");
        assertThat(first.aggregatedStatus()).isEqualTo(CheckStatus.PASSING);

        get(consul.failCheckWithNote("service:order-1", "broken"));
        assertThat(get(consul.healthServiceNodes("order-service", true)).getList())
                .hasSize(1);
        assertThat(get(consul.healthServiceNodes("order-service", false)).getList())
                .hasSize(2);
        assertThat(get(consul.healthChecks("order-service")).getList())
                .anySatisfy(check -> assertThat(check.getOutput()).isEqualTo("broken"));
        assertThat(get(consul.healthServiceNodesWithOptions(
                                "order-service", false, new ServiceQueryOptions().setTag("tag2")))
                        .getList())
                .hasSize(1);

        assertThat(get(consul.catalogServices()).getList())
                .extracting(io.vertx.ext.consul.Service::getName)
                .containsExactly("order-service");
        assertThat(get(consul.catalogServiceNodes("order-service")).getList()).hasSize(2);
        assertThat(get(consul.catalogNodes()).getList()).hasSize(1);
        assertThat(get(consul.catalogDatacenters())).containsExactly("dc1");
        assertThat(get(consul.localServices())).hasSize(2);
        assertThat(get(consul.localChecks())).hasSize(2);
        assertThat(get(consul.leaderStatus())).startsWith("127.0.0.1:");
        assertThat(get(consul.healthState(io.vertx.ext.consul.HealthState.CRITICAL))
                        .getList())
                .hasSize(1);

        get(consul.deregisterService("order-1"));
        assertThat(get(consul.localServices())).hasSize(1);
        assertThatThrownBy(() -> get(consul.passCheck("nobody"))).hasMessageContaining("Unknown check ID \"nobody\"");
    }

    @Test
    void aBlockingQueryWaitsForAChange() throws Exception {
        get(consul.registerService(service(1)));
        ServiceList before = get(consul.catalogServiceNodes("order-service"));
        Future<ServiceEntryList> waiting = consul.healthServiceNodesWithOptions(
                "order-service",
                true,
                new ServiceQueryOptions()
                        .setBlockingOptions(new BlockingQueryOptions()
                                .setIndex(before.getIndex())
                                .setWait("5m")));
        while (server.registry().waiting() == 0) {
            Thread.sleep(5);
        }
        assertThat(waiting.isComplete()).isFalse();
        get(consul.registerService(service(2)));
        ServiceEntryList after = get(waiting);
        assertThat(after.getList()).hasSizeGreaterThanOrEqualTo(1);
        assertThat(after.getIndex()).isGreaterThan(before.getIndex());
        assertThat(get(consul.healthChecksWithOptions("order-service", new CheckQueryOptions()))
                        .getList())
                .hasSize(2);
    }

    @Test
    void itsWatchSeesChanges() throws Exception {
        BlockingQueue<Integer> sizes = new LinkedBlockingQueue<>();
        Watch<ServiceEntryList> watch = Watch.service("order-service", vertx, options)
                .setHandler(result -> {
                    if (result.succeeded()) {
                        sizes.add(result.nextResult().getList().size());
                    }
                })
                .start();
        try {
            for (int n = 1; n <= 3; n++) {
                get(consul.registerService(service(n)));
                awaitSize(sizes, n);
            }
            get(consul.deregisterService("order-2"));
            awaitSize(sizes, 2);
        } finally {
            watch.stop();
        }
    }

    private static void awaitSize(BlockingQueue<Integer> sizes, int wanted) throws InterruptedException {
        Integer size;
        do {
            size = sizes.poll(60, TimeUnit.SECONDS);
            assertThat(size).as("a change to " + wanted).isNotNull();
        } while (size != wanted);
    }

    @Test
    void aCheckOfTheRegistrysOwnPassesAndFails() throws Exception {
        try (ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            get(consul.registerService(new ServiceOptions()
                    .setName("shop")
                    .setPort(listening.getLocalPort())
                    .setCheckOptions(new CheckOptions()
                            .setTcp("127.0.0.1:" + listening.getLocalPort())
                            .setInterval("20ms"))));
            awaitPassing("shop", 1);
        }
        awaitPassing("shop", 0);
    }

    private void awaitPassing(String name, int count) throws Exception {
        while (get(consul.healthServiceNodes(name, true)).getList().size() != count) {
            Thread.sleep(10); // the class has a time limit
        }
    }
}
