package dev.parley.discovery;

import dev.parley.discovery.spi.RegistryBackend;
import dev.parley.discovery.spi.RegistryProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Where services say where they are, and are found. One interface over a list in a URI, the process itself, Consul, DNS,
 * etcd and Kubernetes; what differs is a {@link RegistryCapability}.
 *
 * <p>A registry that is down, wiped or restarted, and a watch that dies silently, are mended in the background, with jittered
 * backoff; meanwhile the last good answer stands and {@linkplain ServiceSnapshot#stale says so}. Thread-safe.
 */
public interface ServiceRegistry extends AutoCloseable {

    /** What this registry can do. */
    Set<RegistryCapability> capabilities();

    /** As {@link #register(ServiceInstance, RegistrationOptions)} with {@link RegistrationOptions#defaults()}. */
    default Registration register(ServiceInstance instance) {
        return register(instance, RegistrationOptions.defaults());
    }

    /**
     * Registers {@code instance} for as long as the handle is open. Does not wait for the registry: one that is down gets it
     * when it is back.
     *
     * @throws UnsupportedOperationException if this registry has no {@link RegistryCapability#REGISTER}
     * @throws IllegalStateException if an instance with this service and id is already registered through this object
     */
    Registration register(ServiceInstance instance, RegistrationOptions options);

    /**
     * What is known of {@code service}, from the registry itself if nobody follows the service yet.
     *
     * @throws dev.parley.CallException {@code UNAVAILABLE} if the registry cannot be asked and nothing is known from before
     */
    ServiceSnapshot discover(String service);

    /**
     * Follows {@code service}: {@code listener} is told what is known at first, and of each change of it. It is called by one
     * thread at a time and should be quick; what it throws is logged. Watches of one service share one question to the
     * registry.
     */
    Watch watch(String service, Consumer<ServiceSnapshot> listener);

    /** Ends all watches and closes all registrations, each as if alone. */
    @Override
    void close();

    /** As {@link #connect(String, RegistryOptions)} with {@link RegistryOptions#defaults()}. */
    static ServiceRegistry connect(String uri) {
        return connect(uri, RegistryOptions.defaults());
    }

    /**
     * The registry at {@code uri}: {@code consul://host:8500}, {@code etcd://host:2379}, {@code dns:///}, {@code k8s:///},
     * {@code static:a:1,b:2} or {@code local:///}. Does not wait for it.
     *
     * @throws IllegalArgumentException if nothing on the class path knows the scheme (the message names those that are known), or the
     *     URI is malformed
     */
    static ServiceRegistry connect(String uri, RegistryOptions options) {
        return open(RegistryUri.parse(uri), options);
    }

    /** As {@link #connect(String, RegistryOptions)}, of a URI that has been read. */
    static ServiceRegistry open(RegistryUri parsed, RegistryOptions options) {
        Set<String> known = new TreeSet<>();
        List<RegistryProvider> found = new ArrayList<>();
        for (RegistryProvider provider : ServiceLoader.load(RegistryProvider.class)) {
            known.addAll(provider.schemes());
            if (provider.schemes().contains(parsed.scheme())) {
                found.add(provider);
            }
        }
        if (found.isEmpty()) {
            throw new IllegalArgumentException("no registry for scheme '" + parsed.scheme() + "' of " + parsed
                    + " on the class path; known are " + String.join(", ", known)
                    + " (consul, etcd and k8s need parley-discovery-consul, -etcd, -kubernetes)");
        }
        return of(found.getFirst().open(parsed, options), options);
    }

    /** A registry over an adapter of one's own. */
    static ServiceRegistry of(RegistryBackend backend, RegistryOptions options) {
        return new BackedRegistry(backend, options);
    }
}
