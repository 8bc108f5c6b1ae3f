package dev.parley.discovery;

import dev.parley.http.ServiceAddress;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a client is pointed at: a server by its URL, or a service by its name in a registry. Immutable.
 *
 * @param address what requests are addressed to; for a service in a registry its name
 * @param registry where the service's endpoints are looked up; empty for a URL
 */
public record ServiceTarget(ServiceAddress address, Optional<RegistryUri> registry) {

    /** The option of a registry's URI that says whether its instances are called over TLS; {@code false} without it. */
    public static final String TLS = "tls";

    /** What a static list is called that no name stands for. */
    private static final String UNNAMED = "static";

    /**
     * Reads a target: {@code http://...}, {@code https://...}, a registry's URI such as {@code
     * consul://127.0.0.1:8500/inventory-service}, or the name of a service, whose target is then in {@code environment}:
     * {@code INVENTORY_SERVICE_URL}.
     *
     * @throws IllegalArgumentException if it is none of these
     */
    public static ServiceTarget of(String target, Map<String, String> environment) {
        String found = target;
        if (!isUri(target)) {
            String url = environment.get(ServiceAddress.variable(target));
            found = url == null ? "" : url.strip();
        }
        return isUri(found) && !isHttp(found)
                ? discovered(RegistryUri.parse(found))
                : new ServiceTarget(ServiceAddress.of(target, environment), Optional.empty());
    }

    /**
     * As {@link #of}, of what must be a URL or a registry's URI.
     *
     * @throws IllegalArgumentException if it is neither
     */
    public static ServiceTarget url(String url) {
        return isUri(url) && !isHttp(url)
                ? discovered(RegistryUri.parse(url))
                : new ServiceTarget(ServiceAddress.url(url), Optional.empty());
    }

    private static boolean isUri(String target) {
        return target.contains("://") || target.startsWith("static:");
    }

    private static boolean isHttp(String target) {
        return target.regionMatches(true, 0, "http://", 0, 7) || target.regionMatches(true, 0, "https://", 0, 8);
    }

    private static ServiceTarget discovered(RegistryUri uri) {
        Map<String, String> parameters = new TreeMap<>(uri.parameters());
        String tls = parameters.remove(TLS);
        if (tls != null && !tls.equals("true") && !tls.equals("false")) {
            throw new IllegalArgumentException(
                    "option tls of " + uri + " must be true or false, but is \"" + tls + '"');
        }
        String service = uri.service();
        if (service.isEmpty() && uri.scheme().equals("static")) {
            service = UNNAMED;
        }
        if (service.isEmpty() && !ServiceRegistry.schemes().contains(uri.scheme())) {
            throw new IllegalArgumentException(
                    "base URL must be a URL such as http://host:port, or a service in a registry ("
                            + String.join(", ", ServiceRegistry.schemes()) + "), but is \"" + uri.scheme() + "://"
                            + uri.authority() + '"');
        }
        if (service.isEmpty()) {
            throw new IllegalArgumentException(
                    "target " + uri + " names no service; expected one behind the registry, such as " + uri.scheme()
                            + "://" + uri.authority() + "/user-service");
        }
        String authority = service.indexOf('/') < 0 ? service : service.substring(service.lastIndexOf('/') + 1);
        return new ServiceTarget(
                new ServiceAddress("true".equals(tls) ? "https" : "http", authority, ""),
                Optional.of(new RegistryUri(uri.scheme(), uri.authority(), service, parameters)));
    }
}
