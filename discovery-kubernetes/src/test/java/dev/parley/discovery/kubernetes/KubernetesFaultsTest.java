package dev.parley.discovery.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.discovery.RegistryOptions;
import dev.parley.discovery.RegistryUri;
import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.ServiceRegistry;
import dev.parley.discovery.ServiceSnapshot;
import dev.parley.discovery.Watch;
import dev.parley.discovery.spi.RegistryBackend;
import dev.parley.testing.Direction;
import dev.parley.testing.Fault;
import dev.parley.testing.FaultProxy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong between an API server and us; the server is a stand-in that answers in the documented form. */
class KubernetesFaultsTest {

    private static final RegistryOptions OPTIONS = RegistryOptions.defaults()
            .withMaxWait(Duration.ofSeconds(60))
            .withAnswerTimeout(Duration.ofSeconds(5))
            .withBackoff(Duration.ofMillis(20), Duration.ofMillis(200))
            .withKeepEmpty(Duration.ZERO);

    @TempDir
    private Path folder;

    private final LinkedBlockingQueue<ServiceSnapshot> told = new LinkedBlockingQueue<>();
    private ApiServer server;

    @BeforeEach
    void start() {
        server = ApiServer.start();
        server.listSays(200, ApiServer.list("10", ApiServer.slice("pay-a", "9", "10.0.0.1")));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private RegistryBackend backend() throws IOException {
        return new KubernetesProvider()
                .open(RegistryUri.parse("k8s:///"), OPTIONS.withEnvironment(server.environment(folder)));
    }

    private ServiceRegistry registry() throws IOException {
        return ServiceRegistry.connect("k8s:///", OPTIONS.withEnvironment(server.environment(folder)));
    }

    private static List<String> hosts(RegistryBackend.Answer answer) {
        return answer.instances().stream().map(ServiceInstance::host).toList();
    }

    private static Predicate<ServiceSnapshot> fresh(String... hosts) {
        return found -> found.isFresh()
                && found.instances().stream()
                        .map(ServiceInstance::host)
                        .toList()
                        .equals(List.of(hosts));
    }

    private ServiceSnapshot awaitTold(Predicate<ServiceSnapshot> wanted) throws InterruptedException {
        ServiceSnapshot last = null;
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (System.nanoTime() < until) {
            ServiceSnapshot next = told.poll(1, TimeUnit.SECONDS);
            if (next != null) {
                last = next;
                if (wanted.test(next)) {
                    return next;
                }
            }
        }
        throw new AssertionError("not told what was waited for, at last " + last + "; asked " + server.asked());
    }

    @Test
    void aListThenAWatchFromItsRevision() throws Exception {
        try (RegistryBackend backend = backend()) {
            RegistryBackend.Answer first = backend.query("pay", "", Duration.ZERO);
            assertThat(first.revision()).isEqualTo("10");
            assertThat(hosts(first)).containsExactly("10.0.0.1");
            assertThat(first.refreshAfter()).isEmpty();

            server.watchSays(
                    ApiServer.event("BOOKMARK", ApiServer.slice("", "12")),
                    ApiServer.event("ADDED", ApiServer.slice("pay-b", "13", "10.0.0.2")));
            RegistryBackend.Answer second = backend.query("pay", "10", Duration.ofSeconds(60));
            assertThat(second.revision()).isEqualTo("13");
            assertThat(hosts(second)).containsExactly("10.0.0.1", "10.0.0.2");

            server.watchSays(ApiServer.event("DELETED", ApiServer.slice("pay-a", "14", "10.0.0.1")));
            RegistryBackend.Answer third = backend.query("pay", "13", Duration.ofSeconds(60));
            assertThat(hosts(third)).containsExactly("10.0.0.2");

            server.watchSays(ApiServer.event("MODIFIED", ApiServer.slice("pay-b", "15")));
            assertThat(hosts(backend.query("pay", "14", Duration.ofSeconds(60))))
                    .isEmpty();

            assertThat(server.asked()).hasSize(4);
            assertThat(server.asked().subList(1, 4))
                    .allSatisfy(target ->
                            assertThat(target).contains("watch=true", "allowWatchBookmarks=true", "timeoutSeconds=60"));
            assertThat(server.asked().get(1)).contains("resourceVersion=10");
            assertThat(server.asked().get(2)).contains("resourceVersion=13");
            assertThat(server.asked().get(3)).contains("resourceVersion=14");
        }
    }

    @Test
    void whatChangesNothingIsWaitedThrough() throws Exception {
        try (RegistryBackend backend = backend()) {
            backend.query("pay", "", Duration.ZERO);
            server.watchSays(
                    ApiServer.event("MODIFIED", ApiServer.slice("pay-a", "11", "10.0.0.1")),
                    ApiServer.event("BOOKMARK", ApiServer.slice("", "20")));
            RegistryBackend.Answer after = backend.query("pay", "10", Duration.ofSeconds(3));
            assertThat(hosts(after)).containsExactly("10.0.0.1");
            assertThat(after.revision()).isIn("10", "11", "20");
        }
    }

    @Test
    void anUnknownRevisionIsListedAgain() throws Exception {
        try (RegistryBackend backend = backend()) {
            assertThat(backend.query("pay", "3", Duration.ofSeconds(60)).revision())
                    .isEqualTo("10");
            assertThat(server.watches()).isZero();
        }
    }

    @Test
    void aRevisionThatIsGoneIsListedAgain() throws Exception {
        try (RegistryBackend backend = backend()) {
            backend.query("pay", "", Duration.ZERO);
            server.listSays(200, ApiServer.list("500", ApiServer.slice("pay-c", "499", "10.0.0.3")));
            server.watchSays(ApiServer.event("ERROR", ApiServer.status(410, "Expired", "too old resource version")));

            RegistryBackend.Answer again = backend.query("pay", "10", Duration.ofSeconds(60));

            assertThat(again.revision()).isEqualTo("500");
            assertThat(hosts(again)).containsExactly("10.0.0.3");
        }
    }

    @Test
    void anotherErrorInAWatchIsListedAgain() throws Exception {
        try (RegistryBackend backend = backend()) {
            backend.query("pay", "", Duration.ZERO);
            server.listSays(200, ApiServer.list("11", ApiServer.slice("pay-a", "11", "10.0.0.7")));
            server.watchSays(ApiServer.event("ERROR", ApiServer.status(500, "InternalError", "etcd hiccup")));

            assertThat(hosts(backend.query("pay", "10", Duration.ofSeconds(60))))
                    .containsExactly("10.0.0.7");
        }
    }

    @Test
    void aWatchThatIsCutIsListedAgain() throws Exception {
        try (RegistryBackend backend = backend()) {
            backend.query("pay", "", Duration.ZERO);
            server.listSays(200, ApiServer.list("11", ApiServer.slice("pay-a", "11", "10.0.0.8")));
            server.watchSays(ApiServer.CUT);

            assertThat(hosts(backend.query("pay", "10", Duration.ofSeconds(60))))
                    .containsExactly("10.0.0.8");
        }
    }

    @Test
    void aConnectionThatBreaksInsideAnEvent() throws Exception {
        try (FaultProxy proxy = FaultProxy.to(server.port());
                ServiceRegistry registry = ServiceRegistry.connect(
                        "k8s:///",
                        OPTIONS.withEnvironment(ApiServer.environment(folder, "http://" + proxy.authority())));
                Watch watch = registry.watch("pay", told::add)) {
            awaitTold(fresh("10.0.0.1"));
            awaitWatches(1);
            server.listSays(200, ApiServer.list("21", ApiServer.slice("pay-a", "21", "10.0.0.9")));
            // a hundred bytes of the event, then a reset
            proxy.inject(Direction.DOWNSTREAM, new Fault.Reset(100));
            server.watchSays(ApiServer.event("MODIFIED", ApiServer.slice("pay-a", "20", "10.0.0.2")));
            proxy.heal();
            proxy.resetConnections();
            awaitTold(
                    found -> fresh("10.0.0.9").test(found) || fresh("10.0.0.2").test(found));
            assertThat(watch.latest()).isPresent();
        }
    }

    @Test
    void aWatchThatHasDiedSilentlyIsNoticedBehindTheWait() throws Exception {
        RegistryOptions quick = OPTIONS.withMaxWait(Duration.ofSeconds(2)).withAnswerTimeout(Duration.ofSeconds(2));
        try (FaultProxy proxy = FaultProxy.to(server.port());
                ServiceRegistry registry = ServiceRegistry.connect(
                        "k8s:///",
                        quick.withEnvironment(ApiServer.environment(folder, "http://" + proxy.authority())));
                Watch watch = registry.watch("pay", told::add)) {
            awaitTold(fresh("10.0.0.1"));
            awaitWatches(1);
            proxy.inject(new Fault.Blackhole(false));
            ServiceSnapshot stale = awaitTold(found -> !found.isFresh());
            assertThat(stale.instances()).extracting(ServiceInstance::host).containsExactly("10.0.0.1");
            server.listSays(200, ApiServer.list("30", ApiServer.slice("pay-a", "30", "10.0.0.4")));
            proxy.heal();
            awaitTold(fresh("10.0.0.4"));
            assertThat(watch.latest()).isPresent();
        }
    }

    private void awaitWatches(long count) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (server.watches() < count) {
            assertThat(System.nanoTime()).as("watches opened").isLessThan(until);
            Thread.sleep(10);
        }
    }

