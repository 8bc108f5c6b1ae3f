package dev.parley.discovery.kubernetes;

import dev.parley.discovery.RegistryUri;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** What a {@code k8s:} URI says. */
record KubernetesUri(Optional<String> namespace, Optional<WantedPort> port, Optional<String> context) {

    private static final Set<String> KNOWN = Set.of("context", "namespace", "port");
    /** RFC 1123; namespaces and services are such. */
    static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

    private static final Pattern PORT_NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

    static KubernetesUri parse(RegistryUri uri) {
        Set<String> unknown = new TreeSet<>(uri.parameters().keySet());
        unknown.removeAll(KNOWN);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    "k8s: knows the options " + new TreeSet<>(KNOWN) + " only, but " + uri + " has " + unknown);
        }
        if (!uri.authority().isEmpty()) {
            throw new IllegalArgumentException(
                    "k8s: must name no server, as in k8s:///user-service (the kubeconfig or the"
                            + " service account does), but " + uri + " names \"" + uri.authority() + '"');
        }
        uri.parameter("namespace").ifPresent(namespace -> {
            if (!LABEL.matcher(namespace).matches()) {
                throw new IllegalArgumentException("option namespace of " + uri
                        + " must be 1 to 63 lower-case letters, digits and hyphens, but is \"" + namespace + '"');
            }
        });
        return new KubernetesUri(
                uri.parameter("namespace"),
                uri.parameter("port").map(text -> port(uri, text)),
                uri.parameter("context"));
    }

    private static WantedPort port(RegistryUri uri, String text) {
        if (text.chars().allMatch(c -> c >= '0' && c <= '9') && text.length() < 10 && !text.isEmpty()) {
            int number = Integer.parseInt(text);
            if (number >= 1 && number <= 65_535) {
                return new WantedPort.Numbered(number);
            }
        } else if (PORT_NAME.matcher(text).matches()) {
            return new WantedPort.Named(text);
        }
        throw new IllegalArgumentException("option port of " + uri
                + " must be the name of a port or a number between 1 and 65535, but is \"" + text + '"');
    }

    /** Which port of a service. */
    sealed interface WantedPort {
        /** By its name in the service. */
        record Named(String name) implements WantedPort {
            @Override
            public String toString() {
                return "named \"" + name + '"';
            }
        }

        /** By its number at the pods. */
        record Numbered(int number) implements WantedPort {
            @Override
            public String toString() {
                return "number " + number;
            }
        }
    }
}
