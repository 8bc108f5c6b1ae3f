package dev.parley.discovery;

import java.time.Duration;
import java.util.Optional;

/**
 * How a client asks a service's endpoints whether they are well. It asks where the registry says
 * ({@link ServiceInstance#healthCheck}), otherwise by {@link #template}; an endpoint with neither is not asked. Immutable.
 *
 * @param interval from one check of an endpoint to the next, jittered by a tenth; 10 s
 * @param timeout of a check, from its connection on; 3 s
 * @param unhealthyThreshold checks in a row that fail until it is unhealthy; 3
 * @param healthyThreshold checks in a row that succeed until it is healthy again; 2
 * @param maxConcurrent checks at a time; 16
 * @param template a URL in which {@code {host}} (of version 6 in brackets) and {@code {port}} are the endpoint's, such as {@code
 *     http://{host}:{port}/readyz}, {@code tcp://{host}:{port}} or {@code grpc://{host}:{port}}; none
 */
public record HealthCheckPolicy(
        Duration interval,
        Duration timeout,
        int unhealthyThreshold,
        int healthyThreshold,
        int maxConcurrent,
        Optional<String> template) {

    /** Checks the ranges. */
    public HealthCheckPolicy {
        Settings.between("interval", interval, Duration.ofMillis(10), Duration.ofDays(1));
        Settings.between("timeout", timeout, Duration.ofMillis(1), Duration.ofHours(1));
        Settings.between("unhealthyThreshold", unhealthyThreshold, 1, 1_000);
        Settings.between("healthyThreshold", healthyThreshold, 1, 1_000);
        Settings.between("maxConcurrent", maxConcurrent, 1, 10_000);
        template.ifPresent(url -> {
            if (!url.contains("{host}") || !url.contains("{port}")) {
                throw new IllegalArgumentException(
                        "template must hold {host} and {port}, such as http://{host}:{port}/readyz, but is \"" + url
                                + '"');
            }
        });
    }

    /** The values named above. */
    public static HealthCheckPolicy defaults() {
        return new HealthCheckPolicy(Duration.ofSeconds(10), Duration.ofSeconds(3), 3, 2, 16, Optional.empty());
    }

    /** With other times. */
    public HealthCheckPolicy withInterval(Duration between, Duration perCheck) {
        return new HealthCheckPolicy(between, perCheck, unhealthyThreshold, healthyThreshold, maxConcurrent, template);
    }

    /** With other numbers of checks that decide. */
    public HealthCheckPolicy withThresholds(int unhealthy, int healthy) {
        return new HealthCheckPolicy(interval, timeout, unhealthy, healthy, maxConcurrent, template);
    }

    /** With another limit of checks at a time. */
    public HealthCheckPolicy withMaxConcurrent(int checks) {
        return new HealthCheckPolicy(interval, timeout, unhealthyThreshold, healthyThreshold, checks, template);
    }

    /** With a URL for endpoints of which the registry names none. */
    public HealthCheckPolicy withTemplate(String url) {
        return new HealthCheckPolicy(
                interval, timeout, unhealthyThreshold, healthyThreshold, maxConcurrent, Optional.of(url));
    }

    /** Where {@code instance} is asked. */
    Optional<String> url(ServiceInstance instance) {
        return instance.healthCheck()
                .or(() -> template.map(url -> url.replace("{host}", bracketed(instance.host()))
                        .replace("{port}", Integer.toString(instance.port()))));
    }

    private static String bracketed(String host) {
        return host.indexOf(':') >= 0 ? '[' + host + ']' : host;
    }
}