    @Test
    void watchesThatAreRefusedLeaveTheList() throws Exception {
        server.watchAnswers(500);
        try (RegistryBackend backend = backend()) {
            backend.query("pay", "", Duration.ZERO);
            assertThatThrownBy(() -> backend.query("pay", "10", Duration.ofSeconds(60)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("watch endpointslices");
        }
    }

    @Test
    void aTokenThatIsNotKnown() throws Exception {
        server.knowsOnly("Bearer another");
        try (RegistryBackend backend = backend()) {
            assertThatThrownBy(() -> backend.query("pay", "", Duration.ZERO))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("does not know who asks (401)")
                    .hasMessageNotContaining("secret");
        }
    }

    @Test
    void aTokenThatIsRotatedInTheKubeconfigIsTakenUp() throws Exception {
        server.knowsOnly("Bearer secret");
        try (RegistryBackend backend = backend()) {
            assertThat(hosts(backend.query("pay", "", Duration.ZERO))).containsExactly("10.0.0.1");
            server.knowsOnly("Bearer rotated");
            ApiServer.kubeconfig(folder, "{server: \"http://127.0.0.1:" + server.port() + "\"}", "{token: rotated}");
            assertThat(hosts(backend.query("pay", "", Duration.ZERO))).containsExactly("10.0.0.1");
        }
    }

    @Test
    void whoMayNotIsToldWhatIsNeeded() throws Exception {
        server.listSays(
                403,
                ApiServer.status(
                        403,
                        "Forbidden",
                        "endpointslices.discovery.k8s.io is forbidden: User system:serviceaccount:shop:default cannot list"));
        try (RegistryBackend backend = backend()) {
            assertThatThrownBy(() -> backend.query("pay", "", Duration.ZERO))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("403")
                    .hasMessageContaining("namespace shop")
                    .hasMessageContaining("resources [endpointslices]")
                    .hasMessageContaining("[get, list, watch]")
                    .hasMessageContaining("system:serviceaccount:shop:default cannot list");
        }
    }

    @Test
    void serversThatFailAndTalkNonsense() throws Exception {
        try (RegistryBackend backend = backend()) {
            server.listSays(500, ApiServer.status(500, "InternalError", "etcd is away"));
            assertThatThrownBy(() -> backend.query("pay", "", Duration.ZERO))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("etcd is away");
            server.listSays(200, "{\"kind\":\"EndpointSliceList\",\"items\":[{\"metadata\":");
            assertThatThrownBy(() -> backend.query("pay", "", Duration.ZERO)).isInstanceOf(IOException.class);
            server.listSays(200, "<html>proxy error</html>");
            assertThatThrownBy(() -> backend.query("pay", "", Duration.ZERO)).isInstanceOf(IOException.class);
            server.listSays(
                    200, "{\"kind\":\"EndpointSliceList\",\"apiVersion\":\"discovery.k8s.io/v1\",\"items\":[]}");
            assertThatThrownBy(() -> backend.query("pay", "", Duration.ZERO))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("resourceVersion");
        }
    }

    @Test
    void anEventThatIsNone() throws Exception {
        try (RegistryBackend backend = backend()) {
            backend.query("pay", "", Duration.ZERO);
            server.watchSays("{\"type\":\"MODIFIED\",\"object\":{\"kind\":");
            assertThatThrownBy(() -> backend.query("pay", "10", Duration.ofSeconds(60)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no event");
        }
    }

    @Test
    void aFailureLeavesTheLastGoodAnswerAndIsMended() throws Exception {
        try (ServiceRegistry registry = registry();
                Watch watch = registry.watch("pay", told::add)) {
            awaitTold(fresh("10.0.0.1"));
            server.listSays(500, ApiServer.status(500, "InternalError", "etcd is away"));
            server.watchSays(ApiServer.CUT);
            ServiceSnapshot stale = awaitTold(found -> !found.isFresh());
            assertThat(stale.instances()).extracting(ServiceInstance::host).containsExactly("10.0.0.1");
            assertThat(stale.stale().orElseThrow()).contains("etcd is away");
            server.listSays(200, ApiServer.list("40", ApiServer.slice("pay-a", "40", "10.0.0.5")));
            awaitTold(fresh("10.0.0.5"));
            assertThat(watch.latest()).isPresent();
        }
    }

    @Test
    void aServerThatIsNotThereAtTheStart() throws Exception {
        try (ServiceRegistry registry = ServiceRegistry.connect(
                "k8s:///", OPTIONS.withEnvironment(ApiServer.environment(folder, "http://127.0.0.1:1")))) {
            try (Watch watch = registry.watch("pay", told::add)) {
                ServiceSnapshot none = awaitTold(found -> !found.isFresh());
                assertThat(none.instances()).isEmpty();
                assertThat(watch.latest()).isPresent();
            }
        }
    }

    @Test
    void closingAndInterruptingEndAWatch() throws Exception {
        RegistryBackend closing = backend();
        closing.query("pay", "", Duration.ZERO);
        CompletableFuture<Object> closed = asking(closing).end();
        awaitWatches(1);
        closing.close();
        assertThat(closed.get(60, TimeUnit.SECONDS)).isNotNull();

        try (RegistryBackend interrupted = backend()) {
            interrupted.query("pay", "", Duration.ZERO);
            Asking asking = asking(interrupted);
            awaitWatches(2);
            asking.thread().interrupt();
            assertThat(asking.end().get(60, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
        }
    }

    private record Asking(Thread thread, CompletableFuture<Object> end) {}

    private static Asking asking(RegistryBackend backend) {
        CompletableFuture<Object> end = new CompletableFuture<>();
        return new Asking(
                Thread.ofVirtual().start(() -> {
                    try {
                        end.complete(backend.query("pay", "10", Duration.ofMinutes(9)));
                    } catch (Throwable e) {
                        end.complete(e);
                    }
                }),
                end);
    }
}
