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

        assertThatThrownBy(() -> connect(uri, Map.of("ETCDCTL_USER", "root:wr0ng")).discover("secured"))
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.UNAUTHENTICATED))
                .hasMessageContaining("root")
                .hasMessageContaining("authentication failed")
                .hasMessageNotContaining("wr0ng");
        assertThatThrownBy(() -> connect(uri, Map.of()).discover("secured"))
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.UNAUTHENTICATED))
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
    void overTls() throws Exception {
        ServerProcess process = fixture.open(EtcdServer.builder("https", "--auto-tls")
                .readyWhen(server -> server.output().contains("ready to serve client requests"))
                .start());
        Path certificate = process.folder().resolve("data/fixtures/client/cert.pem");
        String uri = "etcd://" + process.authority() + "?secure=true";

        ServiceRegistry registry = connect(uri, Map.of("ETCDCTL_CACERT", certificate.toString()));
        Seen seen = new Seen();
        fixture.open(registry.watch("secured", seen));
        seen.awaitIds();
        registry.register(ONE, BRIEF);
        seen.awaitIds("one");

        assertThatThrownBy(() -> connect(uri, Map.of()).discover("secured"))
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.UNAVAILABLE))
                .hasMessageContaining("certificate");
    }
}
