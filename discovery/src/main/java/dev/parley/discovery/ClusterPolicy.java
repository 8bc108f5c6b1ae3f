package dev.parley.discovery;

import java.util.Objects;

/**
 * How calls to a service are shared out among its endpoints. Immutable.
 *
 * @param balancer how one is picked
 */
public record ClusterPolicy(LoadBalancer.Factory balancer) {

    /** Checks that nothing is null. */
    public ClusterPolicy {
        Objects.requireNonNull(balancer, "balancer");
    }

    /** The values named above. */
    public static ClusterPolicy defaults() {
        return new ClusterPolicy(RoundRobin::new);
    }

    /** With another balancer. */
    public ClusterPolicy withBalancer(LoadBalancer.Factory other) {
        return new ClusterPolicy(other);
    }
}
