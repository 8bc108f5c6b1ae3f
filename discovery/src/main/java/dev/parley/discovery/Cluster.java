package dev.parley.discovery;

import dev.parley.Attributes;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Explanation;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.RetryAdvice;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A service's endpoints, kept up to date from a registry, and the balancer among them. As an interceptor it stands innermost of
 * a client's policies: each attempt at a call gets an endpoint of its own, one that the call has not tried if there is one.
 *
 * <p>Thread-safe.
 */
public final class Cluster implements Interceptor, AutoCloseable {

    private static final Attributes.Key<Set<Endpoint>> TRIED = Attributes.Key.of("discovery.tried");

    private final String service;
    private final LoadBalancer balancer;
    private final CountDownLatch first = new CountDownLatch(1);
    private final Watch watch;
    private final Runnable onClose;
    private volatile List<Endpoint> endpoints = List.of();
    private volatile @Nullable ServiceSnapshot latest;

    /** The endpoints of {@code service}, followed from now on. */
    public Cluster(ServiceRegistry registry, String service, ClusterPolicy policy) {
        this(registry, service, policy, () -> {});
    }

    private Cluster(ServiceRegistry registry, String service, ClusterPolicy policy, Runnable onClose) {
        this.service = service;
        this.balancer = policy.balancer().create();
        this.onClose = onClose;
        this.watch = registry.watch(service, this::update);
    }

    /**
     * The endpoints of a target that names a registry. Clusters with the same registry share the connection to it.
     *
     * @throws IllegalArgumentException if nothing knows the scheme, or the URI is malformed
     */
    public static Cluster connect(RegistryUri uri, ClusterPolicy policy) {
        SharedRegistries.Use use = SharedRegistries.use(uri);
        return new Cluster(use.registry(), uri.service(), policy, use::release);
    }

    /** The service's name. */
    public String service() {
        return service;
    }

    /** Its endpoints. */
    public List<Endpoint> endpoints() {
        return endpoints;
    }

    private synchronized void update(ServiceSnapshot found) {
        Map<ServiceInstance, Endpoint> known = new HashMap<>();
        endpoints.forEach(endpoint -> known.put(endpoint.instance(), endpoint));
        List<Endpoint> now = found.instances().stream()
                .map(instance -> known.getOrDefault(instance, new Endpoint(instance)))
                .toList();
        balancer.update(now);
        latest = found;
        endpoints = now;
        first.countDown();
    }

    @Override
    public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
        List<Endpoint> available = available(call);
        Set<Endpoint> tried = tried(call);
        PickRequest asked = new PickRequest(call, tried, tried.size() + 1);
        Endpoint picked = balancer.pick(available, asked);
        Explanation.note(
                call,
                () -> new Pick(
                        asked.attempt(),
                        picked,
                        balancer.why(picked, available, asked),
                        available.stream()
                                .map(each -> new Pick.Considered(each, each.inFlight() + " calls"))
                                .toList()));
        tried.add(picked);
        call.endpoint(picked.authority());
        picked.begin();
        call.onEnd(outcome -> picked.end());
        return next.handle(call, request);
    }

    private static Set<Endpoint> tried(Call call) {
        Attributes attributes = call.attributes();
        Set<Endpoint> tried = attributes.get(TRIED).orElse(null);
        if (tried == null) {
            tried = ConcurrentHashMap.newKeySet();
            attributes.put(TRIED, tried);
        }
        return tried;
    }

    private List<Endpoint> available(Call call) {
        List<Endpoint> known = endpoints;
        if (known.isEmpty()) {
            try {
                first.await(Math.max(0, call.deadline().remainingNanos()), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                throw call.cancellation().orElse(CallException.interrupted(e, "the endpoints of " + service));
            }
            known = endpoints;
        }
        if (known.isEmpty()) {
            ServiceSnapshot found = latest;
            String why = found == null
                    ? "the registry has not answered yet"
                    : found.stale().orElse("it has no instances");
            throw new CallException(
                    Code.UNAVAILABLE,
                    "no endpoint of " + service + ": " + why,
                    null,
                    List.of(),
                    new dev.parley.Metadata(),
                    CallException.Origin.LOCAL,
                    RetryAdvice.NEVER_LEFT);
        }
        return known;
    }

    /** Ends following the service. */
    @Override
    public void close() {
        watch.close();
        onClose.run();
    }
}
