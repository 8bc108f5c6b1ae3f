package dev.parley.rpc;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Map;

/**
 * Where a channel's requests go.
 *
 * @param prefix what stands before the path of each method; empty, or with a slash ahead and none behind
 */
record ServiceAddress(String scheme, String authority, String prefix) {

    /** An address for a transport that needs none. */
    static ServiceAddress named(String name) {
        return name.contains("://") ? parse(name, "target") : new ServiceAddress("http", name, "");
    }

    static ServiceAddress of(String target, Map<String, String> environment) {
        if (target.contains("://")) {
            return parse(target, "target");
        }
        if (!target.matches("[A-Za-z][A-Za-z0-9._-]*")) {
            throw new IllegalArgumentException(
                    "target must be http://host:port or the name of a service, but is \"" + target + '"');
        }
        String variable = target.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_") + "_URL";
        String url = environment.get(variable);
        if (url == null || url.isBlank()) {
            throw new IllegalArgumentException("no address for service " + target + ": set " + variable
                    + " to its URL, such as http://localhost:8080");
        }
        return parse(url.trim(), variable);
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
            throw new IllegalArgumentException(message(url, what) + ": " + e.getReason(), e);
        }
        throw new IllegalArgumentException(message(url, what));
    }

    private static String message(String url, String what) {
        return what + " must be a URL such as http://host:port, but is \"" + url + '"';
    }
}
