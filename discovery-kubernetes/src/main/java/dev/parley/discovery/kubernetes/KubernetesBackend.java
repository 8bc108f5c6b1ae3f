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
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lists the slices of a service, then watches them from the revision of that list on, as client-go's informers do. A watch lasts for one
 * query: what changes between two is told to the next, which begins at the revision that the last one has seen.
 */
final class KubernetesBackend implements RegistryBackend {

    private static final String SERVICE_LABEL = "kubernetes.io/service-name";
    private static final int UNAUTHORIZED = 401;
    private static final int MOST_REMEMBERED = 1_000;
    private static final Executor EXECUTOR =
            task -> Thread.ofVirtual().name("parley-k8s").start(task);
    /** The shortest; a server that ends each watch at once is asked this often. */
    private static final Duration LEAST_WATCH = Duration.ofSeconds(1);

    private final Supplier<Config> access;
    private final String namespace;
    private final Optional<WantedPort> port;
    private final Duration timeout;
    private final Set<WatchEvents> open = ConcurrentHashMap.newKeySet();
    private final LinkedHashMap<String, Slices> remembered = new LinkedHashMap<>(16, 0.75f, true); // guarded by itself
    private @Nullable KubernetesClient client; // guarded by this
    private volatile boolean closed;

    /**
     * @param access read anew when the server does not answer, or does not know who asks
     * @param timeout how long the answer to a question may take
     */
    KubernetesBackend(Supplier<Config> access, String namespace, Optional<WantedPort> port, Duration timeout) {
        this.access = access;
        this.namespace = namespace;
        this.port = port;
        this.timeout = timeout;
    }

    private synchronized KubernetesClient client() throws IOException {
        if (closed) {
            throw new IOException("the registry is closed");
        }
        KubernetesClient known = client;
        if (known == null) {
            known = made();
            client = known;
        }
        return known;
    }

    private KubernetesClient made() throws IOException {
        try {
            return new KubernetesClientBuilder()
                    .withConfig(access.get())
                    .withHttpClientFactory(new JdkHttpClientFactory())
                    .withTaskExecutor(EXECUTOR)
                    .build();
        } catch (IllegalArgumentException | KubernetesClientException e) {
            throw new IOException("no client for Kubernetes could be made: " + reason(e), e);
        }
    }

    private synchronized void discard(KubernetesClient broken) {
        if (Objects.equals(client, broken)) {
            client = null;
        }
        EXECUTOR.execute(broken::close); // which may wait for those who ask with it
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
        EndpointSliceList list = asking(
                "list",
                client -> client.discovery()
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
        if (wait.compareTo(LEAST_WATCH) < 0) {
            Thread.sleep(wait); // a watch is counted in seconds
            return list(service);
        }
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
        long tooShort = LEAST_WATCH.toNanos() - (System.nanoTime() - start);
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
        return asking(
                "watch",
                client -> bounded(() -> client.discovery()
                        .v1()
                        .endpointSlices()
                        .inNamespace(namespace)
                        .withLabel(SERVICE_LABEL, service)
                        .watch(options, events)));
    }

    /** The library waits for the beginning of a watch for as long as a connection takes that has died. */
    private Watch bounded(Supplier<Watch> opening) throws IOException, InterruptedException {
        CompletableFuture<Watch> opened = new CompletableFuture<>();
        EXECUTOR.execute(() -> {
            try {
                Watch watch = opening.get();
                if (!opened.complete(watch)) {
                    watch.close(); // nobody waits for it any more
                }
            } catch (RuntimeException e) {
                opened.completeExceptionally(e);
            }
        });
        try {
            return opened.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof KubernetesClientException refused) {
                throw refused;
            }
            throw new IOException("could not watch endpointslices: " + e.getMessage(), e);
        } catch (TimeoutException e) {
            throw new SocketTimeoutException("Kubernetes did not begin a watch within " + timeout.toMillis() + " ms");
        } finally {
            opened.cancel(false);
        }
    }

    // ---- what goes wrong

    /** A question by the library. */
    private interface Question<T> {
        T ask(KubernetesClient client) throws IOException, InterruptedException;
    }

    private <T> T asking(String verb, Question<T> question) throws IOException, InterruptedException {
        KubernetesClient asked = client();
        try {
            return question.ask(asked);
        } catch (KubernetesClientException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while Kubernetes was asked");
            }
            if (e.getCode() == UNAUTHORIZED) {
                discard(asked); // who asks may have another certificate by now
            }
            throw new IOException(said(asked, verb, e), e);
        } catch (UncheckedIOException e) {
            throw new IOException(e.getMessage(), e);
        } catch (SocketTimeoutException e) {
            discard(asked); // and with it what its connections wait for
            throw e;
        }
    }

    private String said(KubernetesClient client, String verb, KubernetesClientException e) {
        String asked = "Kubernetes (" + client.getMasterUrl() + ") ";
        return switch (e.getCode()) {
            case UNAUTHORIZED -> asked + "does not know who asks (401): is the token or the certificate still good?";
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
        Throwable cause = e.getCause();
        return cause == null || cause.getMessage() == null || cause.getMessage().equals(e.getMessage())
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
        KubernetesClient last;
        synchronized (this) {
            closed = true;
            last = client;
            client = null;
        }
        open.forEach(WatchEvents::end);
        if (last != null) {
            EXECUTOR.execute(last::close);
        }
    }
}
