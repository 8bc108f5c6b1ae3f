package dev.parley.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Map;

/**
 * Where a client's requests go: what a base URL says, or the environment for a name. Immutable.
 *
 * @param scheme {@code http} or {@code https}
 * @param authority host, and port if it is not the scheme's
 * @param prefix what stands before the path of each request; empty, or with a slash ahead and none behind
 */
public record ServiceAddress(String scheme, String authority, String prefix) {

    /** An address for a transport that needs none: {@code target} is a URL, or the name that stands for a host. */
    public static ServiceAddress named(String target) {
        return target.contains("://") ? parse(target, "target") : new ServiceAddress("http", target, "");
    }

    /**
     * The address that a base URL says.
     *
     * @throws IllegalArgumentException if it is not one; the message names no user or password
     */
    public static ServiceAddress url(String url) {
        return parse(url, "base URL");
    }

    /**
     * The address of {@code target}: itself if it is a URL, otherwise that in the variable {@link #variable} of {@code
     * environment}.
     *
     * @throws IllegalArgumentException if it is neither a URL nor a name with one in the environment; the message names
     *     the variable, and no user or password of a URL
     */
    public static ServiceAddress of(String target, Map<String, String> environment) {
        if (target.contains("://")) {
            return parse(target, "target");
        }
        String variable = variable(target);
        String url = environment.get(variable);
        if (url == null || url.isBlank()) {
            throw new IllegalArgumentException("no address for service " + target + ": set " + variable
                    + " to its URL, such as http://localhost:8080");
        }
        return parse(url.trim(), variable);
    }

    /**
     * The variable that holds the URL of a service: {@code INVENTORY_SERVICE_URL} for {@code inventory-service}.
     *
     * @throws IllegalArgumentException if this is no service's name
     */
    public static String variable(String service) {
        if (!service.matches("[A-Za-z][A-Za-z0-9._-]*")) {
            throw new IllegalArgumentException(
                    "target must be http://host:port or the name of a service, but is \"" + withoutUser(service) + '"');
        }
        return service.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_") + "_URL";
    }

    private static ServiceAddress parse(String url, String what) {
        try {
            URI uri = new URI(url);
            String scheme = uri.getScheme();
            String authority = uri.getRawAuthority();
            boolean known = "http".equals(scheme) || "https".equals(scheme);
            if (known
                    && authority != null
                    && uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null) {
                String path = uri.getRawPath() == null ? "" : uri.getRawPath();
                return new ServiceAddress(scheme, authority, path.replaceAll("/+$", ""));
            }
        } catch (URISyntaxException e) {
            // Without its cause, which quotes the whole URL.
            throw new IllegalArgumentException(message(url, what) + ": " + e.getReason());
        }
        throw new IllegalArgumentException(message(url, what));
    }

    private static String message(String url, String what) {
        return what + " must be a URL such as http://host:port, but is \"" + withoutUser(url) + '"';
    }

    private static String withoutUser(String url) {
        return url.replaceFirst("//.*@", "//***@");
    }
}
