package dev.parley.discovery.kubernetes;

import dev.parley.discovery.RegistryOptions;
import dev.parley.discovery.RegistryUri;
import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.spi.RegistryBackend;
import dev.parley.tck.discovery.DiscoverySuite;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * The kit's promises, held against the cluster of the kubeconfig: makes EndpointSlices without a service in the namespace of its context, and
 * deletes them.
 */
@EnabledIfEnvironmentVariable(
        named = "KUBECONFIG",
        matches = ".+",
        disabledReason = "Kubernetes' own server cannot be had here; with KUBECONFIG this runs against a real cluster")
class RealClusterTest extends DiscoverySuite {

    private static KubernetesClient client;
    private static String namespace;

    @BeforeAll
    static void connect() {
        KubernetesAccess access =
                KubernetesAccess.find(Optional.empty(), RegistryOptions.defaults(), Path.of("nowhere"));
        namespace = access.namespace();
        client = new KubernetesClientBuilder()
                .withConfig(access.config())
                .withHttpClientFactory(new JdkHttpClientFactory())
                .build();
    }

    @AfterAll
    static void deleteAll() {
        client.discovery()
                .v1()
                .endpointSlices()
                .inNamespace(namespace)
                .withLabel("endpointslice.kubernetes.io/managed-by", "parley-tck")
                .delete();
        client.close();
    }

    /** Kubernetes takes no loopback addresses in slices. */
    @Override
    protected ServiceInstance instance(String service, int n) {
        return ServiceInstance.of(service, "10.99.0." + n, 7000 + n).withId(service + '-' + n);
    }

    @Override
    protected RegistryBackend open(RegistryOptions options) {
        return new KubernetesProvider().open(RegistryUri.parse("k8s:///"), options);
    }

    @Override
    protected void place(String service, List<ServiceInstance> instances) {
        MockServerTest.place(client, namespace, service, instances);
    }
}
