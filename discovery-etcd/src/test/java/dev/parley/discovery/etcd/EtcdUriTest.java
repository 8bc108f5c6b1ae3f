package dev.parley.discovery.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.discovery.RegistryOptions;
import dev.parley.discovery.ServiceRegistry;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What stands in a URI, and around it. */
class EtcdUriTest {

    private static void connect(String uri, Map<String, String> environment) {
        ServiceRegistry.connect(uri, RegistryOptions.defaults().withEnvironment(environment))
                .close();
    }

    @Test
    void doesNotWaitForEtcd() {
        connect("etcd://127.0.0.1:1,[::1]:2,localhost/user-service?prefix=/a/b&secure=true", Map.of());
        connect("etcd:///user-service", Map.of());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "etcd://a:0 | names \"a:0\"",
                "etcd://a:65536 | from 1 to 65535",
                "etcd://a:x | names \"a:x\"",
                "etcd://a:1, | names \"\"",
                "etcd://::1:2379 | host:port",
                "etcd://a?prefix= | prefix",
                "etcd://a?prefix=/ | prefix",
                "etcd://a?prefix=a%20b | prefix",
                "etcd://a?secure=yes | secure",
                "etcd://a?tls=true | secure=true",
                "etcd://a?colour=red | [colour]",
                "etcd://user:secret@a | environment"
            })
    void refusesWhatItDoesNotKnow(String uri, String said) {
        assertThatThrownBy(() -> connect(uri, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(said)
                .hasMessageNotContaining("secret@");
    }

    @Test
    void refusesHalfALogin() {
        assertThatThrownBy(() -> connect("etcd://a", Map.of("ETCDCTL_PASSWORD", "hidden")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ETCDCTL_USER")
                .hasMessageNotContaining("hidden");
        assertThatThrownBy(() -> connect("etcd://a", Map.of("ETCDCTL_USER", "root")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ETCDCTL_PASSWORD");
        assertThatThrownBy(() -> connect("etcd://a?secure=true", Map.of("ETCDCTL_CERT", "x.pem")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ETCDCTL_KEY");
    }

    @Test
    void aLoginHidesItsPassword() {
        assertThat(new EtcdSettings.Login("root", "hidden").toString()).doesNotContain("hidden");
    }
}
