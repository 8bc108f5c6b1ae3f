package dev.parley.messaging.rabbitmq;

import com.rabbitmq.client.Address;
import dev.parley.messaging.BrokerUri;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads the option that says where the management API is. */
final class ManagementAddresses {
    static final String OPTION = "management";

    private static final int MAX_PORT = 65_535;

    private ManagementAddresses() {}

    /**
     * Where to ask, in this order; empty without the option. A port is one of the servers' own, each of which answers for its cluster; a URL
     * is for what stands in front of them.
     *
     * @throws IllegalArgumentException if it is neither; no secret is in the message
     */
    static List<URI> of(BrokerUri uri, List<Address> servers) {
        Optional<String> given = uri.parameter(OPTION);
        boolean tls = uri.scheme().equals(Settings.TLS);
        if (given.isEmpty()) {
            return List.of();
        }
        if (given.get().matches("[0-9]+")) {
            long port = uri.number(OPTION, 1, MAX_PORT, 0);
            return servers.stream()
                    .map(server -> URI.create((tls ? "https" : "http") + "://" + server.getHost() + ':' + port))
                    .toList();
        }
        URI url = url(uri, given.get());
        if (tls && !url.getScheme().equalsIgnoreCase("https") && !isLoopback(url.getHost())) {
            // The password goes there, too.
            throw new IllegalArgumentException("option management of %s must be a port or an https:// URL, since %s is"
                    .formatted(uri, Settings.TLS));
        }
        return List.of(url);
    }

    private static URI url(BrokerUri uri, String given) {
        try {
            URI url = new URI(given.endsWith("/") ? given.substring(0, given.length() - 1) : given);
            String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
            if ((scheme.equals("http") || scheme.equals("https"))
                    && url.getHost() != null
                    && url.getRawUserInfo() == null
                    && url.getRawQuery() == null
                    && url.getRawFragment() == null) {
                return url;
            }
        } catch (URISyntaxException e) {
            // What it says has the text, which may hold a password.
        }
        throw new IllegalArgumentException(
                "option management of %s must be a port such as 15672, or a URL http://HOST:PORT; user and password are those of %s"
                        .formatted(uri, uri.scheme()));
    }

    private static boolean isLoopback(String host) {
        return host.equalsIgnoreCase("localhost") || host.matches("127(\\.[0-9]{1,3}){3}") || host.equals("[::1]");
    }
}
