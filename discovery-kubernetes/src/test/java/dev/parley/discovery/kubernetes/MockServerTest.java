package dev.parley.discovery.kubernetes;

import dev.parley.discovery.RegistryOptions;
import dev.parley.discovery.RegistryUri;
import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.spi.RegistryBackend;
import dev.parley.tck.discovery.DiscoverySuite;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/**
 * The kit's promises to those who look something up, held against fabric8's published mock of an API server, in its CRUD mode. The mock
 * tells a watch all that is there as added, and knows no revisions; so slices are emptied rather than deleted, as Kubernetes does.
 */
@Tag("long") // on a busy machine the mock blocks its own event loop when a watch is closed, for up to a minute
class MockServerTest extends DiscoverySuite {

    @TempDir
    private static Path folder;

    private static KubernetesMockServer server;
    private static KubernetesClient client;
    private static Map<String, String> environment;

    @BeforeAll
    static void start() throws Exception {
        server = new KubernetesMockServer(
                new Context(), new MockWebServer(), new HashMap<>(), new KubernetesCrudDispatcher(), false);
        server.start();
        environment = ApiServer.environment(folder, "http://127.0.0.1:" + server.getPort());
        Config access = KubernetesAccess.find(
                        Optional.empty(), RegistryOptions.defaults().withEnvironment(environment), folder)
                .config();
        // As patient as the test: the mock may block itself while slices are placed, too.
        Config patient = new ConfigBuilder(access).withRequestTimeout(180_000).build();
        client = new KubernetesClientBuilder()
                .withConfig(patient)
                .withHttpClientFactory(new JdkHttpClientFactory())
                .build();
    }

    @AfterAll
    static void stop() {
        client.close();
        server.shutdown();
    }

    /** No answer is given up that the mock holds back while it blocks itself. */
    @Override
    protected RegistryOptions options() {
        return super.options().withAnswerTimeout(Duration.ofMinutes(2));
    }

    /** Longer than the mock may block itself. */
    @Override
    protected Duration patience() {
        return Duration.ofMinutes(3);
    }

    @Override
    protected RegistryBackend open(RegistryOptions options) {
        return new KubernetesProvider().open(RegistryUri.parse("k8s:///"), options.withEnvironment(environment));
    }

    /** One slice for each, for ports belong to a slice. */
    @Override
    protected void place(String service, List<ServiceInstance> instances) {
        place(client, "shop", service, instances);
    }

    static void place(KubernetesClient client, String namespace, String service, List<ServiceInstance> instances) {
        Map<String, ServiceInstance> wanted = new HashMap<>();
        instances.forEach(instance -> wanted.put(name(service, instance.port()), instance));
        // what comes first, so that the service is never emptier than before or after
        wanted.forEach((name, instance) ->
                replace(client, namespace, slice(service, name, instance.port(), List.of(endpoint(instance)))));
        for (EndpointSlice old : client.discovery()
                .v1()
                .endpointSlices()
                .inNamespace(namespace)
                .withLabel("kubernetes.io/service-name", service)
                .list()
                .getItems()) {
            String name = old.getMetadata().getName();
            if (!wanted.containsKey(name) && !old.getEndpoints().isEmpty()) {
                replace(
                        client,
                        namespace,
                        slice(service, name, old.getPorts().getFirst().getPort(), List.of()));
            }
        }
    }

    private static void replace(KubernetesClient client, String namespace, EndpointSlice slice) {
        var slices = client.discovery().v1().endpointSlices().inNamespace(namespace);
        if (slices.withName(slice.getMetadata().getName()).get() == null) {
            slices.resource(slice).create();
        } else {
            slices.resource(slice).update();
        }
    }

    private static String name(String service, int port) {
        return service + "-s" + port;
    }

    private static Endpoint endpoint(ServiceInstance instance) {
        return new EndpointBuilder()
                .withAddresses(instance.host())
                .withNewConditions()
                .withReady(true)
                .endConditions()
                .withNewTargetRef()
                .withKind("Pod")
                .withName(instance.id())
                .endTargetRef()
                .build();
    }

    private static EndpointSlice slice(String service, String name, int port, List<Endpoint> endpoints) {
        return new EndpointSliceBuilder()
                .withNewMetadata()
                .withName(name)
                .addToLabels("kubernetes.io/service-name", service)
                .addToLabels("endpointslice.kubernetes.io/managed-by", "parley-tck")
                .endMetadata()
                .withAddressType("IPv4")
                .addNewPort()
                .withName("http")
                .withProtocol("TCP")
                .withPort(port)
                .endPort()
                .withEndpoints(endpoints)
                .build();
    }
}
