package dev.parley.discovery;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a registry is, and which service is meant: {@code consul://127.0.0.1:8500/inventory-service?tag=v2}. Immutable.
 *
 * @param scheme which kind of registry; lower case
 * @param authority where it is, {@code host:port}; empty for the default of its kind
 * @param service the service's name; empty if the URI names the registry only
 * @param parameters its options, decoded, in their order
 */
public record RegistryUri(String scheme, String authority, String service, Map<String, String> parameters) {

    private static final Pattern USER = Pattern.compile("^([^:]*:(?://)?)[^?]*@", Pattern.DOTALL);
    private static final Pattern SECRET =
            Pattern.compile("([?&][^=&]*(?:token|passw|secret|key|auth|cred)[^=&]*=)[^&]*", Pattern.CASE_INSENSITIVE);

    /** Copies the parameters. */
    public RegistryUri {
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }

    /**
     * Reads {@code scheme://authority/service?name=value&...}, or {@code scheme:authority} ({@code static:a:1,b:2}).
     *
     * @throws IllegalArgumentException if it is neither; the message names no user or password
     */
    public static RegistryUri parse(String uri) {
        int colon = uri.indexOf(':');
        if (colon < 1 || !uri.substring(0, colon).matches("[a-z][a-z0-9+.-]*")) {
            throw new IllegalArgumentException(
                    "a registry's URI must begin with its scheme, such as consul://127.0.0.1:8500/user-service, but is \""
                            + shown(uri) + '"');
        }
        String scheme = uri.substring(0, colon);
        String rest = uri.substring(colon + 1);
        int query = rest.indexOf('?');
        Map<String, String> parameters = query < 0 ? Map.of() : parameters(uri, rest.substring(query + 1));
        String path = query < 0 ? rest : rest.substring(0, query);
        int end = path.startsWith("//") ? path.indexOf('/', 2) : -1;
        if ((end < 0 ? path : path.substring(0, end)).contains("@")) {
            throw new IllegalArgumentException(
                    "a registry's URI must not hold a user or a password; give a token by the"
                            + " options or the environment: \"" + shown(uri) + '"');
        }
        if (!path.startsWith("//")) {
            return new RegistryUri(scheme, decoded(uri, path), "", parameters);
        }
        int slash = path.indexOf('/', 2);
        String authority = slash < 0 ? path.substring(2) : path.substring(2, slash);
        String service = slash < 0 ? "" : path.substring(slash + 1);
        return new RegistryUri(scheme, authority, decoded(uri, service), parameters);
    }

    private static Map<String, String> parameters(String uri, String query) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String each : query.split("&", -1)) {
            int equals = each.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("option \""
                        + shown('?' + each).substring(1) + "\" of \"" + shown(uri) + "\" must be name=value");
            }
            String name = decoded(uri, each.substring(0, equals));
            if (parameters.put(name, decoded(uri, each.substring(equals + 1))) != null) {
                throw new IllegalArgumentException("option " + name + " of \"" + shown(uri) + "\" is given twice");
            }
        }
        return parameters;
    }

    private static String decoded(String uri, String part) {
        try {
            return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "a % in \"" + shown(uri) + "\" must be followed by two hexadecimal digits", e);
        }
    }

    /** Without what may be a secret: a user, a password, and the values of options whose names sound like one. */
    private static String shown(String uri) {
        return USER.matcher(SECRET.matcher(uri).replaceAll("$1***")).replaceFirst("$1***@");
    }

    /** An option, if it is given. */
    public Optional<String> parameter(String name) {
        return Optional.ofNullable(parameters.get(name));
    }

    /** The same registry without a service's name. */
    public RegistryUri registry() {
        return new RegistryUri(scheme, authority, "", parameters);
    }

    /** Without the parameters, of which one may be a secret. */
    @Override
    public String toString() {
        return scheme + "://" + authority + (service.isEmpty() ? "" : '/' + service);
    }
}
