package dev.parley.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallScope;
import dev.parley.Metadata;
import dev.parley.Method;
import dev.parley.http.Body;
import dev.parley.http.Cors;
import dev.parley.http.HttpClient;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.http.HttpVersion;
import dev.parley.rpc.echo.EchoService;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CorsTest {

    private static final String PAGE = "https://shop.example";
    private static final String ECHO = "/parley.test.v1.EchoService/Echo";

    private final HttpClient client = HttpClient.create();

    @AfterEach
    void stop() {
        client.close();
    }

    private static RpcServer server(Cors cors) {
        return RpcServer.builder()
                .service(EchoService.DEFINITION, new EchoImplementation())
                .cors(cors)
                .start();
    }

    private HttpResponse send(RpcServer server, HttpVersion version, String method, String... headers)
            throws Exception {
        HttpRequest request = new HttpRequest(
                method,
                "http",
                "127.0.0.1:" + server.port(),
                ECHO,
                Metadata.of(headers),
                method.equals("POST") ? Body.of(WireBytes.utf8("{}")) : Body.empty());
        return CallScope.builder(Method.unary("test", "cors")).build().run(client.over(version), request);
    }

    private HttpResponse preflight(RpcServer server, String origin, String method, String headers) throws Exception {
        return send(
                server,
                HttpVersion.HTTP_1_1,
                "OPTIONS",
                "origin",
                origin,
                "access-control-request-method",
                method,
                "access-control-request-headers",
                headers,
                "access-control-request-private-network",
                "true");
    }

    private static String header(HttpResponse response, String name) {
        return String.join(", ", response.headers().getAll(name));
    }

    @Test
    void aPreflightOfAListedOrigin() throws Exception {
        try (RpcServer server =
                server(Cors.origins(PAGE).allowHeaders(List.of("Authorization")).maxAge(Duration.ofMinutes(1)))) {
            HttpResponse answer = preflight(server, PAGE, "POST", "authorization,x-grpc-web");
            assertThat(answer.status()).isEqualTo(204);
            assertThat(header(answer, "access-control-allow-origin")).isEqualTo(PAGE);
            assertThat(header(answer, "access-control-allow-methods"))
                    .contains("GET")
                    .contains("POST");
            assertThat(List.of(header(answer, "access-control-allow-headers").split(", ")))
                    .contains(
                            "authorization",
                            "connect-protocol-version",
                            "connect-timeout-ms",
                            "content-type",
                            "grpc-timeout",
                            "x-accept-content-transfer-encoding",
                            "x-grpc-web",
                            "x-user-agent");
            assertThat(header(answer, "access-control-max-age")).isEqualTo("60");
            assertThat(header(answer, "vary"))
                    .contains("origin")
                    .contains("access-control-request-method")
                    .contains("access-control-request-headers");
            assertThat(answer.headers().names())
                    .doesNotContain("access-control-allow-private-network", "access-control-allow-credentials");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://evil.example", "null", "https://shop.example.evil", "http://shop.example", ""})
    void anotherOriginIsToldNothing(String origin) throws Exception {
        try (RpcServer server = server(Cors.origins(PAGE))) {
            HttpResponse preflight = preflight(server, origin, "POST", "content-type");
            assertThat(preflight.status()).isEqualTo(403);
            assertThat(header(preflight, "access-control-allow-origin")).isEmpty();
            HttpResponse answer =
                    send(server, HttpVersion.HTTP_1_1, "POST", "origin", origin, "content-type", "application/json");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.headers().names()).noneMatch(name -> name.startsWith("access-control-"));
            assertThat(header(answer, "vary")).isEqualTo("origin");
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAnswerSaysWhoMayReadIt(HttpVersion version) throws Exception {
        try (RpcServer server =
                server(Cors.origins("https://other.example:8443", PAGE).credentials())) {
            HttpResponse answer = send(server, version, "POST", "origin", PAGE, "content-type", "application/grpc-web");
            assertThat(header(answer, "grpc-status")).isEqualTo("13");
            assertThat(header(answer, "access-control-allow-origin")).isEqualTo(PAGE);
            assertThat(header(answer, "access-control-allow-credentials")).isEqualTo("true");
            assertThat(List.of(header(answer, "access-control-expose-headers").split(", ")))
                    .contains("grpc-status", "grpc-message", "grpc-status-details-bin", "grpc-encoding");
            HttpResponse refused = send(server, version, "POST", "origin", PAGE, "content-type", "image/jpeg");
            assertThat(refused.status()).isEqualTo(415);
            assertThat(header(refused, "access-control-allow-origin")).isEqualTo(PAGE);
            HttpResponse from = send(server, version, "POST", "content-type", "application/json");
            assertThat(header(from, "access-control-allow-origin")).isEmpty();
            assertThat(header(from, "vary")).isEqualTo("origin");
        }
    }

    @Test
    void anyOriginNeverWithCredentials() throws Exception {
        assertThatThrownBy(() -> Cors.anyOrigin().credentials()).isInstanceOf(IllegalStateException.class);
        try (RpcServer server = server(Cors.anyOrigin().allowAnyHeader())) {
            HttpResponse answer = preflight(server, "https://anyone.example", "GET", "X-Own, bad header, x-two");
            assertThat(answer.status()).isEqualTo(204);
            assertThat(header(answer, "access-control-allow-origin")).isEqualTo("*");
            assertThat(List.of(header(answer, "access-control-allow-headers").split(", ")))
                    .contains("x-own", "x-two")
                    .doesNotContain("bad header");
            assertThat(answer.headers().names()).doesNotContain("access-control-allow-credentials");
        }
    }

    @Test
    void aMethodThatIsNotAllowed() throws Exception {
        try (RpcServer server = server(Cors.origins(PAGE).methods(List.of("POST")))) {
            assertThat(preflight(server, PAGE, "DELETE", "").status()).isEqualTo(403);
            assertThat(preflight(server, PAGE, "POST", "").status()).isEqualTo(204);
        }
    }

    @Test
    void offByDefault() throws Exception {
        try (RpcServer server = RpcServer.builder()
                .service(EchoService.DEFINITION, new EchoImplementation())
                .start()) {
            HttpResponse answer = preflight(server, PAGE, "POST", "content-type");
            assertThat(answer.status()).isEqualTo(405);
            assertThat(answer.headers().names()).noneMatch(name -> name.startsWith("access-control-"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"*", "null", "shop.example", "https://shop.example/", "https://a@shop.example", "https://", ""})
    void whatIsNoOrigin(String origin) {
        assertThatThrownBy(() -> Cors.origins(origin))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("scheme, host and port");
    }
}
