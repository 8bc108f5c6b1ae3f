package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Messages;
import dev.parley.Metadata;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The clients of nghttp2: one that shows every frame, one that loads. */
class NghttpTest {

    private static final Pattern REQUESTS = Pattern.compile(
            "requests: (\\d+) total, (\\d+) started, (\\d+) done, (\\d+) succeeded, (\\d+) failed, (\\d+) errored");

    private final AtomicInteger accepted = new AtomicInteger();
    private HttpServer server = HttpServer.builder().handler(this::answer).start();

    @AfterEach
    void close() {
        server.close();
    }

    private HttpResponse answer(dev.parley.Call call, HttpRequest request) {
        accepted.incrementAndGet();
        return switch (request.path()) {
            case "/trailers" ->
                new HttpResponse(
                        200,
                        new Metadata(),
                        Body.stream(Messages.of(new byte[] {'h', 'i'}), () -> Metadata.of("checksum", "abc")));
            case "/length" -> HttpResponse.text(200, "length " + request.body().readAll().length);
            default -> HttpResponse.text(200, "hello");
        };
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        FutureTask<String> output =
                Talk.start(() -> new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return Talk.result(output);
        } finally {
            process.destroyForcibly();
        }
    }

    private String url(String path) {
        return "http://127.0.0.1:" + server.port() + path;
    }

    @Test
    void nghttpSeesTrailers() throws Exception {
        assertThat(run("nghttp", "-v", url("/trailers")))
                .contains(":status: 200")
                .contains("checksum: abc")
                .doesNotContain("error_code=PROTOCOL_ERROR");
    }

    @Test
    void nghttpUploads(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("large");
        Files.write(file, new byte[3_000_000]);
        assertThat(run("nghttp", "-d", file.toString(), url("/length"))).contains("length 3000000");
    }

    @Test
    void nghttpSpeaksTls(@TempDir Path folder) throws Exception {
        TestCertificates certificates = new TestCertificates(folder);
        try (HttpServer secure = HttpServer.builder()
                .tls(ServerTls.of(TestCertificates.identity(certificates.server("server"))))
                .handler(this::answer)
                .start()) {
            assertThat(run("nghttp", "-v", "https://127.0.0.1:" + secure.port() + "/"))
                    .contains("The negotiated protocol: h2")
                    .contains("hello");
        }
    }

    private static List<String> load(int port, String version, int requests) {
        List<String> command = new ArrayList<>(List.of("h2load", "-n", "" + requests, "-c", "50", "-t", "1"));
        if (version.equals("1")) {
            command.add("--h1");
        } else {
            command.addAll(List.of("-m", "10"));
        }
        command.add("http://127.0.0.1:" + port + "/");
        return command;
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "2"})
    void h2loadIsAnsweredWhole(String version) throws Exception {
        String output = run(load(server.port(), version, 20_000).toArray(String[]::new));
        Matcher requests = REQUESTS.matcher(output);
        assertThat(requests.find()).as(output).isTrue();
        assertThat(requests.group(4)).as(output).isEqualTo("20000");
        assertThat(output).contains("20000 2xx, 0 3xx, 0 4xx, 0 5xx");
        assertThat(accepted).hasValue(20_000);
        Talk.await(
                "all is closed",
                () -> server.activeRequests() == 0 && server.openStreams() == 0 && server.openConnections() == 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "2"})
    void whatWasAcceptedOfH2loadIsAnsweredWhenTheServerStops(String version) throws Exception {
        FutureTask<String> load =
                Talk.start(() -> run(load(server.port(), version, 2_000_000).toArray(String[]::new)));
        Talk.await("load is under way", () -> accepted.get() > 5_000);
        assertThat(server.shutdown(Duration.ofSeconds(20))).isTrue();
        assertThat(server.openStreams()).isZero();
        String output = Talk.result(load);
        Matcher requests = REQUESTS.matcher(output);
        assertThat(requests.find()).as(output).isTrue();
        assertThat(Integer.parseInt(requests.group(4))).as(output).isEqualTo(accepted.get());
    }
}
