package dev.parley.discovery;

import dev.parley.Metadata;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A check of an instance, or of a node. Immutable.
 *
 * @param id unique within its owner
 * @param name for people
 * @param notes for people; may be empty
 * @param kind who finds out, and how
 * @param initial how it stands at first; empty: as it stood if it was there before, else critical
 * @param deregisterAfter for how long it may be critical before its instance is taken out; empty for ever. A check of a node
 *     has none
 */
public record EmbeddedCheck(
        String id,
        String name,
        String notes,
        Kind kind,
        Optional<HealthStatus> initial,
        Optional<Duration> deregisterAfter) {

    private static final Duration LONGEST = Duration.ofDays(365);

    /** Checks that nothing is null, and the times. */
    public EmbeddedCheck {
        EmbeddedService.named("CheckID", id);
        EmbeddedService.named("Name of a check", name);
        Objects.requireNonNull(notes, "notes");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(initial, "initial");
        deregisterAfter.ifPresent(time -> positive("DeregisterCriticalServiceAfter", time));
    }

    private static void positive(String field, Duration time) {
        if (time.isNegative() || time.isZero() || time.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    field + " of a check must be more than 0 and at most 365 days, but is " + time);
        }
    }

    /** Who finds out. */
    public sealed interface Kind {}

    /** Nobody but who says so: a status that stands until it is changed. */
    public record Passive() implements Kind {}

    /**
     * The instance says so itself, or is critical.
     *
     * @param ttl for how long what it says counts
     */
    public record Ttl(Duration ttl) implements Kind {
        /** Checks the time. */
        public Ttl {
            positive("TTL", ttl);
        }
    }

    /**
     * The registry asks, by a {@link HealthProbe}.
     *
     * @param url as {@link HealthProbe#of(String)} reads it
     * @param method of HTTP
     * @param headers of HTTP
     * @param body of HTTP
     * @param interval from the end of one question to the next; 1 ms or more
     * @param timeout for one answer
     */
    public record Active(
            String url,
            String method,
            Map<String, List<String>> headers,
            String body,
            Duration interval,
            Duration timeout)
            implements Kind {
        /**
         * Checks and copies.
         *
         * @throws IllegalArgumentException if there can be no such probe
         */
        public Active {
            positive("Interval", interval);
            positive("Timeout", timeout);
            Map<String, List<String>> copy = new TreeMap<>();
            headers.forEach((name, values) -> copy.put(name, List.copyOf(values)));
            headers = java.util.Collections.unmodifiableMap(copy);
            HealthProbe made = probe(url, method, headers, body);
            Objects.requireNonNull(made, "probe");
        }

        /** Asks a URL, with GET if it is one of HTTP. */
        public static Active of(String url, Duration interval, Duration timeout) {
            return new Active(url, "GET", Map.of(), "", interval, timeout);
        }

        HealthProbe probe() {
            return probe(url, method, headers, body);
        }

        private static HealthProbe probe(String url, String method, Map<String, List<String>> headers, String body) {
            HealthProbe probe = HealthProbe.of(url);
            if (method.equals("GET") && headers.isEmpty() && body.isEmpty()) {
                return probe;
            }
            Metadata sent = new Metadata();
            headers.forEach((name, values) -> values.forEach(value -> sent.add(name, value)));
            return probe.withRequest(method, sent, body);
        }
    }
}
