package dev.parley.discovery.etcd;

import dev.parley.discovery.RegistryUri;
import dev.parley.http.ClientTls;
import dev.parley.http.TlsIdentity;
import dev.parley.http.TlsTrust;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Where etcd is and how it is spoken to. */
record EtcdSettings(List<String> endpoints, String prefix, boolean secure, ClientTls tls, Optional<Login> login) {

    private static final int DEFAULT_PORT = 2379;
    private static final Set<String> KNOWN = Set.of("prefix", "secure");

    /** Who asks. */
    record Login(String user, String password) {
        @Override
        public String toString() {
            return "Login[" + user + "]"; // never the password
        }
    }

    static EtcdSettings of(RegistryUri uri, Map<String, String> environment) {
        Set<String> unknown = new TreeSet<>(uri.parameters().keySet());
        unknown.removeAll(KNOWN);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("etcd knows the options prefix and secure, but " + uri + " has "
                    + unknown + (unknown.contains("tls") ? "; TLS to etcd itself is secure=true" : ""));
        }
        List<String> endpoints = new ArrayList<>();
        for (String each : uri.authority().split(",", -1)) {
            endpoints.add(endpoint(uri.authority().isEmpty() ? "127.0.0.1" : each.strip(), uri));
        }
        boolean secure = secure(uri);
        return new EtcdSettings(
                List.copyOf(endpoints),
                prefix(uri),
                secure,
                secure ? tls(environment) : ClientTls.defaults(),
                login(environment));
    }

    private static String endpoint(String text, RegistryUri uri) {
        int bracket = text.lastIndexOf(']');
        int colon = text.indexOf(':', Math.max(0, bracket));
        String host = colon < 0 ? text : text.substring(0, colon);
        int port = DEFAULT_PORT;
        if (colon >= 0) {
            String digits = text.substring(colon + 1);
            port = digits.matches("[0-9]{1,5}") ? Integer.parseInt(digits) : -1;
        }
        boolean literal = bracket > 1 && host.charAt(0) == '[' && bracket == host.length() - 1;
        if (port < 1 || port > 65_535 || host.isEmpty() || !(literal || bracket < 0)) {
            throw new IllegalArgumentException(
                    "etcd's address must be host:port with a port from 1 to 65535, several with"
                            + " commas between, but " + uri + " names \"" + text + '"');
        }
        return host + ':' + port;
    }

    private static String prefix(RegistryUri uri) {
        String prefix = uri.parameter("prefix").orElse("/services");
        while (prefix.endsWith("/")) {
            prefix = prefix.substring(0, prefix.length() - 1);
        }
        if (prefix.isEmpty() || prefix.chars().anyMatch(c -> c <= ' ' || c == 0x7f)) {
            throw new IllegalArgumentException("option prefix of " + uri
                    + " must be a key without spaces and control characters, such as /services, but is \""
                    + uri.parameter("prefix").orElse("") + '"');
        }
        return prefix;
    }

    private static boolean secure(RegistryUri uri) {
        String secure = uri.parameter("secure").orElse("false");
        return switch (secure) {
            case "true" -> true;
            case "false" -> false;
            default ->
                throw new IllegalArgumentException(
                        "option secure of " + uri + " must be true or false, but is \"" + secure + '"');
        };
    }

    private static ClientTls tls(Map<String, String> environment) {
        ClientTls tls = ClientTls.defaults();
        String authorities = environment.getOrDefault("ETCDCTL_CACERT", "");
        if (!authorities.isEmpty()) {
            tls = tls.withTrust(TlsTrust.pem(Path.of(authorities)));
        }
        String chain = environment.getOrDefault("ETCDCTL_CERT", "");
        String key = environment.getOrDefault("ETCDCTL_KEY", "");
        if (chain.isEmpty() != key.isEmpty()) {
            throw new IllegalArgumentException("ETCDCTL_CERT and ETCDCTL_KEY must be set together, but only "
                    + (chain.isEmpty() ? "ETCDCTL_KEY" : "ETCDCTL_CERT") + " is");
        }
        return chain.isEmpty() ? tls : tls.withIdentity(TlsIdentity.pem(Path.of(chain), Path.of(key)));
    }

    private static Optional<Login> login(Map<String, String> environment) {
        String user = environment.getOrDefault("ETCDCTL_USER", "");
        String password = environment.getOrDefault("ETCDCTL_PASSWORD", "");
        int colon = user.indexOf(':');
        if (password.isEmpty() && colon >= 0) {
            password = user.substring(colon + 1);
            user = user.substring(0, colon);
        }
        if (user.isEmpty()) {
            if (!password.isEmpty()) {
                throw new IllegalArgumentException("ETCDCTL_PASSWORD is set, but ETCDCTL_USER, whose it is, is not");
            }
            return Optional.empty();
        }
        if (password.isEmpty()) {
            throw new IllegalArgumentException(
                    "ETCDCTL_USER is set to " + user + ", but its password is not: set ETCDCTL_PASSWORD");
        }
        return Optional.of(new Login(user, password));
    }
}
