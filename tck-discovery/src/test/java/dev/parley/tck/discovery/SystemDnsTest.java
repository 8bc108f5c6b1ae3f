package dev.parley.tck.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.discovery.DnsProvider;
import dev.parley.discovery.RegistryOptions;
import dev.parley.discovery.RegistryUri;
import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.spi.RegistryBackend;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code dns:///}: the system's servers, here those of the library's own properties. */
class SystemDnsTest {

    @AfterEach
    void clear() {
        System.clearProperty("dns.server");
        System.clearProperty("dns.search");
        System.clearProperty("dns.ndots");
    }

    private static List<String> hosts(String service) throws Exception {
        try (RegistryBackend backend =
                new DnsProvider().open(RegistryUri.parse("dns:///"), RegistryOptions.defaults())) {
            return backend.query(service, "", Duration.ZERO).instances().stream()
                    .map(ServiceInstance::host)
                    .toList();
        }
    }

    @Test
    void serversAndSearchPathOfTheSystem() throws Exception {
        try (NameServer server = NameServer.start()) {
            server.set("shop.test", "inventory 60 A 127.0.0.2");
            server.set("shop.test", "_grpc._tcp.inventory 60 SRV 0 0 80 inventory");
            System.setProperty("dns.server", "127.0.0.1:" + server.port());
            System.setProperty("dns.search", "other.test,shop.test");
            System.setProperty("dns.ndots", "5");

            assertThat(hosts("inventory.shop.test:80")).containsExactly("127.0.0.2");
            assertThat(hosts("inventory:80")).containsExactly("127.0.0.2");
            assertThat(hosts("_grpc._tcp.inventory")).containsExactly("127.0.0.2");
            assertThat(hosts("inventory.shop.test.:80")).containsExactly("127.0.0.2");
        }
    }

    @Test
    void namesInTheHostsFile() throws Exception {
        // no server is asked for it: there is none
        System.setProperty("dns.server", "127.0.0.1:1");

        assertThat(hosts("localhost:80")).containsExactly("127.0.0.1");
    }
}
