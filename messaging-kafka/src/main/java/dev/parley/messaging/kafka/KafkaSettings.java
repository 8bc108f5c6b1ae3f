package dev.parley.messaging.kafka;

import dev.parley.messaging.BrokerUri;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a URI says.
 *
 * @param shown the URI without secrets
 * @param connection the part of a Kafka client's configuration that says how to connect; holds secrets
 * @param partitions of topics that are made
 * @param replication of topics that are made; -1: the broker's default
 * @param sessionTimeout of consumers
 * @param maxMessageBytes of a message
 * @param share whether a queue is a share group rather than a consumer group
 */
record KafkaSettings(
        String shown,
        Map<String, Object> connection,
        int partitions,
        short replication,
        Duration sessionTimeout,
        int maxMessageBytes,
        boolean share) {

    /** Fits into 1 MiB, the broker's default, with names and lengths of headers. */
    static final int DEFAULT_MAX_BYTES = (1 << 20) - (16 << 10);

    private static final String SHARE = "share";
    private static final String PROTOCOL = "security.protocol";
    private static final String MECHANISM = "sasl.mechanism";
    private static final String TRUST_STORE = "ssl.truststore.location";

    private static final Set<String> KNOWN = Set.of(
            "partitions",
            "replication",
            "session.timeout.ms",
            "maxMessageBytes",
            SHARE,
            PROTOCOL,
            MECHANISM,
            TRUST_STORE);

    static KafkaSettings of(BrokerUri uri) {
        uri.checkParameters(KNOWN);
        if (uri.hosts().isEmpty()) {
            throw new IllegalArgumentException(
                    uri + " names no server; expected kafka://host:port, or several with commas between them");
        }
        if (!uri.path().isEmpty()) {
            throw new IllegalArgumentException(
                    "%s has the path \"%s\", but Kafka's URIs have none".formatted(uri, uri.path()));
        }
        Map<String, Object> connection = new LinkedHashMap<>();
        connection.put(
                "bootstrap.servers",
                String.join(
                        ",", uri.hosts().stream().map(KafkaSettings::withPort).toList()));
        security(uri, connection);
        boolean share = oneOf(uri, SHARE, "false", List.of("true", "false")).equals("true");
        return new KafkaSettings(
                uri.toString(),
                Map.copyOf(connection),
                // The broker deals out partitions, and shares one only where members outnumber them.
                (int) uri.number("partitions", 1, 10_000, share ? 1 : 6),
                (short) uri.number("replication", 1, 100, -1),
                Duration.ofMillis(uri.number("session.timeout.ms", 1000, 3_600_000, 10_000)),
                (int) uri.number("maxMessageBytes", 1024, 64 << 20, DEFAULT_MAX_BYTES),
                share);
    }

    private static void security(BrokerUri uri, Map<String, Object> connection) {
        boolean known = uri.user().isPresent();
        String protocol = oneOf(
                uri,
                PROTOCOL,
                known ? "SASL_PLAINTEXT" : "PLAINTEXT",
                List.of("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"));
        String mechanism = oneOf(uri, MECHANISM, "PLAIN", List.of("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"));
        boolean sasl = protocol.startsWith("SASL");
        if (sasl != known) {
            throw new IllegalArgumentException("%s of %s is %s: it needs %s"
                    .formatted(PROTOCOL, uri, protocol, sasl ? "kafka://user:password@..." : "a URI without a user"));
        }
        connection.put(PROTOCOL, protocol);
        if (sasl) {
            String module = mechanism.equals("PLAIN") ? "plain.PlainLoginModule" : "scram.ScramLoginModule";
            connection.put(MECHANISM, mechanism);
            connection.put(
                    "sasl.jaas.config",
                    "org.apache.kafka.common.security.%s required username=%s password=%s;"
                            .formatted(
                                    module,
                                    quoted(uri.user().orElse("")),
                                    quoted(uri.password().orElse(""))));
        } else if (uri.parameter(MECHANISM).isPresent()) {
            throw new IllegalArgumentException("%s of %s needs a user, and there is none".formatted(MECHANISM, uri));
        }
        boolean tls = protocol.endsWith("SSL");
        uri.parameter(TRUST_STORE).ifPresent(file -> {
            if (!tls) {
                throw new IllegalArgumentException("%s of %s needs a %s of SSL or SASL_SSL, but it is %s"
                        .formatted(TRUST_STORE, uri, PROTOCOL, protocol));
            }
            connection.put(TRUST_STORE, file);
            connection.put("ssl.truststore.type", "PEM");
        });
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static String withPort(String host) {
        return host.endsWith("]") || host.indexOf(':') < 0 ? host + ":9092" : host;
    }

    private static String oneOf(BrokerUri uri, String name, String fallback, List<String> allowed) {
        String value = uri.parameter(name).orElse(fallback);
        if (!allowed.contains(value)) {
            throw new IllegalArgumentException(
                    "%s of %s must be one of %s, but is \"%s\"".formatted(name, uri, allowed, value));
        }
        return value;
    }

    /** Without secrets. */
    @Override
    public String toString() {
        return shown;
    }
}
