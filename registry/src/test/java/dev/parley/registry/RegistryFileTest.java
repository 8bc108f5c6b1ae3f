package dev.parley.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.parley.discovery.EmbeddedEntry;
import dev.parley.discovery.EmbeddedService;
import dev.parley.discovery.HealthStatus;
import dev.parley.discovery.RegistrationOptions;
import dev.parley.discovery.ServiceInstance;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What outlives a restart. */
@Timeout(120)
class RegistryFileTest {

    @TempDir
    private Path folder;

    private RegistryServer start() {
        return RegistryServer.builder().data(folder).start();
    }

    private static List<EmbeddedService> services(RegistryServer server) {
        return server.registry().instances().stream()
                .map(EmbeddedEntry::service)
                .toList();
    }

    @Test
    void a_registry_that_is_started_again_knows_what_it_knew() throws Exception {
        List<EmbeddedService> before;
        long index;
        try (RegistryServer server = start()) {
            Http.put(server, "/v1/agent/service/register", """
                    {"Name": "web", "ID": "web-1", "Address": "10.0.0.1", "Port": 80, "Tags": ["b"], "Meta": {"k": "\u00fc\\n"},
                     "Checks": [{"TTL": "1h", "DeregisterCriticalServiceAfter": "2h"},
                                {"HTTP": "http://127.0.0.1:1/x?y", "Method": "POST", "Header": {"X": ["1", "2"]}, "Body": "b",
                                 "Interval": "1h", "Timeout": "5s", "Status": "warning"}]}
                    """);
            Http.put(server, "/v1/agent/check/pass/service:web-1:1?note=fine", "");
            Http.put(server, "/v1/catalog/register", """
                    {"Node": "far", "Address": "10.0.0.9", "Service": {"Service": "db", "Port": 5432},
                     "Check": {"Name": "ping", "Status": "critical"}}
                    """);
            server.registry()
                    .backend()
                    .register(
                            ServiceInstance.of("order", "h", 1).withZone("z").withMetadata("zone", "not it"),
                            RegistrationOptions.defaults().withTtl(Duration.ofHours(1)));
            before = services(server);
            assertThat(before).hasSize(3);
            index = index(server);
        }
        try (RegistryServer server = start()) {
            assertThat(services(server)).isEqualTo(before);
            assertThat(server.warnings()).isEmpty();
            assertThat(index(server)).isGreaterThan(index);
            EmbeddedEntry web = server.registry().instances("web").getFirst();
            assertThat(web.checks().getFirst().status()).isEqualTo(HealthStatus.PASSING);
            assertThat(web.checks().getFirst().output()).isEqualTo("fine");
            assertThat(server.registry().nodes()).containsEntry("far", "10.0.0.9");
            assertThat(server.registry().instances("db").getFirst().status()).isEqualTo(HealthStatus.CRITICAL);
            Http.put(server, "/v1/agent/service/deregister/web-1", "");
        }
        try (RegistryServer server = start()) {
            assertThat(server.registry().instances("web")).isEmpty();
            assertThat(services(server)).hasSize(2);
        }
    }

    private static long index(RegistryServer server) throws Exception {
        return Long.parseLong(Http.get(server, "/v1/health/state/any")
                .headers()
                .firstValue("x-consul-index")
                .orElseThrow());
    }

    @Test
    void what_is_answered_is_on_the_disk() throws Exception {
        try (RegistryServer server = start()) {
            for (int i = 0; i < 20; i++) {
                Http.put(server, "/v1/agent/service/register", "{\"Name\": \"web\", \"ID\": \"web-" + i + "\"}");
                assertThat(Files.readString(folder.resolve("registry.json"))).contains("\"web-" + i + '"');
            }
        }
    }

    @Test
    void a_torn_file_is_told_and_set_aside() throws Exception {
        try (RegistryServer server = start()) {
            Http.put(server, "/v1/agent/service/register", "{\"Name\": \"web\"}");
        }
        Path file = folder.resolve("registry.json");
        byte[] whole = Files.readAllBytes(file);
        byte[] torn = java.util.Arrays.copyOf(whole, whole.length / 2);
        Files.write(file, torn);
        try (RegistryServer server = start()) {
            assertThat(server.registry().instances()).isEmpty();
            assertThat(server.warnings()).singleElement().asString().contains("registry.json.torn-", "register again");
            Http.put(server, "/v1/agent/service/register", "{\"Name\": \"other\"}");
        }
        try (Stream<Path> files = Files.list(folder)) {
            Path aside = files.filter(each -> each.getFileName().toString().contains(".torn-"))
                    .findFirst()
                    .orElseThrow();
            assertThat(Files.readAllBytes(aside)).isEqualTo(torn);
        }
        try (RegistryServer server = start()) {
            assertThat(server.registry().services()).containsOnlyKeys("other");
        }
    }

    @Test
    void a_folder_is_one_registrys() throws Exception {
        try (RegistryServer server = start()) {
            assertThat(server.port()).isPositive();
            assertThatIllegalArgumentException()
                    .isThrownBy(this::start)
                    .withMessageContaining("used by another registry");
        }
        start().close();
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RegistryServer.builder().data(file).start())
                .withMessageContaining("cannot be used");
    }
}
