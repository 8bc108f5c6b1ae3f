package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.RetryAdvice;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS between our own server and client and foreign ones, with both providers. */
@ExtendWith(LeakCheck.class)
class TlsTest {

    @TempDir
    Path folder;

    private TestCertificates certificates;
    private final List<AutoCloseable> opened = new ArrayList<>();

    @BeforeEach
    void certify() throws Exception {
        certificates = new TestCertificates(folder);
    }

    @AfterEach
    void close() throws Exception {
        System.clearProperty(TlsContext.PROVIDER);
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    private HttpServer serve(ServerTls tls) {
        HttpServer server = HttpServer.builder()
                .tls(tls)
                .handler((call, request) -> about(call, request))
                .start();
        opened.add(server);
        return server;
    }

    private HttpServer serve() throws Exception {
        return serve(ServerTls.of(TestCertificates.identity(certificates.server("server"))));
    }

    private static HttpResponse about(dev.parley.Call call, HttpRequest request) {
        if (request.method().equals("POST")) {
            return Talk.echo(request);
        }
        return HttpResponse.text(
                200,
                request.scheme() + " " + call.peer().protocol() + " "
                        + call.principal().map(java.security.Principal::getName).orElse("nobody"));
    }

    private HttpClient client(ClientTls tls) {
        HttpClient client = HttpClient.create(ClientLimits.defaults(), tls);
        opened.addFirst(client);
        return client;
    }

    private static HttpRequest get(String host, HttpServer server) {
        return new HttpRequest(
                "GET", "https", host + ":" + server.port(), "/", new dev.parley.Metadata(), Body.empty());
    }

    private static String ask(HttpClient client, HttpServer server) throws Exception {
        return Talk.text(client.handle(Talk.call(), get("127.0.0.1", server)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssl", "jdk"})
    void theServerPicksHttp2(String provider) throws Exception {
        System.setProperty(TlsContext.PROVIDER, provider);
        HttpServer server = serve();
        HttpClient client = client(certificates.client());
        assertThat(ask(client, server)).isEqualTo("https h2 nobody");
        assertThat(Talk.text(client.handle(Talk.call(), get("localhost", server))))
                .isEqualTo("https h2 nobody");
        assertThat(Talk.text(client.over(HttpVersion.HTTP_1_1).handle(Talk.call(), get("127.0.0.1", server))))
                .isEqualTo("https http/1.1 nobody");
        assertThat(Talk.text(client.over(HttpVersion.HTTP_2).handle(Talk.call(), get("127.0.0.1", server))))
                .isEqualTo("https h2 nobody");
    }

    @Test
    void boringSslIsThere() {
        // Otherwise both parameters of the test above would be the JDK.
        assertThat(io.netty.handler.ssl.OpenSsl.isAvailable()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void largeBodiesBothWays(HttpVersion version) throws Exception {
        HttpServer server = serve();
        HttpClient client = client(certificates.client());
        byte[] sent = new byte[8 << 20];
        new java.util.Random(1).nextBytes(sent);
        HttpRequest post = new HttpRequest(
                "POST",
                "https",
                Talk.at(server),
                "/",
                new dev.parley.Metadata(),
                Body.stream(dev.parley.Messages.from(pieces(sent))));
        byte[] received = client.over(version)
                .handle(Talk.call(), post)
                .body()
                .limit(Long.MAX_VALUE)
                .readAll();
        assertThat(Arrays.equals(sent, received)).isTrue();
    }

    private static List<byte[]> pieces(byte[] all) {
        List<byte[]> pieces = new ArrayList<>();
        for (int at = 0; at < all.length; at += 50_000) {
            pieces.add(Arrays.copyOfRange(all, at, Math.min(all.length, at + 50_000)));
        }
        return pieces;
    }

    @ParameterizedTest
    @ValueSource(strings = {"--http1.1", "--http2"})
    void curlTalksToUs(String version) throws Exception {
        HttpServer server = serve();
        Process curl = new ProcessBuilder(
                        "curl",
                        "-sS",
                        "-m",
                        "10",
                        version,
                        "--cacert",
                        certificates.authorityFile().toString(),
                        "https://localhost:" + server.port() + "/")
                .redirectErrorStream(true)
                .start();
        String answer = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(answer).isEqualTo(version.equals("--http2") ? "https h2 nobody" : "https http/1.1 nobody");
        assertThat(curl.waitFor()).isZero();
    }

    @Test
    void theJdksClientTalksToUs() throws Exception {
        HttpServer server = serve();
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {certificates.authority.toTrustManager()}, null);
        try (java.net.http.HttpClient jdk =
                java.net.http.HttpClient.newBuilder().sslContext(context).build()) {
            java.net.http.HttpResponse<String> answer = jdk.send(
                    java.net.http.HttpRequest.newBuilder(URI.create("https://localhost:" + server.port() + "/"))
                            .build(),
                    java.net.http.HttpResponse.BodyHandlers.ofString());
            assertThat(answer.body()).isEqualTo("https h2 nobody");
            assertThat(answer.version()).isEqualTo(java.net.http.HttpClient.Version.HTTP_2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssl", "jdk"})
    void aClientIsKnownByItsCertificate(String provider) throws Exception {
        System.setProperty(TlsContext.PROVIDER, provider);
        HttpServer server = serve(ServerTls.of(TestCertificates.identity(certificates.server("server")))
                .withClientAuth(ClientAuth.REQUIRED, certificates.trust()));
        X509Bundle shown = TestCertificates.builder("client")
                .addSanUriName("spiffe://shop/order")
                .buildIssuedBy(certificates.authority);
        HttpClient client = client(certificates.client().withIdentity(TestCertificates.identity(shown)));
        assertThat(ask(client, server)).isEqualTo("https h2 CN=client");
        HttpClient stranger = client(certificates.client());
        for (HttpVersion version : HttpVersion.values()) {
            CallException refused =
                    Talk.failure(() -> stranger.over(version).handle(Talk.call(), get("127.0.0.1", server)));
            assertThat(refused.code()).isEqualTo(Code.UNAVAILABLE);
            assertThat(refused.message()).containsIgnoringCase("certificate");
        }
        Talk.await("no request is left", () -> server.activeRequests() == 0);
    }

    @Test
    void anOptionalCertificateMustBeATrustedOne() throws Exception {
        HttpServer server = serve(ServerTls.of(TestCertificates.identity(certificates.server("server")))
                .withClientAuth(ClientAuth.OPTIONAL, certificates.trust()));
        assertThat(ask(client(certificates.client()), server)).isEqualTo("https h2 nobody");
        // Of the same name as the real one, or the client would not even show it.
        X509Bundle impostor = new CertificateBuilder()
                .ecp256()
                .subject(certificates.authority.getCertificate().getSubjectX500Principal())
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        X509Bundle forged = TestCertificates.builder("stranger").buildIssuedBy(impostor);
        HttpClient stranger = client(certificates.client().withIdentity(TestCertificates.identity(forged)));
        assertThat(Talk.failure(() -> ask(stranger, server)).code()).isEqualTo(Code.UNAVAILABLE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssl", "jdk"})
    void aServerThatCannotBeTrustedGetsNoRequest(String provider) throws Exception {
        System.setProperty(TlsContext.PROVIDER, provider);
        refused(
                serve(ServerTls.of(TestCertificates.identity(certificates.expired()))),
                certificates.client(),
                "xpired");
        refused(
                serve(ServerTls.of(TestCertificates.identity(certificates.elsewhere()))),
                certificates.client(),
                "127.0.0.1");
        refused(serve(), ClientTls.defaults(), "certificat");
        X509Bundle other = TestCertificates.builder("other")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        refused(serve(), ClientTls.defaults().withTrust(TlsTrust.of(other.getCertificate())), "path");
    }

    private void refused(HttpServer server, ClientTls tls, String why) throws Exception {
        CallException refused = Talk.failure(() -> ask(client(tls), server));
        assertThat(refused.code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(refused.retryAdvice()).isEqualTo(RetryAdvice.NEVER_LEFT);
        assertThat(refused.message())
                .contains("could not connect to 127.0.0.1:" + server.port() + ": the TLS handshake failed")
                .containsIgnoringCase(why);
    }

    @Test
    void onePortForAll() throws Exception {
        HttpServer server = HttpServer.builder()
                .tlsOrPlain(ServerTls.of(TestCertificates.identity(certificates.server("server"))))
                .handler(TlsTest::about)
                .start();
        opened.add(server);
        HttpClient client = client(certificates.client());
        assertThat(ask(client, server)).isEqualTo("https h2 nobody");
        assertThat(Talk.text(client.over(HttpVersion.HTTP_1_1).handle(Talk.call(), get("127.0.0.1", server))))
                .isEqualTo("https http/1.1 nobody");
        assertThat(Talk.text(Talk.send(client, HttpVersion.HTTP_1_1, Talk.get(Talk.at(server), "/"))))
                .isEqualTo("http http/1.1 nobody");
        assertThat(Talk.text(Talk.send(client, HttpVersion.HTTP_2, Talk.get(Talk.at(server), "/"))))
                .isEqualTo("http h2 nobody");
    }

    @Test
    void plainHttpOnATlsPortIsToldSo() throws Exception {
        HttpServer server = serve();
        try (RawClient raw = new RawClient(server.port())) {
            raw.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(raw.rest()).startsWith("HTTP/1.1 400 ").contains("this port speaks TLS");
        }
        try (RawClient raw = new RawClient(server.port())) {
            raw.send("\u0001\u0002garbage");
            assertThat(raw.rest()).isEmpty();
        }
        assertThat(ask(client(certificates.client()), server)).isEqualTo("https h2 nobody");
    }

    @Test
    void tlsOnAPlainPortIsRefusedByAnAlert() throws Exception {
        HttpServer server = Talk.serve((call, request) -> HttpResponse.text(200, "plain"));
        opened.add(server);
        CallException refused = Talk.failure(() -> ask(client(certificates.client()), server));
        assertThat(refused.code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(refused.message()).contains("TLS handshake failed").containsIgnoringCase("unexpected");
        assertThat(Talk.text(
                        Talk.send(client(certificates.client()), HttpVersion.HTTP_1_1, Talk.get(Talk.at(server), "/"))))
                .isEqualTo("plain");
        Talk.await("the other one is closed", () -> server.openConnections() == 1);
    }

    @Test
    void aHandshakeThatStallsIsGivenUp() throws Exception {
        HttpServer server = serve(ServerTls.of(TestCertificates.identity(certificates.server("server")))
                .withHandshakeTimeout(java.time.Duration.ofMillis(100)));
        try (RawClient raw = new RawClient(server.port())) {
            raw.send("\u0016\u0003\u0001");
            assertThat(raw.rest()).doesNotContain("HTTP"); // perhaps an alert, then the end
        }
        try (RawClient raw = new RawClient(server.port())) {
            raw.send("\u0016\u0003\u0001\u0000\u0005 garbage that is no client hello at all");
            assertThat(raw.rest()).doesNotContain("HTTP");
        }
        Talk.await("both are closed", () -> server.openConnections() == 0);
    }

    @ParameterizedTest
    @EnumSource
    void noAcceptedRequestIsLostWhenTheServerStops(HttpVersion version) throws Exception {
        for (int round = 0; round < 3; round++) {
            AtomicInteger accepted = new AtomicInteger();
            AtomicInteger answered = new AtomicInteger();
            HttpServer server = HttpServer.builder()
                    .tls(ServerTls.of(TestCertificates.identity(certificates.server("server"))))
                    .handler((call, request) -> {
                        accepted.incrementAndGet();
                        return HttpResponse.of(200, "x/y", request.body().readAll());
                    })
                    .start();
            HttpClient client = client(certificates.client());
            List<FutureTask<Object>> callers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                callers.add(Talk.start(() -> {
                    while (true) {
                        HttpRequest request = get("127.0.0.1", server).withBody(Body.of(new byte[2000]));
                        try {
                            client.over(version)
                                    .handle(Talk.call(), request)
                                    .body()
                                    .readAll();
                            answered.incrementAndGet();
                        } catch (CallException e) {
                            assertThat(e.code()).isEqualTo(Code.UNAVAILABLE);
                            return answered;
                        }
                    }
                }));
            }
            Talk.await("calls are under way", () -> answered.get() > 100);
            assertThat(server.shutdown(java.time.Duration.ofSeconds(20))).isTrue();
            for (FutureTask<Object> caller : callers) {
                Talk.result(caller);
            }
            assertThat(answered).hasValue(accepted.get());
        }
    }

    @Test
    void filesThatCannotBeUsedAreNamedAtStart() throws Exception {
        TlsIdentity pem = certificates.write(certificates.server("one"));
        java.nio.file.Files.writeString(
                certificates.keyFile(), certificates.server("two").getPrivateKeyPEM());
        assertThat(cause(pem)).contains("tls.key").contains("not that of the certificate");
        java.nio.file.Files.writeString(certificates.keyFile(), "-----BEGIN RSA PRIVATE KEY-----\nMII=\n");
        assertThat(cause(pem)).contains("tls.key").contains("openssl pkcs8");
        java.nio.file.Files.writeString(certificates.chainFile(), "nothing");
        assertThat(cause(pem)).contains("tls.crt");
        java.nio.file.Files.delete(certificates.chainFile());
        assertThat(cause(pem)).contains("there is no file").contains("tls.crt");
    }

    private static String cause(TlsIdentity identity) {
        HttpServer.Builder builder =
                HttpServer.builder().tls(ServerTls.of(identity)).handler((call, request) -> HttpResponse.of(200));
        return Optional.ofNullable(org.assertj.core.api.Assertions.catchThrowableOfType(
                        IllegalArgumentException.class, builder::start))
                .map(Throwable::getMessage)
                .orElse("it started");
    }
}
