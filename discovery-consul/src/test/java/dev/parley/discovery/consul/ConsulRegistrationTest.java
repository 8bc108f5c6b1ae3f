package dev.parley.discovery.consul;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.put;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import dev.parley.discovery.Registration;
import dev.parley.discovery.RegistrationOptions;
import dev.parley.discovery.RegistryOptions;
import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.ServiceRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** How instances are registered with Consul, which is played by WireMock. */
class ConsulRegistrationTest {

    private static final ServiceInstance INSTANCE = ServiceInstance.of("inventory-service", "10.0.0.7", 7001)
            .withId("copy-1")
            .withMetadata("version", "2")
            .withZone("eu-1a")
            .withWeight(7);
    private static final RegistrationOptions LASTING =
            RegistrationOptions.defaults().withTtl(Duration.ofHours(1)).withDeregisterAfter(Duration.ofHours(2));
    private static final RegistrationOptions BRIEF =
            RegistrationOptions.defaults().withTtl(Duration.ofSeconds(1));

    private final Mocked consul = new Mocked();

    @AfterEach
    void stop() {
        consul.close();
    }

    private ServiceRegistry connect(String more, Map<String, String> environment) {
        return ServiceRegistry.connect(
                consul.uri() + more,
                RegistryOptions.defaults()
                        .withBackoff(Duration.ofMillis(10), Duration.ofMillis(50))
                        .withEnvironment(environment));
    }

    private ServiceRegistry connect() {
        return connect("", Map.of());
    }

    private JsonNode registered(int number) {
        LoggedRequest request = consul.sent(Mocked.REGISTER).get(number);
        return JsonMapper.shared().readTree(request.getBody());
    }

    private static void await(Registration registration, Registration.State state) throws Exception {
        Mocked.await(state + " but " + registration.problem(), () -> registration.state() == state);
    }

    @Test
    void itIsRegisteredAsTheDocumentationSays() throws Exception {
        try (ServiceRegistry registry = connect("?tag=v2,blue", Map.of("CONSUL_HTTP_TOKEN", "s3cr3t"))) {
            Registration registration =
                    registry.register(INSTANCE.withHealthCheck("http://10.0.0.7:7001/healthz"), LASTING);
            assertThat(registration.awaitRegistered(Duration.ofSeconds(30))).isTrue();
        }
        LoggedRequest request = consul.sent(Mocked.REGISTER).getFirst();
        assertThat(request.queryParameter("replace-existing-checks").firstValue())
                .isEqualTo("true");
        assertThat(request.getHeader("X-Consul-Token")).isEqualTo("s3cr3t");
        assertThat(request.getHeader("Content-Type")).isEqualTo("application/json");
        JsonNode service = registered(0);
        assertThat(service.get("ID").stringValue()).isEqualTo("inventory-service:copy-1");
        assertThat(service.get("Name").stringValue()).isEqualTo("inventory-service");
        assertThat(service.get("Address").stringValue()).isEqualTo("10.0.0.7");
        assertThat(service.get("Port").intValue()).isEqualTo(7001);
        assertThat(service.get("Tags").toString()).isEqualTo("[\"v2\",\"blue\"]");
        assertThat(service.get("Meta").toString())
                .isEqualTo("{\"version\":\"2\",\"parley-id\":\"copy-1\",\"parley-zone\":\"eu-1a\","
                        + "\"parley-check\":\"http://10.0.0.7:7001/healthz\"}");
        assertThat(service.get("Weights").get("Passing").intValue()).isEqualTo(7);
        JsonNode ttl = service.get("Checks").get(0);
        assertThat(ttl.get("TTL").stringValue()).isEqualTo("3600000ms");
        assertThat(ttl.get("DeregisterCriticalServiceAfter").stringValue()).isEqualTo("7200000ms");
        assertThat(ttl.get("Status").stringValue()).isEqualTo("passing");
        JsonNode probe = service.get("Checks").get(1);
        assertThat(probe.get("HTTP").stringValue()).isEqualTo("http://10.0.0.7:7001/healthz");
        assertThat(probe.get("CheckID")).isNotEqualTo(ttl.get("CheckID"));
    }

