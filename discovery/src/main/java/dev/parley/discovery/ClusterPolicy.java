package dev.parley.discovery;

import dev.parley.Timer;
import dev.parley.resilience.Classifier;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How calls to a service are shared out among its endpoints. Immutable.
 *
 * @param balancer how one is picked; {@link LeastLoaded}
 * @param outliers when an endpoint that fails is ejected; {@link OutlierPolicy#defaults()}, empty for never
 * @param slowStart how a new or returned endpoint is given calls; {@link SlowStart#defaults()}, empty for all at once
 * @param healthChecks how endpoints are asked whether they are well; empty, they are not: a registry does that as a rule
 * @param panicShare below this share of endpoints that are well all are called, because those that are left would fall next, or what
 *     calls them ill is wrong; 0.5, and 0 for never
 * @param maxRequests of this client at one endpoint at a time; an endpoint with so many is passed over, and if all have, a call fails
 *     with {@code RESOURCE_EXHAUSTED}, never having left. No limit ({@link Integer#MAX_VALUE})
 * @param latencyDecay by how much an average of latencies is held: after this time without calls about a third of it is left; 10 s
 * @param firstAnswer how long a call without a deadline waits for the registry's first answer; 5 s. One with a deadline waits until then
 * @param classifier which responses are failures; none, exceptions are
 * @param listener hears what happens; nobody. More can {@linkplain Cluster#listen listen} later
 * @param timer what all times are measured by; the system's
 */
public record ClusterPolicy(
        LoadBalancer.Factory balancer,
        Optional<OutlierPolicy> outliers,
        Optional<SlowStart> slowStart,
        Optional<HealthCheckPolicy> healthChecks,
        double panicShare,
        int maxRequests,
        Duration latencyDecay,
        Duration firstAnswer,
        Classifier classifier,
        ClusterListener listener,
        Timer timer) {

    /** Checks the ranges, and that nothing is null. */
    public ClusterPolicy {
        Objects.requireNonNull(balancer, "balancer");
        Objects.requireNonNull(outliers, "outliers");
        Objects.requireNonNull(slowStart, "slowStart");
        Objects.requireNonNull(healthChecks, "healthChecks");
        Settings.between("panicShare", panicShare, 0, 1);
        Settings.between("maxRequests", maxRequests, 1, Integer.MAX_VALUE);
        Settings.between("latencyDecay", latencyDecay, Duration.ofMillis(10), Duration.ofHours(1));
        Settings.between("firstAnswer", firstAnswer, Duration.ZERO, Duration.ofMinutes(1));
        Objects.requireNonNull(classifier, "classifier");
        Objects.requireNonNull(listener, "listener");
        Objects.requireNonNull(timer, "timer");
    }

    /** The values named above. */
    public static ClusterPolicy defaults() {
        return new ClusterPolicy(
                LeastLoaded::new,
                Optional.of(OutlierPolicy.defaults()),
                Optional.of(SlowStart.defaults()),
                Optional.empty(),
                0.5,
                Integer.MAX_VALUE,
                Duration.ofSeconds(10),
                Duration.ofSeconds(5),
                Classifier.EXCEPTIONS,
                event -> {},
                Timer.system());
    }

    /** With another balancer. */
    public ClusterPolicy withBalancer(LoadBalancer.Factory other) {
        return new ClusterPolicy(
                other,
                outliers,
                slowStart,
                healthChecks,
                panicShare,
                maxRequests,
                latencyDecay,
                firstAnswer,
                classifier,
                listener,
                timer);
    }

    /** With another rule of ejection. */
    public ClusterPolicy withOutliers(OutlierPolicy policy) {
        return withOutliers(Optional.of(policy));
    }

    /** Without ejections. */
    public ClusterPolicy withoutOutliers() {
        return withOutliers(Optional.empty());
    }

    private ClusterPolicy withOutliers(Optional<OutlierPolicy> policy) {
        return new ClusterPolicy(
                balancer,
                policy,
                slowStart,
                healthChecks,
                panicShare,
                maxRequests,
                latencyDecay,
                firstAnswer,
                classifier,
                listener,
                timer);
    }

    /** With another slow start. */
    public ClusterPolicy withSlowStart(SlowStart how) {
        return withSlowStart(Optional.of(how));
    }

    /** Without slow start. */
    public ClusterPolicy withoutSlowStart() {
        return withSlowStart(Optional.empty());
    }

    private ClusterPolicy withSlowStart(Optional<SlowStart> how) {
        return new ClusterPolicy(
                balancer,
                outliers,
                how,
                healthChecks,
                panicShare,
                maxRequests,
                latencyDecay,
                firstAnswer,
                classifier,
                listener,
                timer);
    }

    /** With checks of health. */
    public ClusterPolicy withHealthChecks(HealthCheckPolicy policy) {
        return new ClusterPolicy(
                balancer,
                outliers,
                slowStart,
                Optional.of(policy),
                panicShare,
                maxRequests,
                latencyDecay,
                firstAnswer,
                classifier,
                listener,
                timer);
    }

    /** With another share of endpoints that must be well. */
    public ClusterPolicy withPanicShare(double share) {
        return new ClusterPolicy(
                balancer,
                outliers,
                slowStart,
                healthChecks,
                share,
                maxRequests,
                latencyDecay,
                firstAnswer,
                classifier,
                listener,
                timer);
    }

    /** With a limit of attempts at one endpoint. */
    public ClusterPolicy withMaxRequests(int perEndpoint) {
        return new ClusterPolicy(
                balancer,
                outliers,
                slowStart,
                healthChecks,
                panicShare,
                perEndpoint,
                latencyDecay,
                firstAnswer,
                classifier,
                listener,
                timer);
    }

    /** With averages that are held for another time. */
    public ClusterPolicy withLatencyDecay(Duration time) {
        return new ClusterPolicy(
                balancer,
                outliers,
                slowStart,
                healthChecks,
                panicShare,
                maxRequests,
                time,
                firstAnswer,
                classifier,
                listener,
                timer);
    }

    /** With another wait for the registry's first answer. */
    public ClusterPolicy withFirstAnswer(Duration wait) {
        return new ClusterPolicy(
                balancer,
                outliers,
                slowStart,
                healthChecks,
                panicShare,
                maxRequests,
                latencyDecay,
                wait,
                classifier,
                listener,
                timer);
    }

    /** With what tells failed responses. */
    public ClusterPolicy withClassifier(Classifier other) {
        return new ClusterPolicy(
                balancer,
                outliers,
                slowStart,
                healthChecks,
                panicShare,
                maxRequests,
                latencyDecay,
                firstAnswer,
                other,
                listener,
                timer);
    }

    /** With who hears what happens. */
    public ClusterPolicy withListener(ClusterListener other) {
        return new ClusterPolicy(
                balancer,
                outliers,
                slowStart,
                healthChecks,
                panicShare,
                maxRequests,
                latencyDecay,
                firstAnswer,
                classifier,
                other,
                timer);
    }

    /** With another clock. */
    public ClusterPolicy withTimer(Timer other) {
        return new ClusterPolicy(
                balancer,
                outliers,
                slowStart,
                healthChecks,
                panicShare,
                maxRequests,
                latencyDecay,
                firstAnswer,
                classifier,
                listener,
                other);
    }
}
