package dev.parley.discovery.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.discovery.RegistryOptions;
import dev.parley.discovery.RegistryUri;
import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.spi.RegistryBackend;
import dev.parley.http.ClientAuth;
import dev.parley.http.ServerTls;
import dev.parley.http.TlsIdentity;
import dev.parley.http.TlsTrust;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the API server is looked for, and how it is talked to; the server is a stand-in. */
class KubernetesAccessTest {

    @TempDir
    private Path folder;

    private X509Bundle authority;
    private ServerTls tls;

    @BeforeEach
    void certificates() throws Exception {
        authority = new CertificateBuilder()
                .ecp256()
                .subject("CN=test cluster")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        X509Bundle shown = signed("kube-apiserver");
        tls = ServerTls.of(TlsIdentity.of(shown.getKeyPair().getPrivate(), shown.getCertificatePath()));
    }

    private X509Bundle signed(String name) throws Exception {
        return new CertificateBuilder()
                .ecp256()
                .subject("CN=" + name)
                .addSanDnsName("localhost")
                .addSanIpAddress("127.0.0.1")
                .buildIssuedBy(authority);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void assertFound(RegistryBackend backend) throws Exception {
        assertThat(backend.query("pay", "", Duration.ZERO).instances())
                .extracting(ServiceInstance::host)
                .containsExactly("10.0.0.1");
    }

    private static ApiServer serving(ApiServer server) {
        server.listSays(200, ApiServer.list("10", ApiServer.slice("pay-a", "9", "10.0.0.1")));
        return server;
    }

    private RegistryBackend open(Map<String, String> environment) {
        return new KubernetesProvider(folder)
                .open(RegistryUri.parse("k8s:///"), RegistryOptions.defaults().withEnvironment(environment));
    }

    @Test
    void inAClusterByTheServiceAccount() throws Exception {
        try (ApiServer server = serving(ApiServer.start(tls))) {
            Files.writeString(folder.resolve("ca.crt"), authority.getCertificatePEM());
            Files.writeString(folder.resolve("namespace"), "shop");
            Files.writeString(folder.resolve("token"), "first\n");
            server.knowsOnly("Bearer first");
            try (RegistryBackend backend = open(Map.of(
                    "KUBERNETES_SERVICE_HOST",
                    "127.0.0.1",
                    "KUBERNETES_SERVICE_PORT",
                    Integer.toString(server.port())))) {
                assertFound(backend);
                // as the kubelet does
                Files.writeString(folder.resolve("token"), "second\n");
                server.knowsOnly("Bearer second");
                assertFound(backend);
            }
        }
    }

    @Test
    void aServerOfAnotherAuthorityIsNotTalkedTo() throws Exception {
        try (ApiServer server = serving(ApiServer.start(tls))) {
            X509Bundle other = new CertificateBuilder()
                    .ecp256()
                    .subject("CN=another")
                    .setIsCertificateAuthority(true)
                    .buildSelfSigned();
            try (RegistryBackend backend = open(ApiServer.kubeconfig(
                    folder,
                    "{server: \"https://127.0.0.1:" + server.port() + "\", certificate-authority-data: "
                            + base64(other.getCertificatePEM()) + '}',
                    "{token: secret}"))) {
                assertThatThrownBy(() -> backend.query("pay", "", Duration.ZERO))
                        .isInstanceOf(IOException.class);
                assertThat(server.asked()).isEmpty();
            }
        }
    }

    @Test
    void byClientCertificateOfAKubeconfig() throws Exception {
        ServerTls mutual = tls.withClientAuth(ClientAuth.REQUIRED, TlsTrust.of(authority.getCertificate()));
        X509Bundle me = new CertificateBuilder().rsa2048().subject("CN=me").buildIssuedBy(authority);
        try (ApiServer server = serving(ApiServer.start(mutual));
                RegistryBackend backend = open(ApiServer.kubeconfig(
                        folder,
                        "{server: \"https://127.0.0.1:" + server.port() + "\", certificate-authority-data: "
                                + base64(authority.getCertificatePEM()) + '}',
                        "{client-certificate-data: " + base64(me.getCertificatePathPEM()) + ", client-key-data: "
                                + base64(me.getPrivateKeyPEM()) + '}'))) {
            assertFound(backend);
        }
    }

    @Test
    void byTokenFileOfAKubeconfig() throws Exception {
        try (ApiServer server = serving(ApiServer.start())) {
            Files.writeString(folder.resolve("my-token"), "filed");
            server.knowsOnly("Bearer filed");
            try (RegistryBackend backend = open(ApiServer.kubeconfig(
                    folder, "{server: \"http://127.0.0.1:" + server.port() + "\"}", "{tokenFile: my-token}"))) {
                assertFound(backend);
            }
        }
    }

    @Test
    void byTheFileOfTheHome() throws Exception {
        try (ApiServer server = serving(ApiServer.start())) {
            Path home = Files.createDirectories(folder.resolve("home"));
            server.environment(Files.createDirectories(home.resolve(".kube")));
            try (RegistryBackend backend = open(Map.of("HOME", home.toString()))) {
                assertFound(backend);
            }
        }
    }

    @Test
    void programsThatLogInAreRefused() throws Exception {
        Path trace = folder.resolve("ran");
        Map<String, String> environment = ApiServer.kubeconfig(
                folder,
                "{server: \"http://127.0.0.1:1\"}",
                "{exec: {apiVersion: client.authentication.k8s.io/v1, command: touch, args: [\"" + trace + "\"]}}");

        assertThatThrownBy(() -> open(environment))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("touch")
                .hasMessageContaining("exec")
                .hasMessageContaining("service account");
        assertThat(trace).doesNotExist();
    }

    @Test
    void kubeconfigsThatAreNone() throws Exception {
        Path file = folder.resolve("bad");
        Map<String, String> environment = Map.of("KUBECONFIG", file.toString());
        assertThatThrownBy(() -> open(environment))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("KUBECONFIG")
                .hasMessageContaining(file.toString());

        Files.writeString(file, "clusters: [}");
        assertThatThrownBy(() -> open(environment))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(file.toString());

        Files.writeString(file, "current-context: gone\ncontexts: [{name: there, context: {cluster: c}}]\n");
        assertThatThrownBy(() -> open(environment))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"gone\"")
                .hasMessageContaining("[there]");

        Files.writeString(file, "current-context: there\ncontexts: [{name: there, context: {cluster: c}}]\n");
        assertThatThrownBy(() -> open(environment))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no server for cluster \"c\"");
    }

    @Test
    void noClusterAtAll() {
        assertThatThrownBy(() -> open(Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("KUBECONFIG")
                .hasMessageContaining("KUBERNETES_SERVICE_HOST");
        assertThatThrownBy(() -> open(Map.of("KUBERNETES_SERVICE_HOST", "10.0.0.1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("token");
    }
}