    @ParameterizedTest
    @CsvSource({
        "tcp://10.0.0.7:7001, TCP, 10.0.0.7:7001",
        "grpc://10.0.0.7:7001/inventory.v1, GRPC, 10.0.0.7:7001/inventory.v1",
        "https://10.0.0.7/healthz, HTTP, https://10.0.0.7/healthz",
    })
    void eachKindOfCheckIsConsuls(String url, String key, String value) throws Exception {
        try (ServiceRegistry registry = connect()) {
            Registration registration = registry.register(INSTANCE.withHealthCheck(url), LASTING);
            assertThat(registration.awaitRegistered(Duration.ofSeconds(30))).isTrue();
        }
        assertThat(registered(0).get("Checks").get(1).get(key).stringValue()).isEqualTo(value);
    }

    @Test
    void itPassesFailsAndGoes() throws Exception {
        ServiceRegistry registry = connect();
        Registration registration = registry.register(INSTANCE, LASTING);
        assertThat(registration.awaitRegistered(Duration.ofSeconds(30))).isTrue();
        String check = registered(0).get("Checks").get(0).get("CheckID").stringValue();
        registration.ready(false);
        Mocked.await("fail", () -> !consul.sent(Mocked.FAIL).isEmpty());
        assertThat(consul.sent(Mocked.FAIL).getFirst().getUrl()).isEqualTo(Mocked.FAIL + ConsulHttp.encoded(check));
        registration.ready(true);
        Mocked.await("pass", () -> !consul.sent(Mocked.PASS).isEmpty());
        assertThat(consul.sent(Mocked.PASS).getFirst().getUrl()).isEqualTo(Mocked.PASS + ConsulHttp.encoded(check));
        registry.close();
        assertThat(consul.sent(Mocked.DEREGISTER).getFirst().getUrl())
                .isEqualTo(Mocked.DEREGISTER + "inventory-service%3Acopy-1");
    }

    @Test
    void notReadyIsRegisteredAsCritical() throws Exception {
        try (ServiceRegistry registry = connect()) {
            Registration registration = registry.register(INSTANCE, LASTING.withReady(false));
            assertThat(registration.awaitRegistered(Duration.ofSeconds(30))).isTrue();
        }
        assertThat(registered(0).get("Checks").get(0).get("Status").stringValue())
                .isEqualTo("critical");
    }

