package dev.parley.discovery;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a service's endpoints stand. Immutable.
 *
 * @param service its name
 * @param stale why the endpoints are those of an earlier answer of the registry; empty if they are not
 * @param panic whether all endpoints are called because too few are well
 * @param available how many may be called
 * @param endpoints each of them
 */
public record ClusterSnapshot(
        String service, Optional<String> stale, boolean panic, int available, List<EndpointState> endpoints) {

    /** Copies the list. */
    public ClusterSnapshot {
        endpoints = List.copyOf(endpoints);
    }

    /**
     * One endpoint.
     *
     * @param endpoint which
     * @param inFlight attempts under way there
     * @param latency moving average of its latencies; zero if nothing is known
     * @param warmth the part of its share that it gets in slow start; 1 outside of it
     * @param consecutiveFailures failures in a row up to now
     * @param ejected why it is ejected, if it is
     * @param ejectedFor what is left of that; zero if it is not
     * @param unhealthy why active checks call it unhealthy, if they do
     */
    public record EndpointState(
            Endpoint endpoint,
            int inFlight,
            Duration latency,
            double warmth,
            int consecutiveFailures,
            Optional<String> ejected,
            Duration ejectedFor,
            Optional<String> unhealthy) {

        static EndpointState of(Endpoint endpoint, long now) {
            OutlierPhase.Out out = endpoint.outlier.ejection();
            return new EndpointState(
                    endpoint,
                    endpoint.inFlight(),
                    Duration.ofNanos((long) endpoint.latencyNanos(now)),
                    endpoint.warmth(now),
                    endpoint.outlier.inARow(),
                    out == null ? Optional.empty() : Optional.of(out.reason),
                    out == null ? Duration.ZERO : Duration.ofNanos(Math.max(0, out.nanos - (now - out.since))),
                    Optional.ofNullable(endpoint.unhealthy()));
        }

        /** Whether it is neither ejected nor unhealthy. */
        public boolean isWell() {
            return ejected.isEmpty() && unhealthy.isEmpty();
        }
    }
}
