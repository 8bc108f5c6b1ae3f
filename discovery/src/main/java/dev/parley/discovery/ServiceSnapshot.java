package dev.parley.discovery;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What is known of a service. Immutable.
 *
 * @param service its name
 * @param instances where it can be called; empty if there are none
 * @param stale why this is the last good answer and not a fresh one: the registry cannot be asked, what it says is malformed,
 *     or all instances are gone at once ({@link RegistryOptions#keepEmpty}); or that it names an instance twice, of which one is
 *     in here. Empty if it is fresh
 */
public record ServiceSnapshot(String service, List<ServiceInstance> instances, Optional<String> stale) {

    /** Copies the list. */
    public ServiceSnapshot {
        Objects.requireNonNull(service, "service");
        Objects.requireNonNull(stale, "stale");
        instances = List.copyOf(instances);
    }

    /** Whether the registry says so now. */
    public boolean isFresh() {
        return stale.isEmpty();
    }
}
