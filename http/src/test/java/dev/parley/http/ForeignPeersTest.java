package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.Metadata;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Our server with curl and the JDK's client, our client with the JDK's server. */
class ForeignPeersTest {

    @TempDir
    Path folder;

    private HttpServer server = Talk.serve((call, request) -> switch (request.path()) {
        case "/echo" -> Talk.echo(request);
        case "/length" ->
            HttpResponse.text(200, "" + request.body().limit(Long.MAX_VALUE).readAll().length);
        case "/refuse" -> HttpResponse.text(403, "no");
        case "/trailers" ->
            new HttpResponse(
                    200, new Metadata(), Body.stream(Messages.of(new byte[5]), () -> Metadata.of("x-last", "word")));
        default -> HttpResponse.text(200, "hello " + call.peer().protocol());
    });

    @AfterEach
    void close() {
        server.close();
    }

    private String curl(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("curl", "-sS", "--max-time", "20"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return output;
    }

    private String url(String path) {
        return "http://" + Talk.at(server) + path;
    }

    @ParameterizedTest
    @CsvSource({"--http1.1, http/1.1", "--http1.0, http/1.1", "--http2-prior-knowledge, h2"})
    void curlIsServed(String version, String protocol) throws Exception {
        assertThat(curl(version, url("/"))).isEqualTo("hello " + protocol);
        if (!protocol.equals("h2")) { // curl 7.88 cannot use such a connection twice (curl issue 10634)
            assertThat(curl(version, url("/"), url("/"))).isEqualTo(("hello " + protocol).repeat(2));
        }
        assertThat(curl(version, "-I", url("/"))).contains(" 200").contains("content-length: ");
        assertThat(curl(version, "--data-binary", "abc", url("/length"))).isEqualTo("3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--http1.1", "--http2-prior-knowledge"})
    void curlUploadsAndDownloadsMuch(String version) throws Exception {
        byte[] large = new byte[12 << 20]; // over what curl sends without waiting for 100-continue
        new java.util.Random(3).nextBytes(large);
        Path file = folder.resolve("large");
        Files.write(file, large);
        assertThat(curl(version, "-T", "large", "-o", "back", url("/echo"))).isEmpty();
        assertThat(Files.mismatch(file, folder.resolve("back"))).isEqualTo(-1);
        assertThat(curl(version, "-T", "large", "-o", "refused", "-w", "%{http_code}", url("/refuse")))
                .startsWith("403");
        assertThat(Files.readString(folder.resolve("refused"))).isEqualTo("no");
    }

    @Test
    void curlSeesTrailers() throws Exception {
        assertThat(curl("--http1.1", "--raw", url("/trailers"))).contains("x-last: word");
        assertThat(curl("--http2-prior-knowledge", "-v", url("/trailers"))).contains("x-last: word");
    }

    @Test
    void theJdksClientIsServed() throws Exception {
        try (java.net.http.HttpClient jdk = java.net.http.HttpClient.newBuilder()
                .version(java.net.http.HttpClient.Version.HTTP_1_1)
                .build()) {
            byte[] large = new byte[5 << 20];
            for (boolean expects : new boolean[] {false, true}) {
                java.net.http.HttpRequest request = java.net.http.HttpRequest.newBuilder(URI.create(url("/echo")))
                        .expectContinue(expects)
                        .POST(java.net.http.HttpRequest.BodyPublishers.ofByteArray(large))
                        .build();
                assertThat(jdk.send(request, java.net.http.HttpResponse.BodyHandlers.ofByteArray())
                                .body())
                        .hasSize(large.length);
                java.net.http.HttpRequest refused = java.net.http.HttpRequest.newBuilder(URI.create(url("/refuse")))
                        .expectContinue(true)
                        .POST(java.net.http.HttpRequest.BodyPublishers.ofByteArray(large))
                        .build();
                assertThat(jdk.send(refused, java.net.http.HttpResponse.BodyHandlers.ofString())
                                .statusCode())
                        .isEqualTo(403);
            }
        }
    }

    @Test
    void theJdksServerServes() throws Exception {
        com.sun.net.httpserver.HttpServer jdk = com.sun.net.httpserver.HttpServer.create(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        AtomicLong connections = new AtomicLong();
        java.util.Set<InetSocketAddress> peers = java.util.concurrent.ConcurrentHashMap.newKeySet();
        jdk.createContext("/", exchange -> {
            if (peers.add(exchange.getRemoteAddress())) {
                connections.incrementAndGet();
            }
            answer(exchange);
        });
        jdk.start();
        String authority = "127.0.0.1:" + jdk.getAddress().getPort();
        try (HttpClient client = HttpClient.create()) {
            for (int i = 0; i < 5; i++) {
                byte[] body = new byte[i * 100_000];
                Body sent = i % 2 == 0 ? Body.of(body) : Body.stream(Messages.of(body));
                HttpResponse response = Talk.send(client, HttpVersion.HTTP_1_1, Talk.post(authority, "/chunked", sent));
                assertThat(response.body().readAll()).hasSize(body.length);
                response = Talk.send(client, HttpVersion.HTTP_1_1, Talk.post(authority, "/sized", sent));
                assertThat(response.status()).isEqualTo(200);
                response.body().readAll();
            }
            HttpResponse head = Talk.send(client, HttpVersion.HTTP_1_1, HttpRequest.of("HEAD", authority, "/head"));
            assertThat(head.body().readAll()).isEmpty();
            HttpResponse none = Talk.send(client, HttpVersion.HTTP_1_1, HttpRequest.of("DELETE", authority, "/none"));
            assertThat(none.status()).isEqualTo(204);
            assertThat(connections).hasValue(1);
            assertThat(Talk.failure(() -> Talk.send(client, HttpVersion.HTTP_2, Talk.get(authority, "/")))
                            .code())
                    .isEqualTo(Code.UNAVAILABLE);
        } finally {
            jdk.stop(0);
        }
    }

    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange;
                InputStream in = exchange.getRequestBody()) {
            byte[] body = in.readAllBytes();
            switch (exchange.getRequestURI().getPath()) {
                case "/head", "/none" -> exchange.sendResponseHeaders(204, -1);
                case "/chunked" -> exchange.sendResponseHeaders(200, 0);
                default -> exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
            }
            if (exchange.getResponseCode() == 200) {
                exchange.getResponseBody().write(body);
            }
        }
    }
}
