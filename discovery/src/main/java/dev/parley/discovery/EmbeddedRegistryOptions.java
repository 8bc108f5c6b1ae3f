package dev.parley.discovery;

import dev.parley.Timer;
import java.util.Objects;

/**
 * What an {@link EmbeddedRegistry} holds at most. Immutable.
 *
 * @param maxServices names of services; 10,000
 * @param maxInstances instances of all of them; 100,000
 * @param maxNodes nodes beside its own; 10,000
 * @param maxChecks checks of one instance or node; 32
 * @param maxMetadata entries in one instance's metadata, and its tags; 64 (Consul's)
 * @param maxMetadataChars characters of one key, value or tag; 512 (Consul's)
 * @param maxWaiters questions that wait for a change; 10,000
 * @param maxProbes checks that the registry makes at a time; 256. More wait
 * @param timer what all times are measured by; the system's
 */
public record EmbeddedRegistryOptions(
        int maxServices,
        int maxInstances,
        int maxNodes,
        int maxChecks,
        int maxMetadata,
        int maxMetadataChars,
        int maxWaiters,
        int maxProbes,
        Timer timer) {

    private static final EmbeddedRegistryOptions DEFAULTS =
            new EmbeddedRegistryOptions(10_000, 100_000, 10_000, 32, 64, 512, 10_000, 256, Timer.system());

    /** Checks that each is positive. */
    public EmbeddedRegistryOptions {
        positive("maxServices", maxServices);
        positive("maxInstances", maxInstances);
        positive("maxNodes", maxNodes);
        positive("maxChecks", maxChecks);
        positive("maxMetadata", maxMetadata);
        positive("maxMetadataChars", maxMetadataChars);
        positive("maxWaiters", maxWaiters);
        positive("maxProbes", maxProbes);
        Objects.requireNonNull(timer, "timer");
    }

    private static void positive(String name, int value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be positive, but is " + value);
        }
    }

    /** The values named above. */
    public static EmbeddedRegistryOptions defaults() {
        return DEFAULTS;
    }

    /** With other limits for services, and instances of all of them. */
    public EmbeddedRegistryOptions withInstances(int services, int instances) {
        return new EmbeddedRegistryOptions(
                services, instances, maxNodes, maxChecks, maxMetadata, maxMetadataChars, maxWaiters, maxProbes, timer);
    }

    /** With other limits for what waits for a change, and for checks that are made at a time. */
    public EmbeddedRegistryOptions withWaiters(int waiters, int probes) {
        return new EmbeddedRegistryOptions(
                maxServices, maxInstances, maxNodes, maxChecks, maxMetadata, maxMetadataChars, waiters, probes, timer);
    }

    /** With another clock. */
    public EmbeddedRegistryOptions withTimer(Timer other) {
        return new EmbeddedRegistryOptions(
                maxServices,
                maxInstances,
                maxNodes,
                maxChecks,
                maxMetadata,
                maxMetadataChars,
                maxWaiters,
                maxProbes,
                other);
    }
}
