package dev.parley.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.http.Body;
import dev.parley.http.ClientLimits;
import dev.parley.http.ClientTls;
import dev.parley.http.HttpClient;
import dev.parley.http.HttpResponse;
import dev.parley.http.HttpServer;
import dev.parley.http.ServerTls;
import dev.parley.http.TlsIdentity;
import dev.parley.http.TlsTrust;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Probes against servers over sockets: ours over HTTP, a bare socket, and grpc-java's health service. */
@Timeout(60)
class HealthProbeTest {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(200);

    private static HttpServer server(int status, String said) {
        return HttpServer.builder()
                .handler((call, request) -> HttpResponse.text(status, said))
                .start();
    }

    @ParameterizedTest
    @CsvSource({
        "200, PASSING",
        "204, PASSING",
        "299, PASSING",
        "429, WARNING",
        "301, CRITICAL",
        "404, CRITICAL",
        "500, CRITICAL"
    })
    void http_goes_by_the_status(int status, HealthStatus expected) {
        try (HttpServer server = server(status, status == 204 ? "" : "said")) {
            HealthProbe.Result result = HealthProbe.of("http://127.0.0.1:" + server.port() + "/healthz?token=secret")
                    .ask(LONG);
            assertThat(result.status()).isEqualTo(expected);
            assertThat(result.output())
                    .startsWith("HTTP GET http://127.0.0.1:" + server.port() + "/healthz?...: " + status)
                    .doesNotContain("secret");
        }
    }

    @Test
    void http_asks_for_path_and_query_on_a_new_connection_each_time() {
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        Queue<String> peers = new ConcurrentLinkedQueue<>();
        try (HttpServer server = HttpServer.builder()
                .handler((call, request) -> {
                    seen.add(request.method()
                            + ' '
                            + request.authority()
                            + ' '
                            + request.target()
                            + ' '
                            + request.headers().get("x-probe").orElse("-")
                            + ' '
                            + new String(request.body().readAll(), StandardCharsets.UTF_8));
                    peers.add(call.peer().address());
                    return HttpResponse.of(200);
                })
                .start()) {
            String url = "http://127.0.0.1:" + server.port();
            HealthProbe.of(url).ask(LONG);
            HealthProbe.of(url + "?deep=1").ask(LONG);
            HealthProbe.of(url + "/a/b?c")
                    .withRequest("POST", Metadata.of("X-Probe", "yes", "Host", "shop.example"), "hello")
                    .ask(LONG);
            assertThat(seen)
                    .containsExactly(
                            "GET 127.0.0.1:" + server.port() + " / - ",
                            "GET 127.0.0.1:" + server.port() + " /?deep=1 - ",
                            "POST shop.example /a/b?c yes hello");
            assertThat(peers).doesNotHaveDuplicates();
        }
    }

    @Test
    void output_is_one_line_of_bounded_length_however_much_is_said() {
        try (HttpServer server = HttpServer.builder()
                .handler((call, request) -> new HttpResponse(503, new Metadata(), Body.stream(Messages.produce(sink -> {
                    while (true) { // ends when the probe has read enough
                        sink.send("down\r\n\u001b[31m".repeat(100).getBytes(StandardCharsets.UTF_8));
                    }
                }))))
                .start()) {
            HealthProbe.Result result =
                    HealthProbe.of("http://127.0.0.1:" + server.port()).ask(LONG);
            assertThat(result.status()).isEqualTo(HealthStatus.CRITICAL);
            assertThat(result.output()).hasSizeLessThanOrEqualTo(HealthProbe.MOST_OUTPUT);
            assertThat(result.output())
                    .contains("503 Service Unavailable: down")
                    .endsWith("...");
            assertThat(result.output().chars()).noneMatch(Character::isISOControl);
        }
    }

