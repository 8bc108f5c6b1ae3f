package dev.parley.discovery.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.discovery.Registration;
import dev.parley.discovery.RegistrationOptions;
import dev.parley.discovery.RegistryOptions;
import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.ServiceRegistry;
import dev.parley.discovery.spi.RegistryBackend;
import dev.parley.testing.Fixture;
import dev.parley.testing.ServerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Passwords and TLS. */
class EtcdSecurityTest {

    private static final RegistryOptions OPTIONS = RegistryOptions.defaults()
            .withMaxWait(Duration.ofSeconds(2))
            .withAnswerTimeout(Duration.ofSeconds(30))
            .withBackoff(Duration.ofMillis(20), Duration.ofMillis(250))
            .withKeepEmpty(Duration.ZERO);
    private static final RegistrationOptions BRIEF = RegistrationOptions.defaults().withTtl(Duration.ofSeconds(3));
    private static final ServiceInstance ONE =
            ServiceInstance.of("secured", "127.0.0.1", 7001).withId("one");

    @RegisterExtension
    final Fixture fixture = new Fixture();

    private ServiceRegistry connect(String uri, Map<String, String> environment) {
        return fixture.open(ServiceRegistry.connect(uri, OPTIONS.withEnvironment(environment)));
    }

    private RegistryBackend.Answer query(String uri, Map<String, String> environment) throws Exception {
        return fixture.open(EtcdServer.open(uri, OPTIONS.withEnvironment(environment)))
                .query("secured", "", Duration.ZERO);
    }

    @Test
    void userAndPassword() throws Exception {
        EtcdServer etcd = fixture.open(EtcdServer.start());
        String uri = "etcd://" + etcd.process.authority();
        Map<String, String> login = Map.of("ETCDCTL_USER", "root", "ETCDCTL_PASSWORD", "right!");
        // Before anybody is asked for one, a password does no harm.
        assertThat(connect(uri, login).discover("secured").instances()).isEmpty();
        etcd.post("auth/user/add", "{\"name\":\"root\",\"password\":\"right!\"}");
        etcd.post("auth/role/add", "{\"name\":\"root\"}");
        etcd.post("auth/user/grant", "{\"user\":\"root\",\"role\":\"root\"}");
        etcd.post("auth/enable", "{}");

        ServiceRegistry registry = connect(uri, login);
        Seen seen = new Seen();
        fixture.open(registry.watch("secured", seen));
        seen.awaitIds();
        Registration registration = registry.register(ONE, BRIEF);
        seen.awaitIds("one");
        assertThat(connect(uri, Map.of("ETCDCTL_USER", "root:right!"))
                        .discover("secured")
                        .instances())
                .containsExactly(ONE);

        assertThatThrownBy(() -> query(uri, Map.of("ETCDCTL_USER", "root:wr0ng")))
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.UNAUTHENTICATED))
                .hasMessageContaining("root")
                .hasMessageContaining("authentication failed")
                .hasMessageNotContaining("wr0ng");
        assertThatThrownBy(() -> query(uri, Map.of()))
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.UNAUTHENTICATED))
                .hasMessageContaining("ETCDCTL_USER");
        assertThatThrownBy(() -> connect(uri, Map.of()).discover("secured"))
                .as("for who uses a registry, it cannot be asked")
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.UNAVAILABLE))
                .hasMessageContaining("ETCDCTL_USER");

        // etcd forgets its tokens.
        etcd.process.kill();
        etcd.process.restart();
        registration.ready(false);
        seen.awaitIds();
        registration.ready(true);
        seen.awaitIds("one");
    }

    @Test
    void overTlsWithACertificateOfOnesOwn() throws Exception {
        ServerProcess process = fixture.open(EtcdServer.builder("https")
                .arguments(place -> {
                    certify(place.folder());
                    return EtcdServer.arguments(
                            place,
                            "https",
                            "--cert-file=cert.pem",
                            "--key-file=key.pem",
                            "--client-cert-auth",
                            "--trusted-ca-file=cert.pem");
                })
                .readyWhen(server -> server.output().contains("ready to serve client requests"))
                .start());
        String certificate = process.folder().resolve("cert.pem").toString();
        String key = process.folder().resolve("key.pem").toString();
        String uri = "etcd://" + process.authority() + "?secure=true";
        Map<String, String> trust = Map.of("ETCDCTL_CACERT", certificate);

        ServiceRegistry registry = connect(
                uri, Map.of("ETCDCTL_CACERT", certificate, "ETCDCTL_CERT", certificate, "ETCDCTL_KEY", key));
        Seen seen = new Seen();
        fixture.open(registry.watch("secured", seen));
        seen.awaitIds();
        registry.register(ONE, BRIEF);
        seen.awaitIds("one");

        assertThatThrownBy(() -> connect(uri, Map.of()).discover("secured"))
                .as("a server that nobody trusts")
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.UNAVAILABLE));
        assertThatThrownBy(() -> connect(uri, trust).discover("secured"))
                .as("a client without a certificate")
                .isInstanceOf(CallException.class);
        assertThatThrownBy(() -> connect("etcd://" + process.authority(), trust).discover("secured"))
                .as("without TLS")
                .isInstanceOf(CallException.class);
    }

    /** One certificate for both sides, which signs itself. */
    private static void certify(Path folder) throws Exception {
        Process openssl = new ProcessBuilder(
                        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-keyout", "key.pem", "-out", "cert.pem", "-days", "2", "-subj", "/CN=etcd-test",
                        "-addext", "subjectAltName=IP:127.0.0.1")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(openssl.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(openssl.waitFor()).as(said).isZero();
    }
}
