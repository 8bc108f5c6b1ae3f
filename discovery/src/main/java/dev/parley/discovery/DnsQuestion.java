package dev.parley.discovery;

import dev.parley.CallException;
import dev.parley.Code;
import java.util.OptionalInt;
import org.xbill.DNS.Name;
import org.xbill.DNS.TextParseException;

/** What the name of a service asks of DNS. */
sealed interface DnsQuestion {

    int MOST_PORT = 65_535;

    /** The addresses of a host, which is a name or an address itself. */
    record Host(String host, int port) implements DnsQuestion {}

    /** SRV records. */
    record Service(Name name) implements DnsQuestion {}

    /**
     * Reads {@code host:port}, {@code host} or {@code _service._protocol.name}.
     *
     * @param port of a host without one
     */
    static DnsQuestion parse(String service, OptionalInt port) {
        if (service.startsWith("_")) {
            if (service.indexOf(':') >= 0) {
                throw malformed("\"" + service + "\" must have no port: SRV records bring theirs");
            }
            return new Service(name(service));
        }
        int colon = service.lastIndexOf(':') > service.lastIndexOf(']') ? service.lastIndexOf(':') : -1;
        String host = colon < 0 ? service : service.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0 || host.isEmpty()) {
            throw malformed(
                    "\"" + service + "\" must be name:port, an address of version 6 in brackets, or an SRV name");
        }
        if (colon < 0 && port.isEmpty()) {
            throw malformed("\"" + service + "\" must have a port, such as " + service
                    + ":8080, as DNS knows none for it; or be an SRV name, such as _grpc._tcp." + service);
        }
        try {
            return new Host(
                    host,
                    colon < 0
                            ? port.orElseThrow()
                            : port("the port of \"" + service + '"', service.substring(colon + 1)));
        } catch (IllegalArgumentException e) {
            throw malformed(e.getMessage());
        }
    }

    /** Names that are not DNS's are the caller's mistake. */
    static Name name(String text) {
        try {
            return Name.fromString(text);
        } catch (TextParseException e) {
            throw malformed("\"" + text + "\" must be a name of DNS (labels of up to 63 characters, 255 in all): "
                    + e.getMessage());
        }
    }

    /** A port of 1 to 65535. */
    static int port(String what, String text) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 1 && port <= MOST_PORT) {
                return port;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException(what + " must be between 1 and " + MOST_PORT + ", but is \"" + text + '"');
    }

    private static CallException malformed(@org.jspecify.annotations.Nullable String message) {
        return new CallException(Code.INVALID_ARGUMENT, "the DNS name of a service: " + message);
    }
}