    @Test
    void a_server_that_does_not_answer_is_critical_after_the_timeout() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String at = "127.0.0.1:" + silent.getLocalPort();
            assertThat(HealthProbe.of("http://" + at).ask(SHORT))
                    .isEqualTo(new HealthProbe.Result(
                            HealthStatus.CRITICAL, "HTTP GET http://" + at + "/: no answer within 200 ms"));
            assertThat(HealthProbe.of("grpc://" + at).ask(SHORT))
                    .isEqualTo(new HealthProbe.Result(
                            HealthStatus.CRITICAL, "grpc://" + at + ": no answer within 200 ms"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://%s/healthz", "https://%s", "tcp://%s", "grpc://%s/shop", "grpcs://%s"})
    void nobody_there_is_critical(String url) throws IOException {
        int port;
        try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = gone.getLocalPort();
        }
        HealthProbe.Result result =
                HealthProbe.of(String.format(url, "127.0.0.1:" + port)).ask(LONG);
        assertThat(result.status()).isEqualTo(HealthStatus.CRITICAL);
        assertThat(result.output()).contains("127.0.0.1:" + port);
    }

    @Test
    void an_unknown_host_is_critical() {
        assertThat(HealthProbe.of("tcp://nobody.invalid:1").ask(LONG).status()).isEqualTo(HealthStatus.CRITICAL);
        assertThat(HealthProbe.of("http://nobody.invalid").ask(LONG).status()).isEqualTo(HealthStatus.CRITICAL);
    }

    @Test
    void tcp_passes_if_it_is_connected_to() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            assertThat(HealthProbe.of("tcp://127.0.0.1:" + server.getLocalPort())
                            .ask(LONG))
                    .isEqualTo(new HealthProbe.Result(
                            HealthStatus.PASSING,
                            "tcp://127.0.0.1:" + server.getLocalPort() + ": connected to 127.0.0.1"));
            try (var accepted = server.accept()) {
                assertThat(accepted.getInputStream().read()).isEqualTo(-1); // closed, and nothing sent
            }
        }
    }

    private static Server grpc(HealthStatusManager health, ServerCredentials credentials) throws IOException {
        return NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0), credentials)
                .addService(health.getHealthService())
                .build()
                .start();
    }

    @Test
    void grpc_goes_by_what_grpc_javas_health_service_says() throws Exception {
        HealthStatusManager health = new HealthStatusManager();
        health.setStatus("shop.OrderService", ServingStatus.SERVING);
        health.setStatus("shop.UserService", ServingStatus.NOT_SERVING);
        health.setStatus("x".repeat(200), ServingStatus.SERVING);
        Server server = grpc(health, InsecureServerCredentials.create());
        try {
            String at = "grpc://127.0.0.1:" + server.getPort();
            assertThat(HealthProbe.of(at).ask(LONG))
                    .isEqualTo(new HealthProbe.Result(HealthStatus.PASSING, at + ": SERVING"));
            assertThat(HealthProbe.of(at + "/").ask(LONG).status()).isEqualTo(HealthStatus.PASSING);
            assertThat(HealthProbe.of(at + "/shop.OrderService").ask(LONG).status())
                    .isEqualTo(HealthStatus.PASSING);
            assertThat(HealthProbe.of(at + '/' + "x".repeat(200)).ask(LONG).status())
                    .isEqualTo(HealthStatus.PASSING);
            assertThat(HealthProbe.of(at + "/shop.UserService").ask(LONG))
                    .isEqualTo(new HealthProbe.Result(HealthStatus.CRITICAL, at + "/shop.UserService: NOT_SERVING"));
            HealthProbe.Result unknown = HealthProbe.of(at + "/shop.Unknown").ask(LONG);
            assertThat(unknown.status()).isEqualTo(HealthStatus.CRITICAL);
            assertThat(unknown.output()).contains("it knows no such service (NOT_FOUND)");
            health.setStatus("shop.UserService", ServingStatus.SERVING);
            assertThat(HealthProbe.of(at + "/shop.UserService").ask(LONG).status())
                    .isEqualTo(HealthStatus.PASSING);
        } finally {
            server.shutdownNow().awaitTermination();
        }
    }

    @Test
    void what_is_not_grpc_or_has_no_health_service_is_critical() throws Exception {
        Server server = NettyServerBuilder.forAddress(
                        new InetSocketAddress("127.0.0.1", 0), InsecureServerCredentials.create())
                .build()
                .start();
        try (HttpServer http = server(200, "hello")) {
            assertThat(HealthProbe.of("grpc://127.0.0.1:" + server.getPort())
                            .ask(LONG)
                            .output())
                    .contains("it has no grpc.health.v1.Health (UNIMPLEMENTED)");
            assertThat(HealthProbe.of("grpc://127.0.0.1:" + http.port()).ask(LONG))
                    .isEqualTo(new HealthProbe.Result(
                            HealthStatus.CRITICAL,
                            "grpc://127.0.0.1:" + http.port() + ": the answer has no grpc-status"));
        } finally {
            server.shutdownNow().awaitTermination();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'', without bytes",
        "00 00 00 00 00, UNKNOWN",
        "00 00 00 00 02 08 01, SERVING",
        "00 00 00 00 06 12 01 41 08 01 20, within",
        "00 00 00 00 05 12 01 41 08 01, SERVING",
        "00 00 00 00 02 08 09, status 9",
        "00 7f ff ff ff 08 01, says that it has 2147483647 bytes",
        "01 00 00 00 02 08 01, not one uncompressed message",
        "00 00 00 00 02 08 ff, ends within a number",
        "00 00 00 00 03 12 7f 41, ends within a field",
        "00 00 00 00 01 0b, no HealthCheckResponse"
    })
    void answers_of_grpc_are_read_with_care(String bytes, String expected) {
        byte[] body = java.util.HexFormat.of().parseHex(bytes.replace(" ", ""));
        try (HttpServer server = HttpServer.builder()
                .handler((call, request) -> new HttpResponse(
                        200,
                        Metadata.of("content-type", "application/grpc"),
                        Body.of(body, Metadata.of("grpc-status", "0"))))
                .start()) {
            HealthProbe.Result result =
                    HealthProbe.of("grpc://127.0.0.1:" + server.port()).ask(LONG);
            boolean passes = expected.equals("SERVING");
            assertThat(result.status()).isEqualTo(passes ? HealthStatus.PASSING : HealthStatus.CRITICAL);
            assertThat(result.output()).contains(bytes.isEmpty() ? "not one uncompressed message" : expected);
        }
    }

    @Test
    void over_tls_only_who_is_trusted_passes() throws Exception {
        X509Bundle authority = new CertificateBuilder()
                .ecp256()
                .subject("CN=authority")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        X509Bundle bundle = new CertificateBuilder()
                .ecp256()
                .subject("CN=server")
                .addSanIpAddress("127.0.0.1")
                .buildIssuedBy(authority);
        HealthStatusManager health = new HealthStatusManager();
        Server grpc = grpc(
                health,
                TlsServerCredentials.create(
                        new ByteArrayInputStream(bundle.getCertificatePathPEM().getBytes(StandardCharsets.UTF_8)),
                        new ByteArrayInputStream(bundle.getPrivateKeyPEM().getBytes(StandardCharsets.UTF_8))));
        try (HttpServer server = HttpServer.builder()
                        .handler((call, request) -> HttpResponse.of(200))
                        .tls(ServerTls.of(
                                TlsIdentity.of(bundle.getKeyPair().getPrivate(), bundle.getCertificatePath())))
                        .start();
                HttpClient trusting = HttpClient.create(
                        ClientLimits.defaults(),
                        ClientTls.defaults().withTrust(TlsTrust.of(authority.getCertificate())))) {
            for (String url : new String[] {
                "https://127.0.0.1:" + server.port() + "/healthz", "grpcs://127.0.0.1:" + grpc.getPort()
            }) {
                assertThat(HealthProbe.of(url, trusting).ask(LONG).status()).isEqualTo(HealthStatus.PASSING);
                assertThat(HealthProbe.of(url).ask(LONG).status()).isEqualTo(HealthStatus.CRITICAL);
            }
        } finally {
            grpc.shutdownNow().awaitTermination();
        }
    }

    @Test
    void an_interrupt_ends_the_wait() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        try (HttpServer server = HttpServer.builder()
                .handler((call, request) -> {
                    asked.countDown();
                    new CountDownLatch(1).await();
                    return HttpResponse.of(200);
                })
                .start()) {
            HealthProbe probe = HealthProbe.of("http://127.0.0.1:" + server.port());
            Thread thread = Thread.startVirtualThread(() -> {
                try {
                    probe.ask(Duration.ofMinutes(10));
                } catch (CallException e) {
                    thrown.set(e);
                }
            });
            asked.await();
            thread.interrupt();
            thread.join();
            assertThat(thrown.get()).isInstanceOf(CallException.class).hasMessageContaining("interrupted");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "127.0.0.1:80",
                "ftp://127.0.0.1",
                "http://",
                "http:///healthz",
                "http://host:0",
                "http://host:65536",
                "http://host:a",
                "http://user:password@host/",
                "http://host/#fragment",
                "http://host/with space",
                "http://h\u00f6st/",
                "http://[::1/",
                "http://::1/",
                "tcp://host",
                "tcp://host:80/path",
                "grpc://host",
                "grpc://host:80/service?x"
            })
    void a_malformed_url_is_refused_by_name(String url) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HealthProbe.of(url))
                .withMessageStartingWith("health check \"")
                .withMessageContaining(" must ")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("password@"));
    }

    @Test
    void what_may_be_a_url() {
        assertThat(HealthProbe.of("HTTP://my_service")).hasToString("http://my_service/");
        assertThat(HealthProbe.of("http://[::1]:8080/x")).hasToString("http://[::1]:8080/x");
        assertThat(HealthProbe.of("https://a.example?token=1")).hasToString("https://a.example/?...");
        assertThat(HealthProbe.of("tcp://[::1]:80")).hasToString("tcp://[::1]:80");
        assertThat(HealthProbe.of("grpc://a:1/s.S")).hasToString("grpc://a:1/s.S");
    }

    @Test
    void other_wrong_arguments() {
        HealthProbe probe = HealthProbe.of("http://127.0.0.1");
        assertThatIllegalArgumentException().isThrownBy(() -> probe.ask(Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> probe.withRequest("GE T", new Metadata(), ""));
        assertThatThrownBy(() -> HealthProbe.of("tcp://a:1").withRequest("GET", new Metadata(), ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tcp://a:1");
    }
}
