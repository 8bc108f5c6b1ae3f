package dev.parley.messaging.rabbitmq;

import com.rabbitmq.client.Address;
import com.rabbitmq.client.BuiltinExchangeType;
import dev.parley.messaging.BrokerUri;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What a URI says.
 *
 * @param exchange that topics are published to
 * @param existing whether the exchange must be there, rather than being ours to declare
 * @param management where the management API is asked, in this order; empty if it is not
 * @param heartbeatSeconds how often either side shows that it lives; a dead peer is noticed after two of them
 * @param shown the URI without secrets
 */
record Settings(
        List<Address> servers,
        boolean tls,
        String user,
        Secret password,
        String virtualHost,
        String exchange,
        BuiltinExchangeType exchangeType,
        boolean existing,
        List<URI> management,
        int heartbeatSeconds,
        String shown) {

    static final String PLAIN = "amqp";
    static final String TLS = "amqps";
    static final String DEFAULT_EXCHANGE = "parley";

    private static final String EXCHANGE = "exchange";
    private static final String EXCHANGE_TYPE = "exchange-type";
    private static final String HEARTBEAT = "heartbeat";
    private static final Set<String> KNOWN = Set.of(EXCHANGE, EXCHANGE_TYPE, HEARTBEAT, ManagementAddresses.OPTION);
    private static final int MAX_HEARTBEAT = 600;
    // Names of queues are made of it, and those have 255 bytes.
    private static final int MAX_EXCHANGE = 100;

    /** What is not shown by accident. */
    record Secret(String text) {
        @Override
        public String toString() {
            return "***";
        }
    }

    static Settings of(BrokerUri uri) {
        uri.checkParameters(KNOWN);
        boolean tls = uri.scheme().equals(TLS);
        List<Address> servers = servers(uri, tls ? 5671 : 5672);
        return new Settings(
                servers,
                tls,
                uri.user().orElse("guest"),
                new Secret(uri.password().orElse("guest")),
                // Neither "amqp://host" nor "amqp://host/" means the virtual host with the empty name.
                uri.path().isEmpty() ? "/" : uri.path(),
                exchange(uri),
                exchangeType(uri),
                uri.parameter(EXCHANGE).isPresent(),
                ManagementAddresses.of(uri, servers),
                (int) uri.number(HEARTBEAT, 1, MAX_HEARTBEAT, 10),
                uri.toString());
    }

    /** The servers' addresses for people. */
    String where() {
        return String.join(", ", servers.stream().map(Address::toString).toList());
    }

    private static List<Address> servers(BrokerUri uri, int otherwise) {
        List<Address> servers = new ArrayList<>();
        for (String host : uri.hosts()) {
            Address address = Address.parseAddress(host);
            servers.add(new Address(address.getHost(), address.getPort() < 0 ? otherwise : address.getPort()));
        }
        if (servers.isEmpty()) {
            throw new IllegalArgumentException(
                    uri + " names no server: expected " + uri.scheme() + "://HOST[:PORT][,HOST...][/VIRTUAL-HOST]");
        }
        return List.copyOf(servers);
    }

    private static String exchange(BrokerUri uri) {
        String name = uri.parameter(EXCHANGE).orElse(DEFAULT_EXCHANGE);
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (bytes == 0 || bytes > MAX_EXCHANGE) {
            throw new IllegalArgumentException(
                    "option exchange of %s must have 1 to %d bytes, but has %d".formatted(uri, MAX_EXCHANGE, bytes));
        }
        return name;
    }

    private static BuiltinExchangeType exchangeType(BrokerUri uri) {
        Optional<String> given = uri.parameter(EXCHANGE_TYPE);
        if (given.isPresent() && uri.parameter(EXCHANGE).isEmpty()) {
            throw new IllegalArgumentException(
                    "option exchange-type of %s says how the exchange of option exchange is declared, which is missing"
                            .formatted(uri));
        }
        return switch (given.orElse("topic").toLowerCase(Locale.ROOT)) {
            case "topic" -> BuiltinExchangeType.TOPIC;
            case "fanout" -> BuiltinExchangeType.FANOUT;
            case "direct" -> BuiltinExchangeType.DIRECT;
            default ->
                throw new IllegalArgumentException(
                        "option exchange-type of %s must be topic, fanout or direct, but is \"%s\""
                                .formatted(uri, given.orElse("")));
        };
    }
}
