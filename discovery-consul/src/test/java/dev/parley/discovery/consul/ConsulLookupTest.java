package dev.parley.discovery.consul;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.discovery.RegistryOptions;
import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.ServiceRegistry;
import dev.parley.discovery.ServiceSnapshot;
import dev.parley.discovery.Watch;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** How Consul is asked, and what is made of what it says; Consul is played by WireMock. */
class ConsulLookupTest {

    private static final String SERVICE = "inventory-service";
    private static final int FOREVER = 60_000;

    private final Mocked consul = new Mocked();
    private final Queue<ServiceSnapshot> told = new ConcurrentLinkedQueue<>();

    @AfterEach
    void stop() {
        consul.close();
    }

    private static RegistryOptions options(Map<String, String> environment) {
        return RegistryOptions.defaults()
                .withMaxWait(Duration.ofSeconds(20))
                .withAnswerTimeout(Duration.ofSeconds(10))
                .withBackoff(Duration.ofMillis(10), Duration.ofMillis(50))
                .withEnvironment(environment);
    }

    private ServiceRegistry connect(String more) {
        return ServiceRegistry.connect(consul.uri() + more, options(Map.of()));
    }

    private void awaitTold(String what, java.util.function.Predicate<ServiceSnapshot> wanted) throws Exception {
        Mocked.await(what, () -> told.stream().anyMatch(wanted));
    }