    @Test
    void aSignOfLifeIsSentAThirdOfTheWay() throws Exception {
        try (ServiceRegistry registry = connect()) {
            registry.register(INSTANCE, BRIEF);
            Mocked.await("signs of life", () -> consul.sent(Mocked.PASS).size() >= 3);
        }
        assertThat(consul.sent(Mocked.REGISTER)).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "404, 'Unknown check ID \"parley\". Ensure that the check ID is passed, not the check name.'",
        "500, 'CheckID \"parley\" does not have associated TTL'",
    })
    void aCheckThatConsulDoesNotKnowIsRegisteredAgain(int status, String body) throws Exception {
        consul.server.stubFor(put(urlPathMatching(Mocked.PASS + ".*"))
                .willReturn(aResponse().withStatus(status).withBody(body)));
        try (ServiceRegistry registry = connect()) {
            registry.register(INSTANCE, BRIEF);
            Mocked.await("again", () -> consul.sent(Mocked.REGISTER).size() >= 2);
        }
        assertThat(registered(1).get("ID")).isEqualTo(registered(0).get("ID"));
        assertThat(registered(1).get("Checks").get(0).get("CheckID"))
                .as("a check of its own, each time")
                .isNotEqualTo(registered(0).get("Checks").get(0).get("CheckID"));
    }

    @Test
    void whoeverHasTakenThePlaceIsNotTakenOut() throws Exception {
        ServiceRegistry registry = connect();
        Registration registration = registry.register(INSTANCE, LASTING);
        assertThat(registration.awaitRegistered(Duration.ofSeconds(30))).isTrue();
        consul.server.stubFor(put(urlPathMatching(Mocked.FAIL + ".*"))
                .willReturn(aResponse().withStatus(404).withBody("Unknown check ID")));
        registry.close();
        assertThat(consul.sent(Mocked.FAIL)).hasSize(1);
        assertThat(consul.sent(Mocked.DEREGISTER)).isEmpty();
    }

    @Test
    void whatConsulRefusesIsNotTriedAgain() throws Exception {
        consul.server.stubFor(put(urlPathEqualTo(Mocked.REGISTER))
                .willReturn(aResponse().withStatus(400).withBody("Invalid Service Meta")));
        try (ServiceRegistry registry = connect()) {
            Registration registration = registry.register(INSTANCE, LASTING);
            await(registration, Registration.State.CLOSED);
            assertThat(registration.problem().orElse(""))
                    .contains("refuses")
                    .contains("400")
                    .contains("Invalid Service Meta");
            assertThat(consul.sent(Mocked.REGISTER)).hasSize(1);
        }
    }

    @Test
    void aTokenThatIsNotGoodEnoughMayBecomeSo() throws Exception {
        consul.server.stubFor(put(urlPathEqualTo(Mocked.REGISTER))
                .willReturn(aResponse().withStatus(403).withBody("Permission denied")));
        try (ServiceRegistry registry = connect("", Map.of("CONSUL_HTTP_TOKEN", "s3cr3t"))) {
            Registration registration = registry.register(INSTANCE, LASTING);
            Mocked.await("tried again", () -> consul.sent(Mocked.REGISTER).size() >= 3);
            assertThat(registration.state()).isEqualTo(Registration.State.PENDING);
            assertThat(registration.problem().orElse(""))
                    .contains("403")
                    .contains("Permission denied")
                    .doesNotContain("s3cr3t");
            consul.server.stubFor(
                    put(urlPathEqualTo(Mocked.REGISTER)).willReturn(aResponse().withStatus(200)));
            assertThat(registration.awaitRegistered(Duration.ofSeconds(30))).isTrue();
            assertThat(registration.problem()).isEmpty();
        }
    }

    @Test
    void whatDoesNotFitConsulIsRefusedWithoutAskingIt() throws Exception {
        ServiceInstance many = INSTANCE;
        for (int i = 0; i < 64; i++) {
            many = many.withMetadata("k" + i, "");
        }
        try (ServiceRegistry registry = connect()) {
            for (ServiceInstance bad : List.of(
                    INSTANCE.withMetadata("a.b", ""),
                    INSTANCE.withMetadata("parley-x", ""),
                    INSTANCE.withMetadata("long", "x".repeat(513)),
                    INSTANCE.withHealthCheck("udp://10.0.0.7:1"),
                    INSTANCE.withHealthCheck("nonsense"),
                    many)) {
                Registration registration = registry.register(bad, LASTING);
                await(registration, Registration.State.CLOSED);
                assertThat(registration.problem().orElse("")).contains("copy-1").contains("must");
            }
        }
        assertThat(consul.sent(Mocked.REGISTER)).isEmpty();
    }

    @Test
    void aUriIsCheckedAtOnce() {
        for (String bad : List.of(
                "consul://127.0.0.1:0",
                "consul://127.0.0.1:x",
                "consul://127.0.0.1:65536",
                "consul://a b:1",
                "consul://fd00::1:8500x",
                "consul://127.0.0.1?datacenter=dc1",
                "consul://127.0.0.1?token=s3cr3t",
                "consul://127.0.0.1?passing=yes",
                "consul://127.0.0.1?dc=",
                "consul://127.0.0.1?tag=a,,b",
                "consul://user:s3cr3t@127.0.0.1")) {
            assertThatThrownBy(() -> ServiceRegistry.connect(bad))
                    .as(bad)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageNotContaining("s3cr3t");
        }
    }

    @Test
    void theEnvironmentSaysWhere() {
        String address = "127.0.0.1:" + consul.server.port();
        consul.health(Mocked.answer("7", "[" + Mocked.entry("a", 7001) + "]"));
        for (String each : List.of(address, "http://" + address, "http://" + address + "/")) {
            try (ServiceRegistry registry = ServiceRegistry.connect(
                    "consul:///", RegistryOptions.defaults().withEnvironment(Map.of("CONSUL_HTTP_ADDR", each)))) {
                assertThat(registry.discover("inventory-service").instances()).hasSize(1);
            }
        }
        assertThatThrownBy(() -> ServiceRegistry.connect(
                        "consul:///",
                        RegistryOptions.defaults()
                                .withEnvironment(Map.of("CONSUL_HTTP_ADDR", "unix:///var/run/consul.sock"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("CONSUL_HTTP_ADDR")
                .hasMessageContaining("unix:");
    }
}
