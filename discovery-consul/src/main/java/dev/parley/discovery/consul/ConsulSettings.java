package dev.parley.discovery.consul;

import dev.parley.discovery.RegistryUri;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What a URI and the environment say. Its text holds no token. */
record ConsulSettings(
        String scheme,
        String authority,
        String token,
        Optional<String> authorities,
        String dc,
        List<String> tags,
        boolean passing,
        String near) {

    private static final int PORT = 8500;
    private static final Set<String> OPTIONS = Set.of("dc", "tag", "passing", "near");

    static ConsulSettings of(RegistryUri uri, Map<String, String> environment) {
        Set<String> unknown = new TreeSet<>(uri.parameters().keySet());
        unknown.removeAll(OPTIONS);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(uri.registry() + " has unknown options " + unknown + "; known are "
                    + new TreeSet<>(OPTIONS) + ", and a token comes from CONSUL_HTTP_TOKEN");
        }
        String address = uri.authority();
        boolean tls = uri.scheme().equals("consul+https");
        String source = uri.registry().toString();
        if (address.isEmpty()) {
            address = environment.getOrDefault("CONSUL_HTTP_ADDR", "").strip();
            source = "CONSUL_HTTP_ADDR";
            String lower = address.toLowerCase(Locale.ROOT);
            if (lower.startsWith("https://")) {
                tls = true;
                address = address.substring("https://".length());
            } else if (lower.startsWith("http://")) {
                address = address.substring("http://".length());
            }
            if (address.endsWith("/")) {
                address = address.substring(0, address.length() - 1);
            }
            if (address.isEmpty()) {
                address = "127.0.0.1:" + PORT;
            }
        }
        tls |= Boolean.parseBoolean(environment.getOrDefault("CONSUL_HTTP_SSL", ""));
        String passing = uri.parameter("passing").orElse("true");
        if (!passing.equals("true") && !passing.equals("false")) {
            throw new IllegalArgumentException(
                    "option passing of " + uri.registry() + " must be true or false, but is \"" + passing + '"');
        }
        return new ConsulSettings(
                tls ? "https" : "http",
                authority(address, source),
                environment.getOrDefault("CONSUL_HTTP_TOKEN", "").strip(),
                Optional.ofNullable(environment.get("CONSUL_CACERT")).filter(path -> !path.isBlank()),
                named("dc", uri),
                tags(uri),
                passing.equals("true"),
                named("near", uri));
    }

    private static String named(String option, RegistryUri uri) {
        String value = uri.parameter(option).orElse("");
        if (uri.parameter(option).isPresent() && value.isBlank()) {
            throw new IllegalArgumentException("option " + option + " of " + uri.registry() + " must not be empty");
        }
        return value;
    }

    private static List<String> tags(RegistryUri uri) {
        String value = named("tag", uri);
        List<String> tags = value.isEmpty() ? List.of() : List.of(value.split(",", -1));
        if (tags.stream().anyMatch(String::isBlank)) {
            throw new IllegalArgumentException("option tag of " + uri.registry()
                    + " must be tags parted by commas, none of them empty, but is \"" + value + '"');
        }
        return tags;
    }

    private static String authority(String address, String source) {
        String host = address;
        int port = PORT;
        int colon = address.lastIndexOf(':');
        boolean bracketed = address.startsWith("[");
        if (colon > address.lastIndexOf(']') && (bracketed || address.indexOf(':') == colon)) {
            host = address.substring(0, colon);
            try {
                port = Integer.parseInt(address.substring(colon + 1));
            } catch (NumberFormatException e) {
                port = 0;
            }
        }
        boolean good = bracketed ? host.matches("\\[[0-9A-Fa-f:.%a-z]+]") : host.matches("[A-Za-z0-9._-]+");
        if (!good || port < 1 || port > 65_535) {
            throw new IllegalArgumentException("the address of Consul in " + source
                    + " must be host or host:port with a port from 1 to 65535, but is \"" + address + '"');
        }
        return host + ':' + port;
    }

    @Override
    public String toString() {
        return "consul" + (scheme.equals("https") ? "+https" : "") + "://" + authority;
    }
}
