package dev.parley.discovery.consul;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.matching;
import static com.github.tomakehurst.wiremock.client.WireMock.put;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static com.github.tomakehurst.wiremock.matching.RequestPatternBuilder.newRequestPattern;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.RequestMethod;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/**
 * WireMock, a published mock server, that plays Consul's agent as its documentation describes it. It stands in because Consul's own
 * server cannot be had where these tests run; {@code RealConsulTest} runs against that where there is one.
 */
final class Mocked implements AutoCloseable {

    static final String HEALTH = "/v1/health/service/inventory-service";
    static final String REGISTER = "/v1/agent/service/register";
    static final String PASS = "/v1/agent/check/pass/";
    static final String FAIL = "/v1/agent/check/fail/";
    static final String DEREGISTER = "/v1/agent/service/deregister/";

    final WireMockServer server =
            new WireMockServer(options().dynamicPort().bindAddress("127.0.0.1").containerThreads(40));

    Mocked() {
        server.start();
        server.stubFor(
                put(urlPathMatching("/v1/agent/.*")).willReturn(aResponse().withStatus(200)));
    }

    String uri() {
        return "consul://127.0.0.1:" + server.port();
    }

    static ResponseDefinitionBuilder answer(String index, String body) {
        return aResponse()
                .withStatus(200)
                .withHeader("Content-Type", "application/json")
                .withHeader("X-Consul-Index", index)
                .withHeader("X-Consul-Knownleader", "true")
                .withHeader("X-Consul-Lastcontact", "0")
                .withBody(body);
    }

    /** Whatever is asked about the service, this is the answer; {@code wait} says how long a blocking query takes. */
    void health(ResponseDefinitionBuilder answer) {
        server.stubFor(get(urlPathEqualTo(HEALTH)).willReturn(answer));
    }

    /** A query that waits for what comes after {@code index}. */
    void healthAfter(String index, ResponseDefinitionBuilder answer) {
        server.stubFor(get(urlPathEqualTo(HEALTH))
                .withQueryParam("index", equalTo(index))
                .willReturn(answer));
    }

    /** Queries that wait hang. */
    void healthHangs(int millis) {
        server.stubFor(get(urlPathEqualTo(HEALTH))
                .withQueryParam("index", matching(".+"))
                .willReturn(answer("1", "[]").withFixedDelay(millis)));
    }

    List<LoggedRequest> requests(RequestMethod method, String path) {
        return server.findAll(newRequestPattern(method, urlPathMatching(Pattern.quote(path) + ".*")));
    }

    List<LoggedRequest> asked() {
        return requests(RequestMethod.GET, HEALTH);
    }

    List<LoggedRequest> sent(String path) {
        return requests(RequestMethod.PUT, path);
    }

    static String entry(String id, int port) {
        return "{\"Node\":{\"Node\":\"n1\",\"Address\":\"10.0.0.1\"},\"Service\":{\"ID\":\"" + id
                + "\",\"Service\":\"inventory-service\",\"Address\":\"127.0.0.1\",\"Port\":" + port + "}}";
    }

    static void await(String what, BooleanSupplier wanted) throws InterruptedException {
        long until = System.nanoTime() + 120_000_000_000L;
        while (!wanted.getAsBoolean()) {
            if (System.nanoTime() - until > 0) {
                throw new AssertionError("not within 2 min: " + what);
            }
            Thread.sleep(10);
        }
    }

    @Override
    public void close() {
        server.stop();
    }
}