    @Test
    void aResponseInTheDocumentedFormIsRead() throws Exception {
        String fixture;
        try (InputStream in = ConsulLookupTest.class.getResourceAsStream("health-service.json")) {
            assertThat(in).isNotNull();
            fixture = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        consul.health(Mocked.answer("17", fixture));
        try (ServiceRegistry registry = connect("")) {
            ServiceSnapshot found = registry.discover(SERVICE);
            assertThat(found.isFresh()).isTrue();
            assertThat(found.instances())
                    .containsExactly(
                            new ServiceInstance(
                                    "inventory-1",
                                    SERVICE,
                                    "10.1.10.112",
                                    8000,
                                    Map.of("version", "2.4.1", "owner", "Lager \u00e4"),
                                    Optional.empty(),
                                    "",
                                    10),
                            new ServiceInstance(
                                    "inventory-2", SERVICE, "10.1.10.13", 8001, Map.of(), Optional.empty(), "", 1),
                            new ServiceInstance(
                                    "copy-3",
                                    SERVICE,
                                    "fd00::3",
                                    8002,
                                    Map.of("version", "3"),
                                    Optional.of("http://[fd00::3]:8002/healthz"),
                                    "eu-1b",
                                    0));
        }
    }

    @Test
    void itIsAskedAsItsDocumentationSays() throws Exception {
        consul.health(Mocked.answer("41", "[" + Mocked.entry("a", 7001) + "]"));
        consul.healthHangs(FOREVER);
        try (ServiceRegistry registry = ServiceRegistry.connect(
                        consul.uri() + "?dc=dc2&tag=v2,blue&near=_agent",
                        options(Map.of("CONSUL_HTTP_TOKEN", "s3cr3t")));
                Watch watch = registry.watch(SERVICE, told::add)) {
            Mocked.await("a blocking query", () -> consul.asked().size() >= 2);
            assertThat(watch.latest()).isPresent();
        }
        LoggedRequest first = consul.asked().getFirst();
        assertThat(first.getQueryParams().keySet()).containsExactlyInAnyOrder("passing", "dc", "tag", "near");
        assertThat(first.queryParameter("passing").firstValue()).isEqualTo("true");
        assertThat(first.queryParameter("dc").firstValue()).isEqualTo("dc2");
        assertThat(first.queryParameter("tag").values()).containsExactly("v2", "blue");
        assertThat(first.queryParameter("near").firstValue()).isEqualTo("_agent");
        assertThat(first.getHeader("X-Consul-Token")).isEqualTo("s3cr3t");
        LoggedRequest second = consul.asked().get(1);
        assertThat(second.queryParameter("index").firstValue()).isEqualTo("41");
        assertThat(second.queryParameter("wait").firstValue())
                .as("with the 16th that Consul adds within maxWait")
                .isEqualTo("18823ms");
    }

    @Test
    void changesComeByBlockingQueries() throws Exception {
        consul.health(Mocked.answer("5", "[" + Mocked.entry("a", 7001) + "]"));
        consul.healthHangs(FOREVER);
        consul.healthAfter(
                "5", Mocked.answer("6", "[" + Mocked.entry("a", 7001) + ',' + Mocked.entry("b", 7002) + "]"));
        consul.healthAfter("6", Mocked.answer("9", "[" + Mocked.entry("b", 7002) + "]"));
        try (ServiceRegistry registry = connect("");
                Watch watch = registry.watch(SERVICE, told::add)) {
            Mocked.await("the last index", () -> consul.asked().size() >= 4);
            Mocked.await(
                    "the last answer",
                    () -> watch.latest().orElseThrow().instances().stream()
                            .map(ServiceInstance::id)
                            .toList()
                            .equals(List.of("b")));
            awaitTold(
                    "the last",
                    found -> found.instances().size() == 1
                            && found.instances().getFirst().id().equals("b"));
        }
        assertThat(told).allSatisfy(each -> assertThat(each.isFresh()).isTrue());
    }

    @Test
    void anIndexThatGoesBackwardsIsGivenUp() throws Exception {
        consul.health(Mocked.answer("500", "[" + Mocked.entry("a", 7001) + "]"));
        consul.healthHangs(FOREVER);
        consul.healthAfter("500", Mocked.answer("3", "[" + Mocked.entry("a", 7001) + "]"));
        try (ServiceRegistry registry = connect("");
                Watch watch = registry.watch(SERVICE, told::add)) {
            Mocked.await("the question after it", () -> consul.asked().size() >= 3);
            assertThat(watch.latest()).isPresent();
        }
        List<LoggedRequest> asked = consul.asked();
        assertThat(asked.get(1).queryParameter("index").firstValue()).isEqualTo("500");
        assertThat(asked.get(2).getQueryParams())
                .as("asked anew, without waiting")
                .doesNotContainKey("index");
    }

    @Test
    void anIndexOfZeroIsTakenForOne() throws Exception {
        consul.health(Mocked.answer("0", "[]"));
        consul.healthHangs(FOREVER);
        try (ServiceRegistry registry = connect("");
                Watch watch = registry.watch(SERVICE, told::add)) {
            Mocked.await("a blocking query", () -> consul.asked().size() >= 2);
            assertThat(watch.latest()).isPresent();
        }
        assertThat(consul.asked().get(1).queryParameter("index").firstValue()).isEqualTo("1");
    }

    static Stream<Arguments> bad() {
        String good = Mocked.entry("a", 7001);
        return Stream.of(
                Arguments.of(
                        "500", aResponse().withStatus(500).withBody("No cluster leader"), "500", "No cluster leader"),
                Arguments.of("429", aResponse().withStatus(429).withBody("slow down"), "429", "slow down"),
                Arguments.of("404", aResponse().withStatus(404), "/v1/health/service/inventory-service", "HTTP API"),
                Arguments.of("empty", Mocked.answer("7", ""), "malformed", "must be"),
                Arguments.of("a page", Mocked.answer("7", "<html>hello</html>"), "must be JSON", "<html>"),
                Arguments.of("cut", Mocked.answer("7", "[" + good), "must be JSON", "malformed"),
                Arguments.of("an object", Mocked.answer("7", "{}"), "must be a list", "{}"),
                Arguments.of("null", Mocked.answer("7", "null"), "must be a list", "null"),
                Arguments.of("of numbers", Mocked.answer("7", "[1]"), "entry 0.Node must be an object", "missing"),
                Arguments.of(
                        "port",
                        Mocked.answer("7", "[" + good + "," + Mocked.entry("b", 70000) + "]"),
                        "entry 1.Service (b).Port must be a number from 0 to 65535",
                        "70000"),
                Arguments.of(
                        "port of text",
                        Mocked.answer("7", "[" + good.replace("7001", "\"7001\"") + "]"),
                        "Port must be a number",
                        "\"7001\""),
                Arguments.of(
                        "half a port",
                        Mocked.answer("7", "[" + good.replace("7001", "7001.5") + "]"),
                        "Port must be a number",
                        "7001.5"),
                Arguments.of(
                        "id",
                        Mocked.answer("7", "[" + good.replace("\"a\"", "\"a b\"") + "]"),
                        "is no instance",
                        "id of an instance"),
                Arguments.of(
                        "address",
                        Mocked.answer("7", "[" + good.replace("\"127.0.0.1\"", "17") + "]"),
                        "Address must be a string",
                        "17"),
                Arguments.of(
                        "meta",
                        Mocked.answer("7", "[" + good.replace("\"Port\"", "\"Meta\":{\"a\":1},\"Port\"") + "]"),
                        "Meta.a must be a string",
                        "1"),
                Arguments.of(
                        "weight",
                        Mocked.answer(
                                "7", "[" + good.replace("\"Port\"", "\"Weights\":{\"Passing\":-1},\"Port\"") + "]"),
                        "Weights.Passing must be a number",
                        "-1"),
                Arguments.of("no index", aResponse().withStatus(200).withBody("[]"), "X-Consul-Index", "\"\""),
                Arguments.of("odd index", Mocked.answer("x7", "[]"), "X-Consul-Index", "x7"),
                Arguments.of("reset", aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER), "127.0.0.1", ""),
                Arguments.of("closed", aResponse().withFault(Fault.EMPTY_RESPONSE), "127.0.0.1", ""),
                Arguments.of("garbage", aResponse().withFault(Fault.RANDOM_DATA_THEN_CLOSE), "127.0.0.1", ""),
                Arguments.of("garbled", aResponse().withFault(Fault.MALFORMED_RESPONSE_CHUNK), "127.0.0.1", ""));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bad")
    void whatIsBadLeavesTheLastGoodAnswer(
            String kind,
            com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder bad,
            String first,
            String second)
            throws Exception {
        consul.health(bad);
        consul.healthHangs(FOREVER);
        try (ServiceRegistry registry = connect("")) {
            assertThatThrownBy(() -> registry.discover(SERVICE))
                    .as(kind)
                    .isInstanceOfSatisfying(
                            CallException.class, e -> assertThat(e.code()).isEqualTo(Code.UNAVAILABLE))
                    .hasMessageContaining(consul.uri())
                    .hasMessageContaining(SERVICE)
                    .hasMessageContaining(first)
                    .hasMessageContaining(second);

            consul.health(Mocked.answer("7", "[" + Mocked.entry("a", 7001) + "]"));
            consul.healthAfter("7", bad);
            Watch watch = registry.watch(SERVICE, told::add);
            awaitTold("a good answer", ServiceSnapshot::isFresh);
            consul.health(bad);
            consul.healthAfter("7", bad);
            awaitTold(
                    "the bad one",
                    found -> found.instances().size() == 1
                            && found.stale().orElse("").contains(first)
                            && found.stale().orElse("").contains(second));
            consul.health(Mocked.answer("8", "[" + Mocked.entry("b", 7002) + "]"));
            consul.healthHangs(FOREVER);
            awaitTold(
                    "what is right again",
                    found ->
                            found.isFresh() && found.instances().getFirst().id().equals("b"));
            assertThat(told).allSatisfy(each -> assertThat(each.instances()).hasSize(1));
            watch.close();
        }
    }

    @Test
    void aQueryThatHangsIsAskedAnew() throws Exception {
        consul.health(Mocked.answer("7", "[" + Mocked.entry("a", 7001) + "]"));
        consul.healthHangs(FOREVER);
        RegistryOptions impatient =
                options(Map.of()).withMaxWait(Duration.ofMillis(300)).withAnswerTimeout(Duration.ofMillis(1000));
        try (ServiceRegistry registry = ServiceRegistry.connect(consul.uri(), impatient)) {
            registry.watch(SERVICE, told::add);
            awaitTold("the first", ServiceSnapshot::isFresh);
            awaitTold("that it hangs", found -> found.stale().orElse("").contains("not been answered within"));
            // A dead watch is not noticed by its failing alone: what has changed meanwhile is seen.
            consul.health(Mocked.answer("8", "[" + Mocked.entry("b", 7002) + "]"));
            awaitTold(
                    "the change",
                    found ->
                            found.isFresh() && found.instances().getFirst().id().equals("b"));
        }
    }

    @Test
    void oneIdOnTwoNodesIsTwoInstances() {
        consul.health(Mocked.answer(
                "7",
                "[" + Mocked.entry("web", 7001) + ","
                        + Mocked.entry("web", 7002).replace("n1", "n2") + "," + Mocked.entry("api", 7003) + "]"));
        try (ServiceRegistry registry = connect("")) {
            assertThat(registry.discover(SERVICE).instances())
                    .extracting(ServiceInstance::id)
                    .containsExactly("web@n1", "web@n2", "api");
        }
    }

    @Test
    void oneIdTwiceOnOneNodeIsToldAndTheFirstUsed() {
        consul.health(Mocked.answer("7", "[" + Mocked.entry("web", 7001) + "," + Mocked.entry("web", 7002) + "]"));
        try (ServiceRegistry registry = connect("")) {
            ServiceSnapshot found = registry.discover(SERVICE);
            assertThat(found.instances()).extracting(ServiceInstance::port).containsExactly(7001);
            assertThat(found.stale().orElse(""))
                    .contains("twice")
                    .contains("web")
                    .contains("127.0.0.1:7002");
        }
    }

    @Test
    void anAnswerWithoutEndIsNotTakenIn() {
        consul.health(Mocked.answer("7", "[" + " ".repeat(17 << 20) + "]"));
        try (ServiceRegistry registry = connect("")) {
            assertThatThrownBy(() -> registry.discover(SERVICE))
                    .isInstanceOf(CallException.class)
                    .hasMessageContaining(SERVICE);
        }
    }

    @Test
    void aTokenIsInNoMessage() {
        consul.health(aResponse().withStatus(403).withBody("Permission denied"));
        try (ServiceRegistry registry =
                ServiceRegistry.connect(consul.uri(), options(Map.of("CONSUL_HTTP_TOKEN", "s3cr3t")))) {
            assertThatThrownBy(() -> registry.discover(SERVICE))
                    .hasMessageContaining("403")
                    .hasMessageContaining("Permission denied")
                    .hasMessageNotContaining("s3cr3t");
        }
    }
}
