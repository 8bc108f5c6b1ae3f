package dev.parley.discovery;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a {@code dns:} URI says.
 *
 * @param server whom to ask; the system's servers if empty
 * @param port of services that name none
 */
record DnsOptions(Optional<Server> server, OptionalInt port, Family family) {

    private static final int DNS_PORT = 53;
    private static final Set<String> KNOWN = Set.of("port", "family");

    /** A server by its name or address. */
    record Server(String host, int port) {}

    /** Which addresses of a name count. */
    enum Family {
        /** Those of version 4; if there are none, those of version 6. */
        EITHER,
        IPV4,
        IPV6,
        BOTH
    }

    static DnsOptions parse(RegistryUri uri) {
        Set<String> unknown = new TreeSet<>(uri.parameters().keySet());
        unknown.removeAll(KNOWN);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    "dns: knows the options " + new TreeSet<>(KNOWN) + " only, but " + uri + " has " + unknown);
        }
        return new DnsOptions(
                uri.authority().isEmpty() ? Optional.empty() : Optional.of(server(uri)),
                uri.parameter("port")
                        .map(text -> OptionalInt.of(DnsQuestion.port("option port of " + uri, text)))
                        .orElse(OptionalInt.empty()),
                uri.parameter("family").map(text -> family(uri, text)).orElse(Family.EITHER));
    }

    private static Server server(RegistryUri uri) {
        String text = uri.authority();
        if (text.indexOf(':') != text.lastIndexOf(':') && !text.startsWith("[")) {
            throw new IllegalArgumentException("the server of " + uri
                    + " must be a name or an address, of version 6 in brackets, such as dns://[2001:db8::1]:53/");
        }
        int colon = text.lastIndexOf(':') > text.lastIndexOf(']') ? text.lastIndexOf(':') : -1;
        String host = colon < 0 ? text : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        if (host.isEmpty() || host.indexOf('[') >= 0 || host.indexOf(',') >= 0) {
            throw new IllegalArgumentException(
                    "the server of " + uri + " must be one name or address, but is \"" + text + '"');
        }
        return new Server(
                host,
                colon < 0 ? DNS_PORT : DnsQuestion.port("the server's port of " + uri, text.substring(colon + 1)));
    }

    private static Family family(RegistryUri uri, String text) {
        return switch (text) {
            case "ipv4" -> Family.IPV4;
            case "ipv6" -> Family.IPV6;
            case "both" -> Family.BOTH;
            default ->
                throw new IllegalArgumentException(
                        "option family of " + uri + " must be ipv4, ipv6 or both, but is \"" + text + '"');
        };
    }
}
