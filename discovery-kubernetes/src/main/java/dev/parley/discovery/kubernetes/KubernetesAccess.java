package dev.parley.discovery.kubernetes;

import dev.parley.discovery.RegistryOptions;
import io.fabric8.kubernetes.api.model.AuthInfo;
import io.fabric8.kubernetes.api.model.NamedAuthInfo;
import io.fabric8.kubernetes.api.model.NamedCluster;
import io.fabric8.kubernetes.api.model.NamedContext;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.OAuthTokenProvider;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the API server is, and who asks it.
 *
 * @param namespace of services that name none
 */
record KubernetesAccess(Config config, String namespace) {

    private static final String DEFAULT_NAMESPACE = "default";

    static KubernetesAccess find(Optional<String> context, RegistryOptions options, Path serviceAccount) {
        Map<String, String> environment = options.environment();
        String kubeconfig = environment.getOrDefault("KUBECONFIG", "");
        if (!kubeconfig.isBlank()) {
            for (String each : kubeconfig.split(File.pathSeparator, -1)) {
                if (!each.isBlank() && Files.isRegularFile(Path.of(each))) {
                    return ofKubeconfig(Path.of(each), context, options);
                }
            }
            throw new IllegalArgumentException("KUBECONFIG must name a file, but there is none at " + kubeconfig);
        }
        String host = environment.getOrDefault("KUBERNETES_SERVICE_HOST", "");
        if (!host.isBlank()) {
            return inCluster(host, environment.getOrDefault("KUBERNETES_SERVICE_PORT", "443"), options, serviceAccount);
        }
        String home = environment.getOrDefault("HOME", "");
        Path ofHome = Path.of(home, ".kube", "config");
        if (!home.isBlank() && Files.isRegularFile(ofHome)) {
            return ofKubeconfig(ofHome, context, options);
        }
        throw new IllegalArgumentException(
                "k8s: finds no cluster: there is neither KUBECONFIG nor KUBERNETES_SERVICE_HOST"
                        + " in the environment, nor a file " + ofHome);
    }

    // ---- in the cluster

    private static KubernetesAccess inCluster(String host, String port, RegistryOptions options, Path serviceAccount) {
        Path token = serviceAccount.resolve("token");
        if (!Files.isRegularFile(token)) {
            throw new IllegalArgumentException(
                    "KUBERNETES_SERVICE_HOST says that this runs in a cluster, but there is no"
                            + " service account's token at " + token + " (automountServiceAccountToken: false?)");
        }
        Path authority = serviceAccount.resolve("ca.crt");
        Config config = Config.empty();
        config.setMasterUrl("https://" + (host.indexOf(':') >= 0 ? '[' + host + ']' : host) + ':' + port + '/');
        if (Files.isRegularFile(authority)) {
            config.setCaCertFile(authority.toString());
        }
        config.setOauthTokenProvider(tokenIn(token));
        Path namespace = serviceAccount.resolve("namespace");
        return new KubernetesAccess(
                with(config, options), Files.isRegularFile(namespace) ? read(namespace) : DEFAULT_NAMESPACE);
    }

    /** Read each time: the kubelet puts another there before it expires. */
    private static OAuthTokenProvider tokenIn(Path file) {
        return () -> read(file);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("could not read " + file + ": " + e.getMessage(), e);
        }
    }

    // ---- by kubeconfig

    private static KubernetesAccess ofKubeconfig(Path file, Optional<String> asked, RegistryOptions options) {
        io.fabric8.kubernetes.api.model.Config read = parsed(file);
        String context = asked.orElse(Objects.requireNonNullElse(read.getCurrentContext(), ""));
        NamedContext named = list(read.getContexts()).stream()
                .filter(each -> context.equals(each.getName()) && each.getContext() != null)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("kubeconfig " + file + " has no context \"" + context
                        + "\", only "
                        + list(read.getContexts()).stream()
                                .map(NamedContext::getName)
                                .toList()));
        checkCluster(file, read, context, named.getContext().getCluster());
        AuthInfo user = user(read, named.getContext().getUser());
        if (user != null && user.getExec() != null) {
            throw new IllegalArgumentException("user \"" + named.getContext().getUser() + "\" of kubeconfig " + file
                    + " needs the program " + user.getExec().getCommand()
                    + " to log in (exec), which is not run here: give a kubeconfig with a token or a client certificate,"
                    + " such as that of a service account (kubectl create token)");
        }
        Config config = Config.fromKubeconfig(context, file.toFile());
        String tokenFile = user == null ? null : user.getTokenFile();
        if (tokenFile != null && !tokenFile.isEmpty()) {
            config.setOauthTokenProvider(tokenIn(file.toAbsolutePath().resolveSibling(tokenFile)));
        }
        String namespace = named.getContext().getNamespace();
        return new KubernetesAccess(
                with(config, options), namespace == null || namespace.isEmpty() ? DEFAULT_NAMESPACE : namespace);
    }

    private static io.fabric8.kubernetes.api.model.Config parsed(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return Serialization.unmarshal(in, io.fabric8.kubernetes.api.model.Config.class);
        } catch (IOException | RuntimeException e) {
            throw new IllegalArgumentException("kubeconfig " + file + " cannot be read: " + firstLine(e), e);
        }
    }

    private static String firstLine(Exception e) {
        return Objects.requireNonNullElse(e.getMessage(), e.toString())
                .lines()
                .findFirst()
                .orElse("");
    }

    private static void checkCluster(
            Path file, io.fabric8.kubernetes.api.model.Config read, String context, @Nullable String cluster) {
        boolean known = list(read.getClusters()).stream()
                .filter(each -> cluster != null && cluster.equals(each.getName()))
                .map(NamedCluster::getCluster)
                .anyMatch(each -> each != null
                        && each.getServer() != null
                        && !each.getServer().isEmpty());
        if (!known) {
            throw new IllegalArgumentException("kubeconfig " + file + " names no server for cluster \"" + cluster
                    + "\" of context \"" + context + '"');
        }
    }

    private static @Nullable AuthInfo user(io.fabric8.kubernetes.api.model.Config read, @Nullable String name) {
        for (NamedAuthInfo each : list(read.getUsers())) {
            if (name != null && name.equals(each.getName())) {
                return each.getUser();
            }
        }
        return null;
    }

    private static <T> List<T> list(@Nullable List<T> maybe) {
        return maybe == null ? List.of() : maybe;
    }

    /** Whoever asks tries again by itself, and sees to it that no wait is too long. */
    private static Config with(Config config, RegistryOptions options) {
        int timeout = Math.toIntExact(options.answerTimeout().toMillis());
        return new ConfigBuilder(config)
                .withRequestTimeout(timeout)
                .withConnectionTimeout(timeout)
                .withRequestRetryBackoffLimit(0)
                .withWatchReconnectLimit(0)
                // a connection of HTTP/1.1 that does not answer is closed, one of HTTP/2 would be used for the next
                // request as well
                .withHttp2Disable(true)
                .withUserAgent("parley")
                .build();
    }
}
