package dev.parley.discovery;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * One running copy of a service. Immutable; two are equal if all of them is.
 *
 * @param id unique within its service, and the same over restarts if the copy is; such as {@code inventory-service-1}
 * @param service the service's name
 * @param host where it listens, a name or an address; of version 6 without brackets
 * @param port 1 to 65535
 * @param metadata what else is said of it, such as {@code version}
 * @param healthCheck what a registry may ask, to know whether it is well: {@code http://...}, {@code https://...}, {@code
 *     tcp://host:port} or {@code grpc://host:port/service}
 * @param zone where it runs; empty if nobody says
 * @param weight its share of calls beside others'; 0 to 65535, 1 as a rule. One of 0 gets none while there are others
 */
public record ServiceInstance(
        String id,
        String service,
        String host,
        int port,
        Map<String, String> metadata,
        Optional<String> healthCheck,
        String zone,
        int weight) {

    private static final int MOST_PORT = 65_535;
    private static final int MOST_WEIGHT = 65_535;

    /**
     * Checks and copies.
     *
     * @throws IllegalArgumentException if id, service or host is empty or holds a space, a slash or a control character, or port or
     *     weight is out of range; the message says which, and what it is
     */
    public ServiceInstance {
        named("id", id);
        named("service", service);
        named("host", host);
        Objects.requireNonNull(healthCheck, "healthCheck");
        Objects.requireNonNull(zone, "zone");
        if (port < 1 || port > MOST_PORT) {
            throw new IllegalArgumentException(
                    "port of instance " + id + " must be between 1 and " + MOST_PORT + ", but is " + port);
        }
        if (weight < 0 || weight > MOST_WEIGHT) {
            throw new IllegalArgumentException(
                    "weight of instance " + id + " must be between 0 and " + MOST_WEIGHT + ", but is " + weight);
        }
        SequencedMap<String, String> copy = new LinkedHashMap<>(metadata);
        metadata = Collections.unmodifiableMap(copy);
    }

    /** An instance with its address for an id, no metadata, no check and no zone, of weight 1. */
    public static ServiceInstance of(String service, String host, int port) {
        return new ServiceInstance(authority(host, port), service, host, port, Map.of(), Optional.empty(), "", 1);
    }

    private static void named(String field, String value) {
        boolean bad = value.isEmpty() || value.length() > 255;
        for (int i = 0; i < value.length() && !bad; i++) {
            bad = value.charAt(i) <= ' ' || value.charAt(i) == '/' || value.charAt(i) == 0x7f;
        }
        if (bad) {
            throw new IllegalArgumentException(field
                    + " of an instance must be 1 to 255 characters without spaces, slashes and control characters, but is \""
                    + value.substring(0, Math.min(value.length(), 300)) + '"');
        }
    }

    /** {@code host:port}, as a URL has it: an address of version 6 in brackets. */
    public String authority() {
        return authority(host, port);
    }

    private static String authority(String host, int port) {
        return (host.indexOf(':') >= 0 ? '[' + host + ']' : host) + ':' + port;
    }

    /** With another id. */
    public ServiceInstance withId(String other) {
        return new ServiceInstance(other, service, host, port, metadata, healthCheck, zone, weight);
    }

    /** With this in its metadata, in place of what was there under {@code key}. */
    public ServiceInstance withMetadata(String key, String value) {
        SequencedMap<String, String> more = new LinkedHashMap<>(metadata);
        more.put(key, value);
        return new ServiceInstance(id, service, host, port, more, healthCheck, zone, weight);
    }

    /** With a check that a registry may make. */
    public ServiceInstance withHealthCheck(String url) {
        return new ServiceInstance(id, service, host, port, metadata, Optional.of(url), zone, weight);
    }

    /** In this zone. */
    public ServiceInstance withZone(String other) {
        return new ServiceInstance(id, service, host, port, metadata, healthCheck, other, weight);
    }

    /** With this weight. */
    public ServiceInstance withWeight(int other) {
        return new ServiceInstance(id, service, host, port, metadata, healthCheck, zone, other);
    }
}
