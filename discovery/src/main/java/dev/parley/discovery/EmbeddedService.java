package dev.parley.discovery;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A service's instance in an {@link EmbeddedRegistry}, with what Consul's API knows of it: more, and less strict, than a {@link
 * ServiceInstance}. Immutable.
 *
 * @param node where it runs; {@link EmbeddedRegistry#NODE} for what registers with the registry itself
 * @param id unique within the node and the name
 * @param name of the service
 * @param address where it listens; empty for the node's
 * @param port 0 to 65535; 0 if it has none, and then it cannot be called
 * @param tags in their order
 * @param meta what else is said of it
 * @param weight its share of calls while it passes; 0 to 65535
 * @param warningWeight its share while there is a warning; 0 to 65535
 * @param instance what it was registered as through a {@link ServiceRegistry}, which comes back to the letter; empty if it was
 *     registered in another way
 */
public record EmbeddedService(
        String node,
        String id,
        String name,
        String address,
        int port,
        List<String> tags,
        Map<String, String> meta,
        int weight,
        int warningWeight,
        Optional<ServiceInstance> instance) {

    /** The key of the metadata under which Consul's API has a {@linkplain ServiceInstance#zone zone}. */
    public static final String ZONE = "zone";

    private static final int LONGEST_NAME = 255;
    private static final int MOST_PORT = 65_535;

    /**
     * Checks and copies.
     *
     * @throws IllegalArgumentException that names what is wrong, the value, and what was expected
     */
    public EmbeddedService {
        named("Node", node);
        named("ID", id);
        named("Name", name);
        if (!address.isEmpty()) {
            named("Address", address);
        }
        if (port < 0 || port > MOST_PORT) {
            throw new IllegalArgumentException(
                    "Port of service " + id + " must be from 0 to " + MOST_PORT + ", but is " + port);
        }
        weighed("Weights.Passing", id, weight);
        weighed("Weights.Warning", id, warningWeight);
        tags = List.copyOf(tags);
        meta = Collections.unmodifiableMap(new LinkedHashMap<>(meta));
    }

    static void named(String field, String value) {
        boolean bad = value.isEmpty() || value.length() > LONGEST_NAME;
        for (int i = 0; i < value.length() && !bad; i++) {
            bad = Character.isISOControl(value.charAt(i));
        }
        if (bad) {
            throw new IllegalArgumentException(field + " must be 1 to " + LONGEST_NAME
                    + " characters without control characters, but is \"" + HealthProbe.line(value, 100) + '"');
        }
    }

    private static void weighed(String field, String id, int weight) {
        if (weight < 0 || weight > MOST_PORT) {
            throw new IllegalArgumentException(
                    field + " of service " + id + " must be from 0 to 65535, but is " + weight);
        }
    }

    /** A service on the registry's own node, without tags and metadata, of weight 1. */
    public static EmbeddedService of(String id, String name, String address, int port) {
        return new EmbeddedService(
                EmbeddedRegistry.NODE, id, name, address, port, List.of(), Map.of(), 1, 1, Optional.empty());
    }

    static EmbeddedService of(ServiceInstance instance) {
        Map<String, String> meta = new LinkedHashMap<>(instance.metadata());
        if (!instance.zone().isEmpty()) {
            meta.putIfAbsent(ZONE, instance.zone());
        }
        return new EmbeddedService(
                EmbeddedRegistry.NODE,
                instance.id(),
                instance.service(),
                instance.host(),
                instance.port(),
                List.of(),
                meta,
                instance.weight(),
                instance.weight(),
                Optional.of(instance));
    }

    /** As a client sees it that balances calls; empty if it cannot be called: it has no port, or no name that fits. */
    Optional<ServiceInstance> toInstance(String nodeAddress, HealthStatus status) {
        if (instance.isPresent()) {
            return instance;
        }
        try {
            Map<String, String> metadata = new LinkedHashMap<>(meta);
            String zone = metadata.remove(ZONE);
            return Optional.of(new ServiceInstance(
                    id,
                    name,
                    address.isEmpty() ? nodeAddress : address,
                    port,
                    metadata,
                    Optional.empty(),
                    zone == null ? "" : zone,
                    status == HealthStatus.WARNING ? warningWeight : weight));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
