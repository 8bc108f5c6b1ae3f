package dev.parley.discovery;

import dev.parley.discovery.spi.RegistryBackend;
import dev.parley.discovery.spi.RegistryProvider;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.SortedSet;
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
     * @throws dev.parley.CallException {@code RESOURCE_EXHAUSTED} if 10,000 instances are
     */
    Registration register(ServiceInstance instance, RegistrationOptions options);

    /**
     * What is known of {@code service}, from the registry itself if nobody follows the service yet.
     *
     * @throws dev.parley.CallException {@code UNAVAILABLE} if the registry cannot be asked and nothing is known from before; the
     *     message names the registry and the reason
     * @throws IllegalArgumentException as {@link #watch}
     */
    ServiceSnapshot discover(String service);

    /**
     * Follows {@code service}: {@code listener} is told what is known at first, and of each change of it, on a thread of its
     * own, one call at a time. One that is slow holds up nobody else; it is told the latest then, never a snapshot behind a later
     * one. What it throws is logged. Watches of one service share one question to the registry; up to 20 changes are seen as they
     * happen, and of more that come at once one in each {@link RegistryOptions#minBackoff}.
     *
     * @throws IllegalArgumentException if {@code service} is empty, longer than 255 characters, or holds a space or control
     *     character
     * @throws dev.parley.CallException {@code RESOURCE_EXHAUSTED} if 10,000 services are followed, or this one by 10,000
     */
    Watch watch(String service, Consumer<ServiceSnapshot> listener);

    /**
     * Ends all watches and closes all registrations, each as if alone and all at the same time: waits for the registry for up to
     * 5 s, and for its adapter to close for up to 5 s more. Without effect the second time.
     */
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
        for (RegistryProvider provider : ServiceLoader.load(RegistryProvider.class)) {
            if (provider.schemes().contains(parsed.scheme())) {
                return new BackedRegistry(
                        provider.open(parsed, options), parsed.registry().toString(), options);
            }
        }
        throw new IllegalArgumentException("no registry for scheme '" + parsed.scheme() + "' of " + parsed
                + " on the class path; known are " + String.join(", ", schemes())
                + " (consul, etcd and k8s need parley-discovery-consul, -etcd, -kubernetes)");
    }

    /** The schemes of the registries that are on the class path or module path. */
    static SortedSet<String> schemes() {
        SortedSet<String> known = new TreeSet<>();
        ServiceLoader.load(RegistryProvider.class).forEach(provider -> known.addAll(provider.schemes()));
        return known;
    }

    /** A registry over an adapter of one's own, which error messages name by {@link Object#toString}. */
    static ServiceRegistry of(RegistryBackend backend, RegistryOptions options) {
        return new BackedRegistry(backend, backend.toString(), options);
    }
}
