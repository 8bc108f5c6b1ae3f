package dev.parley.discovery.kubernetes;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.discovery.RegistrationOptions;
import dev.parley.discovery.RegistryCapability;
import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.kubernetes.KubernetesUri.WantedPort;
import dev.parley.discovery.spi.RegistryBackend;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lists the slices of a service, then watches them from the revision of that list on, as client-go's informers do. A watch lasts for one
 * query: what changes between two is told to the next, which begins at the revision that the last one has seen.
 */
final class KubernetesBackend implements RegistryBackend {

    private static final String SERVICE_LABEL = "kubernetes.io/service-name";
    private static final int MOST_REMEMBERED = 1_000;
    /** A server that ends each watch at once is asked this often. */
    private static final Duration LEAST_WATCH = Duration.ofSeconds(1);

    private final KubernetesClient client;
    private final String namespace;
    private final Optional<WantedPort> port;
    private final Set<WatchEvents> open = ConcurrentHashMap.newKeySet();
    private final LinkedHashMap<String, Slices> remembered = new LinkedHashMap<>(16, 0.75f, true); // guarded by itself
    private volatile boolean closed;

    KubernetesBackend(KubernetesAccess access, String namespace, Optional<WantedPort> port) {
        this.namespace = namespace;
        this.port = port;
        this.client = new KubernetesClientBuilder()
                .withConfig(access.config())
                .withHttpClientFactory(new JdkHttpClientFactory())
                .withTaskExecutor(
                        task -> Thread.ofVirtual().name("parley-k8s").start(task))
                .build();
    }

    @Override
    public Set<RegistryCapability> capabilities() {
        return Set.of(RegistryCapability.WATCH);
    }

    @Override
    public Answer query(String service, String since, Duration wait) throws IOException, InterruptedException {
        if (!KubernetesUri.LABEL.matcher(service).matches()) {
            throw new CallException(
                    Code.INVALID_ARGUMENT,
                    "a Kubernetes service must have a name of 1 to 63 lower-case letters, digits and hyphens, but is \""
                            + service + '"');
        }
        Slices known = remembered(service);
        if (since.isEmpty() || known == null || !known.revision().equals(since)) {
            return answer(service, list(service));
        }
        return answer(service, wait.isPositive() ? next(service, known, wait) : known);
    }

    private Answer answer(String service, Slices slices) throws IOException {
        remember(service, slices);
        return new Answer(slices.instances(service, port), slices.revision(), Optional.empty());
    }

    // ---- list

    private Slices list(String service) throws IOException, InterruptedException {
        EndpointSliceList list = asking("list", () -> client.discovery()
                .v1()
                .endpointSlices()
                .inNamespace(namespace)
                .withLabel(SERVICE_LABEL, service)
                .list());
        return Slices.of(list);
    }

    // ---- watch

    /** The slices once they say something else, or after {@code wait}. */
    private Slices next(String service, Slices known, Duration wait) throws IOException, InterruptedException {
        long start = System.nanoTime();
        List<ServiceInstance> before = known.instances(service, port);
        Slices now = known;
        WatchEvents events = new WatchEvents();
        open.add(events);
        try (Watch watch = watch(service, known.revision(), wait, events)) {
            while (true) {
                long left = wait.toNanos() - (System.nanoTime() - start);
                WatchEvents.Event event = left <= 0 || closed ? null : events.next(left);
                if (event == null) {
                    return now;
                }
                if (event instanceof WatchEvents.Ended ended) {
                    ended.throwIfMalformed(service);
                    break;
                }
                now = now.with((WatchEvents.Changed) event);
                if (events.isDrained() && !now.instances(service, port).equals(before)) {
                    return now;
                }
            }
        } finally {
            open.remove(events);
        }
        // cut, or its revision is too old to go on from
        Slices listed = list(service);
        long tooShort = Math.min(wait.toNanos(), LEAST_WATCH.toNanos()) - (System.nanoTime() - start);
        if (tooShort > 0 && listed.instances(service, port).equals(before)) {
            TimeUnit.NANOSECONDS.sleep(tooShort);
        }
        return listed;
    }

    private Watch watch(String service, String revision, Duration wait, WatchEvents events)
            throws IOException, InterruptedException {
        ListOptions options = new ListOptionsBuilder()
                .withResourceVersion(revision)
                .withAllowWatchBookmarks(true)
                .withTimeoutSeconds(Math.max(1, wait.plusMillis(999).toSeconds()))
                .build();
        return asking("watch", () -> client.discovery()
                .v1()
                .endpointSlices()
                .inNamespace(namespace)
                .withLabel(SERVICE_LABEL, service)
                .watch(options, events));
    }

    // ---- what goes wrong

    private <T> T asking(String verb, Supplier<T> question) throws IOException, InterruptedException {
        if (closed) {
            throw new IOException("the registry is closed");
        }
        try {
            return question.get();
        } catch (KubernetesClientException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while Kubernetes was asked");
            }
            throw new IOException(said(verb, e), e);
        } catch (UncheckedIOException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private String said(String verb, KubernetesClientException e) {
        String asked = "Kubernetes (" + client.getMasterUrl() + ") ";
        return switch (e.getCode()) {
            case 401 -> asked + "does not know who asks (401): is the token or the certificate still good?";
            case 403 ->
                asked + "does not let this " + verb + " endpointslices in namespace " + namespace
                        + " (403): its user needs a Role with apiGroups [discovery.k8s.io], resources [endpointslices] and"
                        + " verbs [get, list, watch]; it says: " + e.getMessage();
            case 404 -> asked + "has no discovery.k8s.io/v1 (404), which came with Kubernetes 1.21";
            case 410 -> asked + "has forgotten that revision (410)";
            default -> asked + "could not " + verb + " endpointslices: " + reason(e);
        };
    }

    private static String reason(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        return cause == e || cause.getMessage() == null
                ? String.valueOf(e.getMessage())
                : e.getMessage() + " (" + cause.getMessage() + ')';
    }

    // ---- what is known

    private @Nullable Slices remembered(String service) {
        synchronized (remembered) {
            return remembered.get(service);
        }
    }

    private void remember(String service, Slices slices) {
        synchronized (remembered) {
            remembered.put(service, slices);
            if (remembered.size() > MOST_REMEMBERED) {
                remembered.pollFirstEntry();
            }
        }
    }

    @Override
    public Lease register(ServiceInstance instance, RegistrationOptions how) {
        throw new UnsupportedOperationException("nothing can be registered in Kubernetes: it does that for its pods");
    }

    @Override
    public void close() {
        closed = true;
        open.forEach(WatchEvents::end);
        client.close();
    }
}
