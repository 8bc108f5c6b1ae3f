package dev.parley.discovery.kubernetes;

import dev.parley.discovery.RegistryOptions;
import dev.parley.discovery.RegistryUri;
import dev.parley.discovery.spi.RegistryBackend;
import dev.parley.discovery.spi.RegistryProvider;
import java.nio.file.Path;
import java.util.Set;

/**
 * {@code k8s:///inventory-service?namespace=shop&port=grpc}: the endpoints of a Kubernetes service, from its EndpointSlices ({@code
 * discovery.k8s.io/v1}, Kubernetes 1.21 and later), listed and then watched. It needs {@code list} and {@code watch} on {@code
 * endpointslices}.
 *
 * <ul>
 *   <li>{@code namespace}: without it that of the kubeconfig's context or of the service account, otherwise {@code default};
 *   <li>{@code port}: the name of the service's port, or the number that the pods listen at (not the service's own); without it the only one;
 *   <li>{@code context}: of the kubeconfig, without it its current one.
 * </ul>
 *
 * <p>The API server is that of the kubeconfig in {@code KUBECONFIG} (the first file of it that is there), of the cluster that this
 * runs in ({@code KUBERNETES_SERVICE_HOST} and the service account's files, whose token is read anew for each request), or of {@code
 * ~/.kube/config}, in this order; the variables are those of {@link RegistryOptions#environment}. Users of a kubeconfig who need a program to log
 * in ({@code exec}) are refused.
 *
 * <p>An endpoint counts if it is ready, is serving and is not terminating (what is not said of it means yes, yes and no). Its instance has the name of its pod
 * for an id ({@code host:port} without one), its zone, and its node in the metadata as {@code node}. A pod with addresses of versions 4 and 6
 * counts once, by version 4. Slices of host names ({@code FQDN}) give their names as hosts.
 *
 * <p>Each {@link RegistryOptions#maxWait} a new watch is opened: a longer one makes less work for the API server, and lets a connection that
 * has died go unnoticed longer. Nothing can be registered: Kubernetes does that. Thread-safe.
 */
public final class KubernetesProvider implements RegistryProvider {

    private static final Path SERVICE_ACCOUNT = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

    private final Path serviceAccount;

    /** For {@link java.util.ServiceLoader}. */
    public KubernetesProvider() {
        this(SERVICE_ACCOUNT);
    }

    KubernetesProvider(Path serviceAccount) {
        this.serviceAccount = serviceAccount;
    }

    @Override
    public Set<String> schemes() {
        return Set.of("k8s");
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException also if there is no kubeconfig and this does not run in a cluster, or the kubeconfig cannot be read
     */
    @Override
    public RegistryBackend open(RegistryUri uri, RegistryOptions options) {
        KubernetesUri read = KubernetesUri.parse(uri);
        // read at once, so that a mistake is told at once
        KubernetesAccess access = KubernetesAccess.find(read.context(), options, serviceAccount);
        String namespace = read.namespace().orElse(access.namespace());
        return new KubernetesBackend(
                () -> KubernetesAccess.find(read.context(), options, serviceAccount)
                        .config(),
                namespace,
                read.port(),
                options.answerTimeout());
    }
}
